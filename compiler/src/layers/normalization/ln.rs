//! `ln`: layer normalization (Ba, Kiros and Hinton, 2016), over the channels at each position or
//! over all elements of an image.

use super::affine::{AFFINE, EPS, norm, params};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Over, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "ln",
    summary: "normalization over the channels at each position, or with over=all over the image",
    aliases: &["layernorm", "layernorm2d", "layernormalization"],
    args: &[
        EPS,
        AFFINE,
        SCALE_INIT,
        Spec::optional(
            "over",
            Kind::Word(&["channels", "all"]),
            "what a mean and a variance are of (channels)",
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
    let shape = inputs[0].shape;
    let channels = shape.channels();
    let all = args.word("over") == Some("all");
    let normalized = if all { shape.len() } else { channels };
    if normalized == 1 {
        let what = if all { "an image has one element" } else { "the input has one channel" };
        report.error(
            args.area,
            format!(
                "{} normalizes single numbers: {what}, so its output would be its bias",
                record.keyword
            ),
        );
        return None;
    }
    let dims = match shape {
        Shape::Volume { height, width, .. } if all => vec![channels, height, width],
        _ => vec![channels],
    };
    let norm = norm(args, true);
    let over = if all { Over::All } else { Over::Channels };
    let params = params(&norm, &dims);
    Some(Layer { params, ..Layer::plain(Op::LayerNorm { norm, over }, shape) })
}
