//! `bn`: batch normalization over each channel (Ioffe and Szegedy, 2015).

use super::ln::AFFINE;
use super::{
    Body, ByLayout, Code, Field, InBlocks, Init, Kernel, Layer, Operand, Param, Record, Role,
    blocked_dims, depends,
};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "bn",
    summary: "batch normalization of each channel, then scale and shift",
    aliases: &["batchnorm", "batchnorm2d", "batchnorm1d", "batchnormalization"],
    args: &[
        Spec::optional("eps", Kind::Real(0.0, 1.0), "added to the variance (1e-5)"),
        Spec::optional(
            "momentum",
            Kind::RealOr(0.0, 1.0, &["none"]),
            "weight of the newest batch in the running statistics; none: that of each batch is the same (0.1)",
        ),
        AFFINE,
        SCALE_INIT,
    ],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    _: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
    let (eps, affine) = (args.real("eps", 1e-5) as f32, args.flag("affine", true));
    let cumulative = args.word("momentum") == Some("none");
    // A cumulative one leaves the batch's statistics, which training then mixes by the passes so far.
    let momentum = if cumulative { 1.0 } else { args.real("momentum", 0.1) as f32 };
    let buffer = |name, value| Param {
        name,
        dims: vec![channels],
        role: Role::Buffer,
        init: Init::Constant(value),
    };
    let folded = Code {
        algorithm: "scale and shift",
        ty: quote!(FoldedBatchNorm),
        args: quote!(#channels, #positions, #eps),
    };
    let training = Code {
        algorithm: "batch norm",
        ty: quote!(BatchNorm),
        args: quote!(#channels, #positions, #eps, #momentum, #affine),
    };
    let dims = blocked_dims(shape);
    let blocked = dims.map(|dims| InBlocks {
        inference: Code {
            ty: quote!(blocked::FoldedBatchNorm),
            args: quote!(#dims, #eps),
            ..folded.clone()
        },
        ..InBlocks::plain(Code {
            ty: quote!(blocked::BatchNorm),
            args: quote!(#dims, #eps, #momentum, #affine),
            ..training.clone()
        })
    });
    let mut params = Vec::new();
    if affine {
        params.push(Param::trainable("weight", vec![channels], Init::Constant(1.0)));
        params.push(Param::trainable("bias", vec![channels], Init::Constant(0.0)));
    }
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
    Some(Layer {
        text: record.keyword.to_owned(),
        output: shape,
        params,
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel {
            inference: Some(ByLayout { nchw: folded.clone(), lanes: folded }),
            packed: ByLayout {
                nchw: Some(vec![channels, channels]),
                lanes: Some(vec![channels, channels]),
            },
            reads_input: true,
            stats: 2 * channels,
            scratch: true,
            blocked,
            norm: Some(eps),
            cumulative,
            batch_statistics: true,
            ..Kernel::plain(training)
        })),
    })
}
