//! `avgpool(kernel, …)`: the mean under each window.

use super::pool::{KERNEL, STRIDE, pool};
use crate::args::{Args, Kind, Spec};
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{PAD, ROUND};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "avgpool",
    summary: "mean under each window; the stride is the window unless given",
    aliases: &["avgpool2d", "averagepooling2d", "averagepool", "meanpool"],
    args: &[
        KERNEL,
        STRIDE,
        PAD,
        Spec::optional("count_pad", Kind::Flag, "whether padding counts in the mean (true)"),
        ROUND,
    ],
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let pool = pool(record, args, inputs, report)?;
    let op = Op::AvgPool { window: pool.window, count_pad: args.flag("count_pad", true) };
    Some(Layer::plain(op, pool.output))
}
