//! `instancenorm`: each channel of an image normalized by itself (Ulyanov et al., 2016).

use super::affine::{EPS, norm};
use super::gn::normalizing;
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::layers::checks::expect_volume;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "instancenorm",
    summary: "normalization of each channel of each image, with affine=true then scale and shift",
    aliases: &["instancenorm2d", "instancenormalization"],
    args: &[
        EPS,
        Spec::optional("affine", Kind::Flag, "whether it has a weight and a bias (false)"),
        SCALE_INIT,
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
    let (channels, _) = expect_volume(record.keyword, args, inputs[0], report)?;
    let norm = norm(args, false);
    normalizing(Op::InstanceNorm(norm), norm, args, inputs[0].shape, channels, report)
}
