//! `softmax`: e^x over the sum of e^x, over the channels at each position.

use super::{Body, Code, Field, Kernel, Layer, Operand, Record, depends};
use crate::args::Args;
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "softmax",
    summary: "e^x over the sum of e^x, over the channels at each position",
    aliases: &[],
    args: &[],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(record: &'static Record, _: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
    let code =
        Code { algorithm: "direct", ty: quote!(Softmax), args: quote!(#channels, #positions) };
    Some(Layer {
        text: record.keyword.to_owned(),
        output: shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel { reads_output: true, ..Kernel::plain(code) })),
    })
}
