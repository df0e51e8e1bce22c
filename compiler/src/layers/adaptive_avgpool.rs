//! `adaptive_avgpool(size)`: the mean under windows that share the image out.

use super::adaptive::{Kernels, SIZE, layer};
use super::{Layer, Operand, Record, avgpool, depends, global_avgpool};
use crate::args::Args;
use crate::report::Report;

pub(super) static RECORD: Record = Record {
    keyword: "adaptive_avgpool",
    summary: "mean under windows that share the image out among an output of this size",
    aliases: &["adaptiveavgpool2d", "adaptiveaveragepool"],
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
        even: |geometry, window, _| avgpool::kernel(geometry, window, true),
        uneven: |geometry, _| avgpool::any_windows(geometry, true),
        whole: global_avgpool::kernel,
    };
    layer(record, args, inputs, report, &kernels)
}
