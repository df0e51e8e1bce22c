//! `dropout(p)`: elements dropped at random in training, the others scaled by 1/(1 − p).

use crate::args::{Args, Kind, Spec};
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Real};

pub(crate) static RECORD: Record = Record {
    keyword: "dropout",
    summary: "drops elements with probability p in training; nothing in evaluation",
    aliases: &["droplayer"],
    args: &[Spec::loose("p", Kind::Real(0.0, 1.0), "probability of being dropped (0.5)")],
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, args: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    let p = Real::new(args.real("p", 0.5) as f32);
    Some(Layer::plain(Op::Dropout { p }, inputs[0].shape))
}
