//! `sumpool(kernel, …)`: the sum under each window.

use super::conv::{DILATION, PAD, ROUND};
use super::pool::{KERNEL, STRIDE, pool};
use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends};
use crate::args::Args;
use crate::report::Report;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "sumpool",
    summary: "sum under each window; the stride is the window unless given",
    aliases: &["sumpool2d", "sumpooling2d"],
    args: &[KERNEL, STRIDE, PAD, DILATION, ROUND],
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
    let pool = pool(record, args, inputs, report)?;
    let geometry = pool.geometry;
    let code = Code { algorithm: "direct", ty: quote!(SumPool), args: quote!(#geometry) };
    let blocked = Code { ty: quote!(blocked::SumPool), ..code.clone() };
    let pools = Some(quote!(rt::blocked::Pool::Mean(rt::AvgPool::sum(#geometry))));
    Some(Layer {
        text: pool.text,
        output: pool.output,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(pool.window),
        body: Body::Kernel(Box::new(Kernel {
            blocked: Some(InBlocks { pools, ..InBlocks::plain(blocked) }),
            ..Kernel::plain(code)
        })),
    })
}
