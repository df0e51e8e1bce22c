//! `depthwise(kernel, …)`: each channel convolved with a filter of its own.

use super::conv::{STRIDE, layer, plain};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::layers::checks::{expect_volume, kernel_text, padded_window};
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{BIAS, DILATION, PAD, PAD_MODE, ROUND};
use crate::report::Report;
use cnn_ir::{Convolution, Op};

pub(crate) static RECORD: Record = Record {
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
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let text = kernel_text(record.keyword, args);
    let window = padded_window(&text, args, [1, 1], (channels, size), report)?;
    let convolution = Convolution { filters: channels, groups: channels, ..plain(args, window) };
    layer(Op::Depthwise, convolution, args, (channels, size), report)
}
