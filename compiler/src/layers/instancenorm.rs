//! `instancenorm`: each channel of an image normalized by itself (Ulyanov et al., 2016).

use super::gn::normalizing;
use super::ln::EPS;
use super::{Layer, Operand, Record, depends, expect_volume};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::report::Report;

pub(super) static RECORD: Record = Record {
    keyword: "instancenorm",
    summary: "normalization of each channel of each image, with affine=true then scale and shift",
    aliases: &["instancenorm2d", "instancenormalization"],
    args: &[
        EPS,
        Spec::optional("affine", Kind::Flag, "whether it has a weight and a bias (false)"),
        SCALE_INIT,
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
    let (channels, _) = expect_volume(record.keyword, args, inputs[0], report)?;
    let affine = args.flag("affine", false);
    normalizing(record.keyword.to_owned(), args, inputs[0].shape, channels, affine, report)
}
