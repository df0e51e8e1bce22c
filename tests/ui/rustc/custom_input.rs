//! A custom layer that gets an input of a shape that it does not take.

use cnn::custom::{CustomLayer, Volume};
use cnn::typenum::{U4, U8, U12};

struct Crop;

impl CustomLayer<Volume<U4, U12, U12>> for Crop {
    type Output = Volume<U4, U8, U8>;

    fn forward(_: &[&[f32]], _: &[f32], _: &mut [f32]) {}
    fn backward(_: &[&[f32]], _: &[f32], _: &[f32], _: &[f32], _: &mut [f32]) {}
}

cnn::cnn! {
    struct Net< 4x14x14 -> custom(Crop => 4x8x8) -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
}
