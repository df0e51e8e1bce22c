//! `scale`: each channel times a learned number, and perhaps plus another one.

use super::{
    Body, Code, Field, InBlocks, Init, Kernel, Layer, Operand, Param, Record, blocked_dims, depends,
};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "scale",
    summary: "each channel times a learned weight, with bias=true plus a learned bias",
    aliases: &["layerscale", "affine", "scaleshift"],
    args: &[
        SCALE_INIT,
        Spec::optional("bias", Kind::Flag, "whether a bias is added (false)"),
        Spec::optional(
            "bare",
            Kind::Flag,
            "whether the layer's own path names the weight, of channels × 1 × 1 (false)",
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
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
    let (bias, bare) = (args.flag("bias", false), args.flag("bare", false));
    if bias && bare {
        report.error(
            args.area_of("bare"),
            "a bare scale is one tensor, named by the layer's path, so that it has no bias\nhelp: leave out bare=true or bias=true",
        );
        return None;
    }
    let init = Init::Constant(1.0);
    let weight = match bare {
        true => Param::trainable("", vec![channels, 1, 1], init),
        false => Param::trainable("weight", vec![channels], init),
    };
    let mut params = vec![weight];
    if bias {
        params.push(Param::trainable("bias", vec![channels], Init::Constant(0.0)));
    }
    let code =
        Code { algorithm: "elementwise", ty: quote!(Scale), args: quote!(#channels, #positions) };
    let blocked = blocked_dims(shape).map(|dims| {
        InBlocks::plain(Code { ty: quote!(blocked::Scale), args: dims, ..code.clone() })
    });
    Some(Layer {
        text: record.keyword.to_owned(),
        output: shape,
        params,
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel { reads_input: true, blocked, ..Kernel::plain(code) })),
    })
}
