//! `unpool(label)`: the elements back in the places from which an earlier `maxpool` took its own.

use super::{
    Body, Code, Field, InBlocks, Indices, Kernel, Layer, Operand, Record, expect_volume, sane,
};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::shape::Shape;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "unpool",
    summary: "elements back in the places of an earlier maxpool's maxima, zeros elsewhere",
    aliases: &["maxunpool", "maxunpool2d", "unpooling"],
    args: &[Spec::required("pool", Kind::Label, "label of an earlier maxpool")],
    joins: false,
    build,
    output_anyway,
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let source = args.source.as_ref()?;
    expect_volume(record.keyword, args, inputs[0], report)?;
    let (name, what) = (&source.name, &source.text);
    let Some(indices) = &source.indices else {
        report.error(
            args.area_of("pool"),
            format!("`{name}` is {what}, which has no indices\nhelp: {} takes the label of an earlier maxpool: p1: maxpool(2)", record.keyword),
        );
        return None;
    };
    let (found, expected) = (inputs[0].shape, source.output);
    if found != expected {
        report.error(
            args.area,
            format!("unpool takes what its pool gives: `{name}`, {what}, gives {expected}, but the input here is {found}"),
        );
        return None;
    }
    let text = format!("{} {name}", record.keyword);
    if !sane(args.area, &text, source.input, &[], report) {
        return None;
    }
    let geometry = &indices.geometry;
    let code = Code { algorithm: "direct", ty: quote!(Unpool), args: quote!(#geometry) };
    let blocked = Code { ty: quote!(blocked::Unpool), ..code.clone() };
    Some(Layer {
        text,
        output: source.input,
        params: Vec::new(),
        macs: 0,
        field: finer(indices),
        body: Body::Kernel(Box::new(Kernel {
            reads_input: true,
            blocked: Some(InBlocks::plain(blocked)),
            ..Kernel::plain(code)
        })),
    })
}

/// The output where its pool is known.
fn output_anyway(args: &Args) -> Option<Shape> {
    args.source.as_ref().map(|source| source.input)
}

/// A position sees the windows that cover it.
fn finer(Indices { window, .. }: &Indices) -> Field {
    let d = [0, 1];
    Field::Finer {
        factor: window.stride,
        per: [1; 2],
        reach: d.map(|d| window.reach(d).div_ceil(window.stride[d])),
        before: d
            .map(|d| (window.reach(d) - 1).saturating_sub(window.pad[2 * d]) / window.stride[d]),
    }
}
