//! `prodpool(kernel, …)`: the product under each window.

use super::conv::{DILATION, PAD, ROUND};
use super::pool::{KERNEL, STRIDE, pool};
use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends};
use crate::args::Args;
use crate::report::Report;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "prodpool",
    summary: "product under each window; the stride is the window unless given",
    aliases: &["prodpool2d", "productpool"],
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
    let code = Code { algorithm: "direct", ty: quote!(ProdPool), args: quote!(#geometry) };
    let blocked = Code { ty: quote!(blocked::ProdPool), ..code.clone() };
    Some(Layer {
        text: pool.text,
        output: pool.output,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(pool.window),
        body: Body::Kernel(Box::new(Kernel {
            reads_input: true,
            scratch: true,
            blocked: Some(InBlocks::plain(blocked)),
            ..Kernel::plain(code)
        })),
    })
}
