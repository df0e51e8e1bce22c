//! `upsample(factor, mode)`, `upsample(size=56x56, mode)`: each channel larger.

use crate::args::{Args, Kind, Spec};
use crate::layers::checks::{expect_volume, sane};
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use crate::window::volume;
use cnn_ir::{Interpolation, Op, Target};

pub(crate) static RECORD: Record = Record {
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
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let bilinear = args.word("mode") == Some("bilinear");
    let aligned = args.flag("align_corners", false);
    if aligned && !bilinear {
        report.error(
            args.area_of("align_corners"),
            "only bilinear interpolation looks between pixels, so that `align_corners` has a meaning\nhelp: upsample(…, bilinear, align_corners=true)",
        );
        return None;
    }
    let interpolation = match (bilinear, aligned) {
        (false, _) => Interpolation::Nearest,
        (true, false) => Interpolation::Bilinear,
        (true, true) => Interpolation::Aligned,
    };
    let (target, output) = wanted(record, args, size, report)?;
    let (op, shape) = (Op::Upsample { target, interpolation }, volume(channels, output));
    sane(args.area, &op.to_string(), shape, &[], report).then(|| Layer::plain(op, shape))
}

/// How much larger, and the size that it gives.
fn wanted(
    record: &'static Record,
    args: &Args,
    size: [usize; 2],
    report: &mut Report,
) -> Option<(Target, [usize; 2])> {
    let keyword = record.keyword;
    match (args.has("factor"), args.has("size")) {
        (true, false) => {
            let factor = args.pair("factor", [1, 1]);
            let output = [0, 1].map(|d| size[d].saturating_mul(factor[d]));
            Some((Target::Factor(factor), output))
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
            Some((Target::Size(output), output))
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
