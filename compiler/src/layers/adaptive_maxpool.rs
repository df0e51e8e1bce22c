//! `adaptive_maxpool(size)`: the largest element under windows that share the image out.

use super::adaptive::{Kernels, SIZE, layer};
use super::{Layer, Operand, Record, depends, global_maxpool, maxpool};
use crate::args::Args;
use crate::report::Report;

pub(super) static RECORD: Record = Record {
    keyword: "adaptive_maxpool",
    summary: "largest element under windows that share the image out among an output of this size",
    aliases: &["adaptivemaxpool2d"],
    args: &[SIZE],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let kernels = Kernels {
        even: |geometry, _, output| maxpool::kernel(geometry, output),
        uneven: maxpool::any_windows,
        whole: global_maxpool::kernel,
    };
    layer(record, args, inputs, report, &kernels)
}
