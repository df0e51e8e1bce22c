//! `ln`: layer normalization (Ba, Kiros and Hinton, 2016), over the channels at each position or
//! over all elements of an image.

use super::{
    Body, Code, Field, InBlocks, Init, Kernel, Layer, Operand, Param, Record, blocked_dims, depends,
};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::report::Report;
use crate::shape::Shape;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
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
    joins: false,
    build,
    output_anyway: depends,
};

pub(super) const EPS: Spec =
    Spec::optional("eps", Kind::Real(0.0, 1.0), "added to the variance (1e-5)");
pub(super) const AFFINE: Spec =
    Spec::optional("affine", Kind::Flag, "whether it has a weight and a bias (true)");

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
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
    let mut params = Vec::new();
    if args.flag("affine", true) {
        params.push(Param::trainable("weight", dims.clone(), Init::Constant(1.0)));
        params.push(Param::trainable("bias", dims, Init::Constant(0.0)));
    }
    let eps = args.real("eps", 1e-5) as f32;
    let kernel = if all || positions == 1 && matches!(shape, Shape::Vector(_)) {
        let args = quote!([#normalized, 1], 1, #eps);
        let code = Code { algorithm: "over images", ty: quote!(GroupNorm), args };
        Kernel { saved: 3, ..Kernel::plain(code) }
    } else {
        let args = quote!([#channels, #positions], #eps);
        let code = Code { algorithm: "over channels", ty: quote!(LayerNorm), args };
        let blocked = blocked_dims(shape).map(|dims| InBlocks {
            saved: 2 * positions,
            ..InBlocks::plain(Code {
                ty: quote!(blocked::LayerNorm),
                args: quote!(#dims, #eps),
                ..code.clone()
            })
        });
        Kernel { saved: 2 * positions, blocked, ..Kernel::plain(code) }
    };
    Some(Layer {
        text: record.keyword.to_owned(),
        output: shape,
        params,
        macs: 0,
        field: if all { Field::Everything } else { Field::Window(Window::POINT) },
        body: Body::Kernel(Box::new(Kernel { reads_input: true, ..kernel })),
    })
}
