//! `gn(groups)`: group normalization (Wu and He, 2018).

use super::affine::{AFFINE, EPS, norm, params};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::layers::checks::divisors_of;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Norm, Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "gn",
    summary: "normalization of each image's channels, group by group, then scale and shift",
    aliases: &["groupnorm", "groupnormalization"],
    args: &[
        Spec::required("groups", Kind::Int(1), "groups of neighboring channels"),
        EPS,
        AFFINE,
        SCALE_INIT,
    ],
    build,
    ..Record::PLAIN
};

fn build(
    _: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let (channels, groups) = (shape.channels(), args.int("groups"));
    if channels % groups != 0 {
        report.error(
            args.area_of("groups"),
            format!(
                "groups={groups} does not divide the {channels} channels of the input\nhelp: {}",
                divisors_of(channels, "groups")
            ),
        );
        return None;
    }
    let norm = norm(args, true);
    normalizing(Op::GroupNorm { norm, groups }, norm, args, shape, groups, report)
}

/// The layer that normalizes groups of channels.
pub(super) fn normalizing(
    op: Op<'static>,
    norm: Norm,
    args: &Args,
    shape: Shape,
    groups: usize,
    report: &mut Report,
) -> Option<Layer> {
    let (channels, positions) = (shape.channels(), shape.positions());
    if channels / groups * positions == 1 {
        report.error(
            args.area,
            format!(
                "{op} normalizes single numbers: a group of its input {shape} has one element, so its output would be its bias"
            ),
        );
        return None;
    }
    let params = params(&norm, &[channels]);
    Some(Layer { params, ..Layer::plain(op, shape) })
}
