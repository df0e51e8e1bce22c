//! What the adaptive pools have in common: windows that share the image out among an output of a
//! given size.

use crate::args::{Args, Kind, Spec};
use crate::layers::checks::{expect_volume, sane};
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use crate::window::volume;
use cnn_ir::Op;

/// Their only argument.
pub(super) const SIZE: Spec = Spec::required("size", Kind::Pair(1), "output height x width");

/// The layer: nothing/// The layer of an operation with that size.
pub(super) fn layer(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
    op: fn([usize; 2]) -> Op<'static>,
) -> Option<Layer> {
    let (channels, _) = expect_volume(record.keyword, args, inputs[0], report)?;
    let output = args.pair("size", [1, 1]);
    let (op, shape) = (op(output), volume(channels, output));
    sane(args.area, &op.to_string(), shape, &[], report).then(|| Layer::plain(op, shape))
}
