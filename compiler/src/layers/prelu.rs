//! `prelu`: a leaky ReLU whose slope is learned (He et al., 2015).

use super::{Body, Code, Field, Init, Kernel, Layer, Operand, Param, Record, depends};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "prelu",
    summary: "x, or a learned slope times x below 0; weight of 1 or one per channel",
    aliases: &[],
    args: &[
        Spec::optional(
            "per_channel",
            Kind::Flag,
            "whether each channel has a slope of its own (false)",
        ),
        SCALE_INIT,
    ],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    _: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
    let slopes = if args.flag("per_channel", false) { channels } else { 1 };
    let code =
        Code { algorithm: "elementwise", ty: quote!(Prelu), args: quote!(#channels, #positions) };
    Some(Layer {
        text: record.keyword.to_owned(),
        output: shape,
        params: vec![Param::trainable("weight", vec![slopes], Init::Constant(0.25))],
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel { reads_input: true, ..Kernel::plain(code) })),
    })
}
