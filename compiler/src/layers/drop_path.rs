//! `drop_path(p)`: stochastic depth (Huang et al., 2016): images lose a branch at random in
//! training.

use super::dropout2d::dropping;
use super::{Layer, Operand, Record, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;

pub(super) static RECORD: Record = Record {
    keyword: "drop_path",
    summary: "drops whole images of a branch with probability p in training; nothing in evaluation",
    aliases: &["stochasticdepth"],
    args: &[Spec::required("p", Kind::Real(0.0, 1.0), "probability of being dropped")],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    _: &mut Report,
) -> Option<Layer> {
    Some(dropping(record.keyword, args.real("p", 0.0) as f32, inputs[0].shape, 1))
}
