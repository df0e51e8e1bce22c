//! `pointwise(n)`: a dense layer at every position, as PyTorch's `Linear` over the channels. It is
//! a convolution of kernel 1x1 whose weights have two dimensions.

use super::conv::{BIAS, Convolution};
use super::{Layer, Operand, Record, depends, expect_volume};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::report::Report;
use crate::window::Window;

pub(super) static RECORD: Record = Record {
    keyword: "pointwise",
    summary: "dense layer over the channels at each position; weight outputs × channels",
    aliases: &["pointwiseconv", "conv1x1", "timedistributeddense"],
    args: &[Spec::required("n", Kind::Int(1), "output channels"), BIAS, INIT, BIAS_INIT],
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
    let n = args.int("n");
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let filters = n;
    let convolution = Convolution {
        keyword: record.keyword,
        filters,
        groups: 1,
        window: Window::POINT,
        table: None,
    };
    let mut layer = convolution.layer(args, channels, size, report)?;
    layer.text = format!("{} {n}", record.keyword);
    layer.params[0].dims = vec![n, channels];
    Some(layer)
}
