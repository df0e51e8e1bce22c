//! `sumpool(kernel, …)`: the sum under each window.

use super::pool::{KERNEL, STRIDE, pool};
use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{DILATION, PAD, ROUND};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "sumpool",
    summary: "sum under each window; the stride is the window unless given",
    aliases: &["sumpool2d", "sumpooling2d"],
    args: &[KERNEL, STRIDE, PAD, DILATION, ROUND],
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
    Some(Layer::plain(Op::SumPool(pool.window), pool.output))
}
