//! `dropout2d(p)`: channels dropped at random in training (Tompson et al., 2015), the others scaled
//! by 1/(1 − p).

use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, blocked_dims, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::shape::Shape;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "dropout2d",
    summary: "drops whole channels with probability p in training; nothing in evaluation",
    aliases: &["spatialdropout", "spatialdropout2d", "featuredropout"],
    args: &[Spec::loose("p", Kind::Real(0.0, 1.0), "probability of being dropped (0.5)")],
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
    Some(dropping(record.keyword, args.real("p", 0.5) as f32, shape, shape.channels()))
}

/// A layer that draws so many numbers for each image, for equal runs of its channels.
pub(super) fn dropping(keyword: &str, p: f32, shape: Shape, draws: usize) -> Layer {
    let code = Code { algorithm: "mask", ty: quote!(Dropout2d), args: quote!(#draws, #p) };
    let blocked = blocked_dims(shape).map(|dims| InBlocks {
        in_place: true,
        ..InBlocks::plain(Code {
            ty: quote!(blocked::Dropout2d),
            args: quote!(#dims, #draws, #p),
            ..code.clone()
        })
    });
    Layer {
        text: format!("{keyword} {p}"),
        output: shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel {
            inference: None,
            in_place: true,
            keyed: true,
            blocked,
            ..Kernel::plain(code)
        })),
    }
}
