//! `identity`: its input as it is. It takes a place in the parameter path, as a layer of another
//! framework does that only changes the order of dimensions.

use super::{Body, Field, Layer, Operand, Record, depends};
use crate::args::Args;
use crate::report::Report;
use crate::window::Window;

pub(super) static RECORD: Record = Record {
    keyword: "identity",
    summary: "its input as it is; takes a place in the parameter path",
    aliases: &["noop"],
    args: &[],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(record: &'static Record, _: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    Some(Layer {
        text: record.keyword.to_owned(),
        output: inputs[0].shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::View,
    })
}
