//! `drop_path(p)`: stochastic depth (Huang et al., 2016): images lose a branch at random in
//! training.

use crate::args::{Args, Kind, Spec};
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Real};

pub(crate) static RECORD: Record = Record {
    keyword: "drop_path",
    summary: "drops whole images of a branch with probability p in training; nothing in evaluation",
    aliases: &["stochasticdepth"],
    args: &[Spec::required("p", Kind::Real(0.0, 1.0), "probability of being dropped")],
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, args: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    let p = Real::new(args.real("p", 0.0) as f32);
    Some(Layer::plain(Op::DropPath { p }, inputs[0].shape))
}
