//! `identity`: its input as it is. It takes a place in the parameter path, as a layer of another
//! framework does that only changes the order of dimensions.

use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "identity",
    summary: "its input as it is; takes a place in the parameter path",
    aliases: &["noop"],
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, _: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    Some(Layer::plain(Op::Identity, inputs[0].shape))
}
