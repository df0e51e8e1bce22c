//! The activations: a row each.

use crate::args::{Args, Kind, Spec};
use crate::layers::record::{Layer, Record};
use cnn_ir::Activation::{self, *};
use cnn_ir::{Op, Real};

const ANY: Kind = Kind::Real(f64::NEG_INFINITY, f64::INFINITY);
const FINITE: Kind = Kind::Real(-(f32::MAX as f64), f32::MAX as f64);
const POSITIVE: Kind = Kind::Real(0.0, f64::INFINITY);
/// Derivatives from the output divide by it.
const FACTOR: Kind = Kind::Real(1e-3, 1e3);

/// A number among the arguments.
fn real(args: &Args, name: &str, default: f64) -> Real {
    Real::new(args.real(name, default) as f32)
}

macro_rules! activations {
    ($($name:ident $keyword:literal [$($alias:literal)*], $summary:literal,
       ($($arg:expr),*) |$args:pat_param| $value:expr;)*) => {$(
        pub(crate) static $name: Record = Record {
            keyword: $keyword,
            summary: $summary,
            aliases: &[$($alias),*],
            args: &[$($arg),*],
            build: |_, args, inputs, _| {
                let value: fn(&Args) -> Activation = |$args| $value;
                Some(Layer::plain(Op::Activation(value(args)), inputs[0].shape))
            },
            ..Record::PLAIN
        };
    )*};
}

activations! {
    SIGMOID "sigmoid" ["logistic"], "1/(1 + e^−x)", () |_| Sigmoid;
    TANH "tanh" [], "hyperbolic tangent, or scale·tanh(slope·x)",
        (Spec::optional("scale", FACTOR, "limit at infinity (1)"), Spec::optional("slope", FACTOR, "steepness (1)"))
        |args| Tanh { scale: real(args, "scale", 1.0), slope: real(args, "slope", 1.0) };
    RELU "relu" [], "max(x, 0)", () |_| Relu;
    RELU6 "relu6" [], "min(max(x, 0), 6)", () |_| Relu6;
    LEAKY_RELU "leaky_relu" [], "x, or slope·x below 0",
        (Spec::loose("slope", POSITIVE, "slope below 0 (0.01)"))
        |args| LeakyRelu { slope: real(args, "slope", 0.01) };
    ELU "elu" [], "x, or alpha·(e^x − 1) below 0",
        (Spec::loose("alpha", POSITIVE, "scale below 0 (1)"))
        |args| Elu { alpha: real(args, "alpha", 1.0) };
    SELU "selu" [], "self-normalizing ELU (Klambauer et al., 2017)", () |_| Selu;
    GELU "gelu" [], "x·Φ(x), exact or by tanh",
        (Spec::optional("approx", Kind::Word(&["none", "tanh"]), "approximation by tanh (none)"))
        |args| if args.word("approx") == Some("tanh") { GeluTanh } else { Gelu };
    SILU "silu" ["swish"], "x·sigmoid(x)", () |_| Silu;
    MISH "mish" [], "x·tanh(softplus(x))", () |_| Mish;
    HARDSIGMOID "hardsigmoid" ["hsigmoid"], "relu6(x + 3)/6", () |_| HardSigmoid;
    HARDSWISH "hardswish" ["hswish"], "x·relu6(x + 3)/6", () |_| HardSwish;
    SOFTPLUS "softplus" [], "ln(1 + e^(beta·x))/beta, and x above the threshold",
        (Spec::optional("beta", ANY, "steepness (1)"), Spec::optional("threshold", ANY, "beta·x above which it is x (20)"))
        |args| Softplus { beta: real(args, "beta", 1.0), threshold: real(args, "threshold", 20.0) };
    RESCALE "rescale" ["rescaling" "mulconstant"], "factor·x, the factor a constant",
        (Spec::required("factor", FINITE, "what all elements are multiplied by"))
        |args| Rescale { factor: real(args, "factor", 1.0) };
}
