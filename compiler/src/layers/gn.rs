//! `gn(groups)`: group normalization (Wu and He, 2018).

use super::ln::{AFFINE, EPS};
use super::split::divisors_of;
use super::{
    Body, Code, Field, InBlocks, Init, Kernel, Layer, Operand, Param, Record, blocked_dims, depends,
};
use crate::args::{Args, Kind, Spec};
use crate::init::SCALE_INIT;
use crate::report::Report;
use crate::shape::Shape;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "gn",
    summary: "normalization of each image's channels, group by group, then scale and shift",
    aliases: &["groupnorm", "groupnormalization"],
    args: &[
        Spec::required("groups", Kind::Int(1), "groups of neighboring channels"),
        EPS,
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
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let (channels, groups) = (shape.channels(), args.int("groups"));
    if channels % groups != 0 {
        report.error(
            args.area_of("groups"),
            format!(
                "groups={groups} does not divide the {channels} channels of the input\nhelp: {}",
                divisors_of(channels, "groups")
            ),
        );
        return None;
    }
    let text = format!("{} {groups}", record.keyword);
    normalizing(text, args, shape, groups, args.flag("affine", true), report)
}

/// The layer that normalizes groups of channels.
pub(super) fn normalizing(
    text: String,
    args: &Args,
    shape: Shape,
    groups: usize,
    affine: bool,
    report: &mut Report,
) -> Option<Layer> {
    let (channels, positions) = (shape.channels(), shape.positions());
    if channels / groups * positions == 1 {
        report.error(
            args.area,
            format!(
                "{text} normalizes single numbers: a group of its input {shape} has one element, so its output would be its bias"
            ),
        );
        return None;
    }
    let mut params = Vec::new();
    if affine {
        params.push(Param::trainable("weight", vec![channels], Init::Constant(1.0)));
        params.push(Param::trainable("bias", vec![channels], Init::Constant(0.0)));
    }
    let eps = args.real("eps", 1e-5) as f32;
    let code = Code {
        algorithm: "over groups",
        ty: quote!(GroupNorm),
        args: quote!([#channels, #positions], #groups, #eps),
    };
    let blocked = blocked_dims(shape).map(|dims| InBlocks {
        saved: 2 * channels.next_multiple_of(16),
        ..InBlocks::plain(Code {
            ty: quote!(blocked::GroupNorm),
            args: quote!(#dims, #groups, #eps),
            ..code.clone()
        })
    });
    Some(Layer {
        text,
        output: shape,
        params,
        macs: 0,
        field: Field::Everything,
        body: Body::Kernel(Box::new(Kernel {
            reads_input: true,
            saved: 3 * groups,
            blocked,
            ..Kernel::plain(code)
        })),
    })
}
