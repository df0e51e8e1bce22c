//! `prelu`: a leaky ReLU whose slope is learned (He et al., 2015).

use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::layers::record::{Layer, Operand, Record};
use crate::param::{Init, Param};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "prelu",
    summary: "x, or a learned slope times x below 0; weight of 1 or one per channel",
    args: &[
        Spec::optional(
            "per_channel",
            Kind::Flag,
            "whether each channel has a slope of its own (false)",
        ),
        SCALE_INIT,
    ],
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, args: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    let shape = inputs[0].shape;
    let per_channel = args.flag("per_channel", false);
    let slopes = if per_channel { shape.channels() } else { 1 };
    let params = vec![Param::trainable("weight", vec![slopes], Init::Constant(0.25))];
    Some(Layer { params, ..Layer::plain(Op::Prelu { per_channel }, shape) })
}
