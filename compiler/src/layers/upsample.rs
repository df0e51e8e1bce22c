//! `upsample(factor, mode)`, `upsample(size=56x56, mode)`: each channel larger.

use super::{
    Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends, expect_volume, sane,
};
use crate::args::{Args, Kind, Spec};
use crate::receptive::gcd;
use crate::report::Report;
use crate::window::volume;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "upsample",
    summary: "each channel larger, by a whole factor or to a size, its pixels repeated or interpolated",
    aliases: &[
        "upsampling2d",
        "upsamplingnearest2d",
        "upsamplingbilinear2d",
        "resize",
        "interpolate",
    ],
    args: &[
        Spec::loose("factor", Kind::Pair(1), "rows and columns for each of the input"),
        Spec::loose("mode", Kind::Word(&["nearest", "bilinear"]), "nearest or bilinear (nearest)"),
        Spec::optional(
            "size",
            Kind::Pair(1),
            "height and width of the output, instead of a factor",
        ),
        Spec::optional(
            "align_corners",
            Kind::Flag,
            "whether bilinear interpolation leaves the outermost pixels in their places (false)",
        ),
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
    let bilinear = args.word("mode") == Some("bilinear");
    let aligned = args.flag("align_corners", false);
    if aligned && !bilinear {
        report.error(
            args.area_of("align_corners"),
            "only bilinear interpolation looks between pixels, so that `align_corners` has a meaning\nhelp: upsample(…, bilinear, align_corners=true)",
        );
        return None;
    }
    let (text, output) = wanted(record, args, size, report)?;
    let [rows, columns] = output;
    let shape = volume(channels, output);
    if !sane(args.area, &text, shape, &[], report) {
        return None;
    }
    let interpolation = match (bilinear, aligned) {
        (false, _) => quote!(rt::Interpolation::Nearest),
        (true, false) => quote!(rt::Interpolation::Bilinear),
        (true, true) => quote!(rt::Interpolation::Aligned),
    };
    let code = Code {
        algorithm: if bilinear { "bilinear" } else { "nearest" },
        ty: quote!(Upsample),
        args: quote!([#channels, #height, #width], [#rows, #columns], #interpolation),
    };
    let blocked = Some(InBlocks::plain(Code { ty: quote!(blocked::Upsample), ..code.clone() }));
    Some(Layer {
        text,
        output: shape,
        params: Vec::new(),
        macs: 0,
        field: field(size, output, bilinear, aligned),
        body: Body::Kernel(Box::new(Kernel { blocked, ..Kernel::plain(code) })),
    })
}

/// The layer in short, and the size that it gives.
fn wanted(
    record: &'static Record,
    args: &Args,
    size: [usize; 2],
    report: &mut Report,
) -> Option<(String, [usize; 2])> {
    let keyword = record.keyword;
    match (args.has("factor"), args.has("size")) {
        (true, false) => {
            let factor @ [down, across] = args.pair("factor", [1, 1]);
            let output = [0, 1].map(|d| size[d].saturating_mul(factor[d]));
            Some((format!("{keyword} {down}x{across}"), output))
        }
        (false, true) => {
            let output @ [rows, columns] = args.pair("size", [1, 1]);
            if rows < size[0] || columns < size[1] {
                report.error(
                    args.area_of("size"),
                    format!("{keyword} makes images larger, but its input is {}x{}\nhelp: adaptive_avgpool({rows}x{columns}) makes them smaller", size[0], size[1]),
                );
                return None;
            }
            Some((format!("{keyword} to {rows}x{columns}"), output))
        }
        (true, true) => {
            let text = format!("{keyword} takes a factor or a size, not both");
            report.error(args.area_of("size"), text);
            None
        }
        (false, false) => {
            let help = "upsample(2), or upsample(size=56x56)";
            report
                .error(args.area, format!("{keyword} lacks its `factor` or `size`\nhelp: {help}"));
            None
        }
    }
}

/// What an output position sees.
fn field(size: [usize; 2], output: [usize; 2], bilinear: bool, aligned: bool) -> Field {
    // The neighbor that is interpolated with.
    let more =
        |d: usize| usize::from(bilinear && output[d] != size[d] && !(aligned && size[d] == 1));
    let ratio = |d: usize| match aligned && size[d] > 1 {
        true => [output[d] - 1, size[d] - 1],
        false => [output[d], size[d]],
    };
    let reduced = [0, 1].map(|d| {
        let [a, b] = ratio(d);
        let divisor = gcd(a, b);
        [a / divisor, b / divisor]
    });
    Field::Finer {
        factor: reduced.map(|[factor, _]| factor),
        per: reduced.map(|[_, per]| per),
        reach: [0, 1].map(|d| 1 + more(d)),
        before: [0, 1].map(|d| if aligned { 0 } else { more(d) }),
    }
}
