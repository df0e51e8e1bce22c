//! `attnpool`: a mean over the positions, weighted by a query.

use crate::args::Args;
use crate::init::SCALE_INIT;
use crate::layers::checks::expect_volume;
use crate::layers::record::{Layer, Operand, Record};
use crate::param::{Init, Param};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "attnpool",
    summary: "mean over the positions, weighted by the softmax of their products with a learned query",
    aliases: &["attentionpool", "attentionpooling", "attentionpool2d"],
    args: &[SCALE_INIT],
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
    // A query of zeros weighs all positions alike: training starts from their mean.
    let params = vec![Param::trainable("weight", vec![channels], Init::Constant(0.0))];
    Some(Layer { params, ..Layer::plain(Op::AttnPool, Shape::Vector(channels)) })
}
