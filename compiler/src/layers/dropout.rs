//! `dropout(p)`: elements dropped at random in training, the others scaled by 1/(1 − p).

use super::{Body, Code, Field, Kernel, Layer, Operand, Record, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "dropout",
    summary: "drops elements with probability p in training; nothing in evaluation",
    aliases: &["droplayer"],
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
    let p = args.real("p", 0.5) as f32;
    let code = Code { algorithm: "mask", ty: quote!(Dropout), args: quote!(#p) };
    Some(Layer {
        text: format!("{} {p}", record.keyword),
        output: inputs[0].shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel {
            inference: None,
            in_place: true,
            keyed: true,
            ..Kernel::plain(code)
        })),
    })
}
