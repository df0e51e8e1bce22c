//! A custom layer whose output shape is not what the network says.

use cnn::custom::{CustomLayer, Volume};
use cnn::typenum::{U4, U8, U12};

struct Crop;

impl CustomLayer<Volume<U4, U12, U12>> for Crop {
    type Output = Volume<U4, U8, U8>;

    fn forward(_: &[&[f32]], _: &[f32], _: &mut [f32]) {}
    fn backward(_: &[&[f32]], _: &[f32], _: &[f32], _: &[f32], _: &mut [f32]) {}
}

cnn::cnn! {
    struct Net< 4x12x12 -> custom(Crop => 4x10x10) -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
}
