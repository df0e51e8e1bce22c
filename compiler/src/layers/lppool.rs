//! `lppool(p, kernel, …)`: the p-norm under each window, `(Σ |x|ᵖ)^(1/p)`.

use super::conv::{DILATION, PAD, ROUND};
use super::pool::{KERNEL, STRIDE, pool};
use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "lppool",
    summary: "p-norm under each window, the p-th root of the sum of |x|^p",
    aliases: &["lppool2d", "lpnormpool"],
    args: &[
        Spec::required("p", Kind::Real(1.0, f64::INFINITY), "exponent, at least 1"),
        KERNEL,
        STRIDE,
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
    let (geometry, p) = (pool.geometry, args.real("p", 2.0) as f32);
    let code = Code { algorithm: "direct", ty: quote!(LpPool), args: quote!(#geometry, #p) };
    let blocked = Code { ty: quote!(blocked::LpPool), ..code.clone() };
    let saved = pool.output.channels().next_multiple_of(16) * pool.output.positions();
    Some(Layer {
        text: format!("{} p={p}", pool.text),
        output: pool.output,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(pool.window),
        body: Body::Kernel(Box::new(Kernel {
            reads_input: true,
            saved: pool.output.len(),
            blocked: Some(InBlocks { saved, ..InBlocks::plain(blocked) }),
            ..Kernel::plain(code)
        })),
    })
}
