//! `attnpool`: a mean over the positions, weighted by a query.

use super::{
    Body, Code, Field, InBlocks, Init, Kernel, Layer, Operand, Param, Record, depends,
    expect_volume,
};
use crate::args::Args;
use crate::init::SCALE_INIT;
use crate::report::Report;
use crate::shape::Shape;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "attnpool",
    summary: "mean over the positions, weighted by the softmax of their products with a learned query",
    aliases: &["attentionpool", "attentionpooling", "attentionpool2d"],
    args: &[SCALE_INIT],
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
    let (channels, [height, width]) = expect_volume(record.keyword, args, inputs[0], report)?;
    let positions = height * width;
    let code =
        Code { algorithm: "direct", ty: quote!(AttnPool), args: quote!(#channels, #positions) };
    let blocked = Code {
        ty: quote!(blocked::AttnPool),
        args: quote!([#channels, #height, #width]),
        ..code.clone()
    };
    Some(Layer {
        text: record.keyword.to_owned(),
        output: Shape::Vector(channels),
        // A query of zeros weighs all positions alike: training starts from their mean.
        params: vec![Param::trainable("weight", vec![channels], Init::Constant(0.0))],
        macs: 2 * (channels * positions) as u64,
        field: Field::Everything,
        body: Body::Kernel(Box::new(Kernel {
            reads_input: true,
            scratch: true,
            saved: positions,
            blocked: Some(InBlocks { saved: positions, ..InBlocks::plain(blocked) }),
            ..Kernel::plain(code)
        })),
    })
}
