//! `bn`: batch normalization over each channel (Ioffe and Szegedy, 2015).

use super::affine::{AFFINE, EPS, norm, params};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::layers::record::{Layer, Operand, Record};
use crate::param::{Init, Param};
use crate::report::Report;
use cnn_ir::Role;
use cnn_ir::{Op, Real};

pub(crate) static RECORD: Record = Record {
    keyword: "bn",
    summary: "batch normalization of each channel, then scale and shift",
    aliases: &["batchnorm", "batchnorm2d", "batchnorm1d", "batchnormalization"],
    args: &[
        EPS,
        Spec::optional(
            "momentum",
            Kind::RealOr(0.0, 1.0, &["none"]),
            "weight of the newest batch in the running statistics; none: that of each batch is the same (0.1)",
        ),
        AFFINE,
        SCALE_INIT,
    ],
    build,
    ..Record::PLAIN
};

fn build(_: &'static Record, args: &Args, inputs: &[Operand], _: &mut Report) -> Option<Layer> {
    let shape = inputs[0].shape;
    let channels = shape.channels();
    let momentum = match args.word("momentum") {
        Some("none") => None,
        _ => Some(Real::new(args.real("momentum", 0.1) as f32)),
    };
    let norm = norm(args, true);
    let buffer = |name, value| Param {
        name,
        dims: vec![channels],
        role: Role::Buffer,
        init: Init::Constant(value),
    };
    let mut params = params(&norm, &[channels]);
    params.extend([
        buffer("running_mean", 0.0),
        buffer("running_var", 1.0),
        Param {
            name: "num_batches_tracked",
            dims: vec![],
            role: Role::Counter,
            init: Init::Constant(0.0),
        },
    ]);
    Some(Layer { params, ..Layer::plain(Op::BatchNorm { norm, momentum }, shape) })
}
