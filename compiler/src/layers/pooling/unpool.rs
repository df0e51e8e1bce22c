//! `unpool(label)`: the elements back in the places from which an earlier `maxpool` took its own.

use crate::args::{Args, Kind, Spec};
use crate::intern;
use crate::layers::checks::{expect_volume, sane};
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "unpool",
    summary: "elements back in the places of an earlier maxpool's maxima, zeros elsewhere",
    aliases: &["maxunpool", "maxunpool2d", "unpooling"],
    args: &[Spec::required("pool", Kind::Label, "label of an earlier maxpool")],
    build,
    output_anyway,
    ..Record::PLAIN
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
    let Some(window) = source.window else {
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
    let op = Op::Unpool { pool: intern::text(name), window };
    sane(args.area, &op.to_string(), source.input, &[], report)
        .then(|| Layer::plain(op, source.input))
}

/// The output where its pool is known.
fn output_anyway(args: &Args) -> Option<Shape> {
    args.source.as_ref().map(|source| source.input)
}
