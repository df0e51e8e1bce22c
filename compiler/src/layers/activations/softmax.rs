//! `softmax`: e^x over the sum of e^x, over the channels at each position.

use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "softmax",
    summary: "e^x over the sum of e^x, over the channels at each position",
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, _: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    Some(Layer::plain(Op::Softmax, inputs[0].shape))
}
