//! `upsample(factor, mode)`: each channel larger by a whole factor.

use super::{
    Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends, expect_volume, sane,
};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::window::volume;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "upsample",
    summary: "each channel larger by a whole factor, its pixels repeated or interpolated",
    aliases: &[
        "upsampling2d",
        "upsamplingnearest2d",
        "upsamplingbilinear2d",
        "resize",
        "interpolate",
    ],
    args: &[
        Spec::required("factor", Kind::Pair(1), "rows and columns for each of the input"),
        Spec::loose("mode", Kind::Word(&["nearest", "bilinear"]), "nearest or bilinear (nearest)"),
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
    let (channels, size @ [height, width]) =
        expect_volume(record.keyword, args, inputs[0], report)?;
    let factor @ [down, across] = args.pair("factor", [1, 1]);
    let bilinear = args.word("mode") == Some("bilinear");
    let text = format!("{} {down}x{across}", record.keyword);
    let output = volume(channels, [0, 1].map(|d| size[d].saturating_mul(factor[d])));
    if !sane(args.area, &text, output, &[], report) {
        return None;
    }
    let code = Code {
        algorithm: if bilinear { "bilinear" } else { "nearest" },
        ty: quote!(Upsample),
        args: quote!([#channels, #height, #width], [#down, #across], #bilinear),
    };
    let blocked = Some(InBlocks::plain(Code { ty: quote!(blocked::Upsample), ..code.clone() }));
    // The neighbour that is interpolated with.
    let more = |d: usize| usize::from(bilinear && factor[d] > 1);
    Some(Layer {
        text,
        output,
        params: Vec::new(),
        macs: 0,
        field: Field::Finer {
            factor,
            reach: [0, 1].map(|d| 1 + more(d)),
            before: [0, 1].map(more),
        },
        body: Body::Kernel(Box::new(Kernel { blocked, ..Kernel::plain(code) })),
    })
}
