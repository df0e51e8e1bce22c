//! `adaptive_avgpool(size)`: the mean under windows that share the image out.

use super::adaptive::{SIZE, layer};
use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "adaptive_avgpool",
    summary: "mean under windows that share the image out among an output of this size",
    aliases: &["adaptiveavgpool2d", "adaptiveaveragepool"],
    args: &[SIZE],
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    layer(record, args, inputs, report, |size| Op::AdaptiveAvgPool { size })
}
