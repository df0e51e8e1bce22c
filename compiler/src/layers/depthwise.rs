//! `depthwise(kernel, …)`: each channel convolved with a filter of its own.

use super::conv::{BIAS, Convolution, DILATION, PAD, PAD_MODE, ROUND, STRIDE, text};
use super::{Layer, Operand, Record, checks, depends, expect_volume};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::report::Report;

pub(super) static RECORD: Record = Record {
    keyword: "depthwise",
    summary: "convolution of each channel with its own filter; weight channels × 1 × height × width",
    aliases: &["depthwiseconv", "depthwiseconv2d", "dwconv"],
    args: &[
        Spec::required("kernel", Kind::Pair(1), "kernel height x width"),
        STRIDE,
        PAD,
        PAD_MODE,
        DILATION,
        BIAS,
        INIT,
        BIAS_INIT,
        ROUND,
    ],
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
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let text = text(record.keyword, args);
    let window = checks::window(&text, args, [1, 1], (channels, size), report)?;
    Convolution {
        keyword: record.keyword,
        filters: channels,
        groups: channels,
        window,
        table: None,
    }
    .layer(args, channels, size, report)
}
