//! A custom layer that does not take the shape that reaches it.

use cnn::custom::{CustomLayer, Volume};
use cnn::typenum::{U4, U12};

struct Fixed;

impl CustomLayer<Volume<U4, U12, U12>> for Fixed {
    type Output = Volume<U4, U12, U12>;

    fn forward(_: &[&[f32]], _: &[f32], _: &mut [f32]) {}
    fn backward(_: &[&[f32]], _: &[f32], _: &[f32], _: &[f32], _: &mut [f32]) {}
}

cnn::cnn! {
    struct Net< 4x13x13 -> custom(Fixed => 4x12x12) -> flatten -> dense(10) >;
}

fn main() {}
