//! `split(n, i)`: one of n equal parts of the channels, as `torch.chunk` cuts them.

use super::{
    Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, Selects, blocked_dims, depends,
};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "split",
    summary: "part i of n equal parts of the channels, counted from 0",
    aliases: &["chunk", "slice", "narrow"],
    args: &[
        Spec::required("n", Kind::Int(1), "equal parts of the channels"),
        Spec::required("i", Kind::Int(0), "which part, from 0 to n − 1"),
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
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
    let (n, i) = (args.int("n"), args.int("i"));
    let text = format!("{} {i} of {n}", record.keyword);
    let mut ok = true;
    if channels % n != 0 {
        report.error(
            args.area_of("n"),
            format!(
                "n={n} does not divide the {channels} channels of the input into equal parts\nhelp: {}",
                divisors_of(channels, "n")
            ),
        );
        ok = false;
    }
    if i >= n {
        report.error(
            args.area_of("i"),
            format!(
                "there is no part {i} of {n}: they are counted from 0\nhelp: the last one is i={}",
                n - 1
            ),
        );
        ok = false;
    }
    if !ok {
        return None;
    }
    let (count, first) = (channels / n, channels / n * i);
    let code = Code {
        algorithm: "copy",
        ty: quote!(Split),
        args: quote!([#channels, #positions], #first, #count),
    };
    let blocked = blocked_dims(shape).map(|dims| InBlocks {
        selects: Some(Selects::Part { first, count }),
        ..InBlocks::plain(Code {
            ty: quote!(blocked::Split),
            args: quote!(#dims, #first, #count),
            ..code.clone()
        })
    });
    Some(Layer {
        text,
        output: shape.with_channels(count),
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel { blocked, ..Kernel::plain(code) })),
    })
}

/// What divides a number, in ascending order.
pub(super) fn divisors(n: usize) -> Vec<usize> {
    let small: Vec<usize> = (1..=n.isqrt()).filter(|d| n.is_multiple_of(*d)).collect();
    let large = small.iter().rev().map(|d| n / d).filter(|d| !small.contains(d));
    let large: Vec<usize> = large.collect();
    [small, large].concat()
}

/// What divides the channels, for a help.
pub(super) fn divisors_of(channels: usize, name: &str) -> String {
    const MOST: usize = 8;
    let all = &divisors(channels)[1..];
    let listed: Vec<String> = all.iter().take(MOST).map(|n| format!("{name}={n}")).collect();
    match listed.as_slice() {
        [] => format!("only {name}=1 does"),
        [one] => format!("{one} does"),
        _ => {
            format!("{} do{}", listed.join(", "), if all.len() > MOST { ", and more" } else { "" })
        }
    }
}
