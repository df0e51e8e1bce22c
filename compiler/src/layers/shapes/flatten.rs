//! `flatten`: a volume as a vector, channel by channel, row by row.

use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "flatten",
    summary: "a volume as a vector, in PyTorch's order",
    aliases: &["flat"],
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, _: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    Some(Layer::plain(Op::Flatten, Shape::Vector(inputs[0].shape.len())))
}
