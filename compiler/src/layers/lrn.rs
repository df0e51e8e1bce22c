//! `lrn(size)`: local response normalization over neighboring channels (Krizhevsky et al., 2012).

use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, blocked_dims, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "lrn",
    summary: "each element over (k + alpha · mean of squares of size channels around it)^beta",
    aliases: &["localresponsenorm", "crosschannellrn"],
    args: &[
        Spec::required("size", Kind::Int(1), "channels that a mean is of"),
        Spec::optional("alpha", Kind::Real(0.0, f64::MAX), "weight of the mean of squares (1e-4)"),
        Spec::optional("beta", Kind::Real(0.0, 16.0), "exponent (0.75)"),
        Spec::optional("k", Kind::Real(0.0, f64::MAX), "added to the weighted mean (1)"),
    ],
    joins: false,
    build,
    output_anyway: depends,
};

/// Channels on either side that the kernel in blocks can reach: a block.
const REACH: usize = 16;

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
    let size = args.int("size");
    let [alpha, beta, k] =
        [("alpha", 1e-4), ("beta", 0.75), ("k", 1.0)].map(|(name, d)| args.real(name, d) as f32);
    if k < f32::MIN_POSITIVE {
        report.error(
            args.area_of("k"),
            format!("{} with k=0 divides zeros by zeros\nhelp: k=1 is the default", record.keyword),
        );
        return None;
    }
    let rule = quote!(rt::Lrn { size: #size, alpha: #alpha, beta: #beta, k: #k });
    let code = Code {
        algorithm: "over neighbors",
        ty: quote!(LocalResponseNorm),
        args: quote!([#channels, #positions], #rule),
    };
    let blocked = blocked_dims(shape).filter(|_| size / 2 <= REACH).map(|dims| {
        let args = quote!(#dims, #rule);
        InBlocks::plain(Code { ty: quote!(blocked::LocalResponseNorm), args, ..code.clone() })
    });
    Some(Layer {
        text: format!("{} {size}", record.keyword),
        output: shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel {
            reads_input: true,
            scratch: true,
            blocked,
            ..Kernel::plain(code)
        })),
    })
}
