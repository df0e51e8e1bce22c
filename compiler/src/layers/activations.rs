//! The activations: a row each, with the runtime's name and what the derivative reads.

use super::{Activation, Body, Field, Layer, Operand, Record, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::window::Window;
use proc_macro2::TokenStream;
use quote::quote;

const ANY: Kind = Kind::Real(f64::NEG_INFINITY, f64::INFINITY);
const FINITE: Kind = Kind::Real(-(f32::MAX as f64), f32::MAX as f64);
const POSITIVE: Kind = Kind::Real(0.0, f64::INFINITY);
/// Derivatives from the output divide by it.
const FACTOR: Kind = Kind::Real(1e-3, 1e3);

macro_rules! activations {
    ($($name:ident $keyword:literal [$($alias:literal)*] reads $reads:ident, $summary:literal,
       ($($arg:expr),*) |$args:pat_param| $value:expr;)*) => {$(
        pub(super) static $name: Record = Record {
            keyword: $keyword,
            summary: $summary,
            aliases: &[$($alias),*],
            args: &[$($arg),*],
            joins: false,
            build: |record, args, inputs, report| {
                let value: fn(&Args) -> TokenStream = |$args| $value;
                build(record, args, inputs, report, value(args), Reads::$reads)
            },
            output_anyway: depends,
        };
    )*};
}

#[derive(PartialEq)]
enum Reads {
    Input,
    Output,
}

activations! {
    SIGMOID "sigmoid" ["logistic"] reads Output, "1/(1 + e^−x)", () |_| quote!(Sigmoid);
    TANH "tanh" [] reads Output, "hyperbolic tangent, or scale·tanh(slope·x)",
        (Spec::optional("scale", FACTOR, "limit at infinity (1)"), Spec::optional("slope", FACTOR, "steepness (1)"))
        |args| match (args.real("scale", 1.0) as f32, args.real("slope", 1.0) as f32) {
            (1.0, 1.0) => quote!(Tanh),
            (scale, slope) => quote!(ScaledTanh { scale: #scale, slope: #slope }),
        };
    RELU "relu" [] reads Output, "max(x, 0)", () |_| quote!(Relu);
    RELU6 "relu6" [] reads Output, "min(max(x, 0), 6)", () |_| quote!(Relu6);
    LEAKY_RELU "leaky_relu" [] reads Output, "x, or slope·x below 0",
        (Spec::loose("slope", POSITIVE, "slope below 0 (0.01)"))
        |args| { let slope = args.real("slope", 0.01) as f32; quote!(LeakyRelu { slope: #slope }) };
    ELU "elu" [] reads Output, "x, or alpha·(e^x − 1) below 0",
        (Spec::loose("alpha", POSITIVE, "scale below 0 (1)"))
        |args| { let alpha = args.real("alpha", 1.0) as f32; quote!(Elu { alpha: #alpha }) };
    SELU "selu" [] reads Output, "self-normalizing ELU (Klambauer et al., 2017)", () |_| quote!(Selu);
    GELU "gelu" [] reads Input, "x·Φ(x), exact or by tanh",
        (Spec::optional("approx", Kind::Word(&["none", "tanh"]), "approximation by tanh (none)"))
        |args| if args.word("approx") == Some("tanh") { quote!(GeluTanh) } else { quote!(Gelu) };
    SILU "silu" ["swish"] reads Input, "x·sigmoid(x)", () |_| quote!(Silu);
    MISH "mish" [] reads Input, "x·tanh(softplus(x))", () |_| quote!(Mish);
    HARDSIGMOID "hardsigmoid" ["hsigmoid"] reads Input, "relu6(x + 3)/6", () |_| quote!(HardSigmoid);
    HARDSWISH "hardswish" ["hswish"] reads Input, "x·relu6(x + 3)/6", () |_| quote!(HardSwish);
    SOFTPLUS "softplus" [] reads Input, "ln(1 + e^(beta·x))/beta, and x above the threshold",
        (Spec::optional("beta", ANY, "steepness (1)"), Spec::optional("threshold", ANY, "beta·x above which it is x (20)"))
        |args| {
            let (beta, threshold) = (args.real("beta", 1.0) as f32, args.real("threshold", 20.0) as f32);
            quote!(Softplus { beta: #beta, threshold: #threshold })
        };
    RESCALE "rescale" ["rescaling" "mulconstant"] reads Output, "factor·x, the factor a constant",
        (Spec::required("factor", FINITE, "what all elements are multiplied by"))
        |args| { let factor = args.real("factor", 1.0) as f32; quote!(Rescale { factor: #factor }) };
}

fn build(
    record: &'static Record,
    _: &Args,
    inputs: &[Operand],
    _: &mut Report,
    value: TokenStream,
    reads: Reads,
) -> Option<Layer> {
    Some(Layer {
        text: record.keyword.to_owned(),
        output: inputs[0].shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Activation(Activation {
            value: quote!(rt::#value),
            reads_input: reads == Reads::Input,
        }),
    })
}
