//! `global_avgpool`: the mean of each channel.

use crate::args::Args;
use crate::layers::checks::expect_volume;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "global_avgpool",
    summary: "mean of each channel, as a channels x 1 x 1 volume",
    aliases: &["gap", "globalaveragepooling2d", "globalaveragepool", "globalpool"],
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let (channels, _) = expect_volume(record.keyword, args, inputs[0], report)?;
    Some(Layer::plain(Op::GlobalAvgPool, Shape::volume(channels, 1, 1)))
}
