//! `pad(amount, …)`: rows and columns around each channel, as a layer and as a convolution's
//! `pad_mode`.

use crate::args::{Args, Kind, Spec};
use crate::layers::checks::{enough_inside, expect_volume, sane};
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{MODES, border};
use crate::report::Report;
use crate::window::volume;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "pad",
    summary: "rows and columns around each channel: zeros, another number, or copies of what is inside",
    aliases: &[
        "zeropad2d",
        "zeropadding2d",
        "constantpad2d",
        "reflectionpad2d",
        "replicationpad2d",
        "circularpad2d",
        "padding",
    ],
    args: &[
        Spec::required(
            "pad",
            Kind::Margins,
            "how many: n, (height, width) or (top, bottom, left, right)",
        ),
        Spec::optional(
            "mode",
            Kind::Word(MODES),
            "what they hold: zero, reflect, replicate, circular (zero)",
        ),
        Spec::optional(
            "value",
            Kind::Real(-(f32::MAX as f64), f32::MAX as f64),
            "a number that they hold instead of zero",
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
    let (more, mode) = (args.margins("pad"), args.word("mode").unwrap_or("zero"));
    if mode != "zero" && args.has("value") {
        report.error(
            args.area_of("value"),
            format!("`value` is what zero padding holds instead of zeros, but {mode} padding holds copies of what is inside"),
        );
        return None;
    }
    if !enough_inside(record.keyword, mode, more, size, args.area_of("pad"), report) {
        return None;
    }
    let [top, bottom, left, right] = more;
    let output = volume(channels, [size[0] + top + bottom, size[1] + left + right]);
    if !sane(args.area, record.keyword, output, &[], report) {
        return None;
    }
    let border = border(mode, args.real("value", 0.0) as f32);
    Some(Layer::plain(Op::Pad { pad: more, border }, output))
}
