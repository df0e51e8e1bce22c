//! Two parameters of a custom layer with the same name, and a layer that takes another shape.

use cnn::custom::{CustomLayer, Init, Parameter, Volume};
use cnn::typenum::{U4, U12};

struct Twice;

impl CustomLayer<Volume<U4, U12, U12>> for Twice {
    type Output = Volume<U4, U12, U12>;

    const PARAMS: &'static [Parameter] = &[
        Parameter { name: "weight", dims: &[4], init: Init::Constant(1.0) },
        Parameter { name: "weight", dims: &[4], init: Init::Constant(0.0) },
    ];

    fn forward(_: &[&[f32]], _: &[f32], _: &mut [f32]) {}
    fn backward(_: &[&[f32]], _: &[f32], _: &[f32], _: &[f32], _: &mut [f32]) {}
}

cnn::cnn! {
    struct Net< 4x12x12 -> custom(Twice => 4x12x12) -> flatten -> dense(10) >;
}

fn main() {
    Net::new(0);
}
