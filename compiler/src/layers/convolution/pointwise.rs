//! `pointwise(n)`: a dense layer at every position, as PyTorch's `Linear` over the channels. It is
//! a convolution of kernel 1x1 whose weights have two dimensions.

use super::conv::{layer, plain};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::layers::checks::expect_volume;
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::BIAS;
use crate::report::Report;
use cnn_ir::{Convolution, Op, Window};

pub(crate) static RECORD: Record = Record {
    keyword: "pointwise",
    summary: "dense layer over the channels at each position; weight outputs × channels",
    aliases: &["pointwiseconv", "conv1x1", "timedistributeddense"],
    args: &[Spec::required("n", Kind::Int(1), "output channels"), BIAS, INIT, BIAS_INIT],
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let n = args.int("n");
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let convolution = Convolution { filters: n, ..plain(args, Window::POINT) };
    let mut layer = layer(Op::Pointwise, convolution, args, (channels, size), report)?;
    layer.params[0].dims = vec![n, channels];
    Some(layer)
}
