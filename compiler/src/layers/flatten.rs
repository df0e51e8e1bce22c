//! `flatten`: a volume as a vector, channel by channel, row by row.

use super::{Body, Field, Layer, Operand, Record, depends};
use crate::args::Args;
use crate::report::Report;
use crate::shape::Shape;

pub(super) static RECORD: Record = Record {
    keyword: "flatten",
    summary: "a volume as a vector, in PyTorch's order",
    aliases: &["flat"],
    args: &[],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(record: &'static Record, _: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    Some(Layer {
        text: record.keyword.to_owned(),
        output: Shape::Vector(inputs[0].shape.len()),
        params: Vec::new(),
        macs: 0,
        field: Field::Everything,
        body: Body::View,
    })
}
