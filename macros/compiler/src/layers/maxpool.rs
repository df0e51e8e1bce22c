//! `maxpool(kernel, …)`: the largest element under each window.

use super::conv::{DILATION, PAD, ROUND};
use super::pool::pool;
use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "maxpool",
    summary: "largest element under each window; the stride is the window unless given",
    aliases: &["maxpool2d", "maxpooling2d", "maxpooling"],
    args: &[
        Spec::required("kernel", Kind::Pair(1), "window height x width"),
        Spec::optional(
            "stride",
            Kind::Pair(1),
            "rows and columns from window to window (the window)",
        ),
        PAD,
        DILATION,
        ROUND,
    ],
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
    let code = Code { algorithm: "direct", ty: quote!(MaxPool), args: quote!(#geometry) };
    let blocked = Code { ty: quote!(blocked::MaxPool), ..code.clone() };
    let pools = Some(quote!(rt::blocked::Pool::Max(#geometry)));
    let saved = pool.output.channels().next_multiple_of(16) * pool.output.positions();
    Some(Layer {
        text: pool.text,
        output: pool.output,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(pool.window),
        body: Body::Kernel(Box::new(Kernel {
            saved: pool.output.len(),
            blocked: Some(InBlocks { saved, pools, ..InBlocks::plain(blocked) }),
            ..Kernel::plain(code)
        })),
    })
}
