//! `scale`: each channel times a learned number, and perhaps plus another one.

use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::layers::record::{Layer, Operand, Record};
use crate::param::{Init, Param};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
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
    build,
    ..Record::PLAIN
};

fn build(
    _: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let channels = shape.channels();
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
    Some(Layer { params, ..Layer::plain(Op::Scale { bias, bare }, shape) })
}
