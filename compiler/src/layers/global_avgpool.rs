//! `global_avgpool`: the mean of each channel.

use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends, expect_volume};
use crate::args::Args;
use crate::report::Report;
use crate::shape::Shape;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "global_avgpool",
    summary: "mean of each channel, as a channels x 1 x 1 volume",
    aliases: &["gap", "globalaveragepooling2d", "globalaveragepool", "globalpool"],
    args: &[],
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
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    Some(Layer {
        text: record.keyword.to_owned(),
        output: Shape::volume(channels, 1, 1),
        params: Vec::new(),
        macs: 0,
        field: Field::Everything,
        body: Body::Kernel(Box::new(kernel(channels, size))),
    })
}

pub(super) fn kernel(channels: usize, [height, width]: [usize; 2]) -> Kernel {
    let positions = height * width;
    let code = Code {
        algorithm: "direct",
        ty: quote!(GlobalAvgPool),
        args: quote!(#channels, #positions),
    };
    let blocked = Code {
        ty: quote!(blocked::GlobalAvgPool),
        args: quote!([#channels, #height, #width]),
        ..code.clone()
    };
    Kernel { blocked: Some(InBlocks::plain(blocked)), ..Kernel::plain(code) }
}
