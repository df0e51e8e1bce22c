//! `log_softmax`: the logarithm of softmax, over the channels at each position.

use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "log_softmax",
    summary: "the logarithm of softmax, over the channels at each position",
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, _: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    Some(Layer::plain(Op::LogSoftmax, inputs[0].shape))
}
