//! Activations, each a row: `f`, `f'`, and whether `f'` reads the input or the output.
//!
//! Definitions, defaults and derivatives at the kinks are PyTorch's.

use crate::exec;
use crate::layout::Layout;
use crate::math;
use crate::pass::{Pass, Signal};
use crate::simd::{Simd, simd_fn};
use crate::vector::{map, zip};

/// An elementwise function and its derivative.
pub trait Activation: Copy + Send + Sync + 'static {
    /// Whether the derivative is a function of the input (else of the output).
    const READS_INPUT: bool;
    /// Replaces every `x` by `f(x)`.
    fn apply(self, x: &mut [f32]);
    /// The range that `f` brings its argument into, where it does nothing else.
    fn range(self) -> Option<[f32; 2]> {
        None
    }
    /// Multiplies every `d` by `f'` at the kept input or output.
    fn derivative(self, kept: &[f32], d: &mut [f32]);
    /// Turns the signal `d` that comes back into what goes on, the gradient or another.
    fn signal(self, signal: Signal, kept: &[f32], d: &mut [f32]) {
        let rectifies = self.range().is_some_and(|[low, _]| low == 0.0);
        if !rectifies || signal != Signal::Deconvolution {
            self.derivative(kept, d);
        }
        if rectifies && signal != Signal::Gradient {
            Relu.apply(d);
        }
    }
}

/// Applies the activation's derivative to a whole tensor: `d *= f'(kept)`, or another rule for the signal.
pub fn backward<L: Layout>(
    cx: &Pass<'_>,
    activation: impl Activation,
    kept: &[f32],
    d: &mut [f32],
) {
    let groups = cx.groups::<L>();
    let len = d.len() / groups.max(1);
    exec::split(cx.exec, groups, [(d, len)], &|group, [d]| {
        activation.signal(cx.signal, &kept[group * len..][..len], d);
    });
}

/// No activation: `f(x) = x`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoActivation;

impl Activation for NoActivation {
    const READS_INPUT: bool = false;
    fn apply(self, _: &mut [f32]) {}
    fn range(self) -> Option<[f32; 2]> {
        Some([f32::NEG_INFINITY, f32::INFINITY])
    }
    fn derivative(self, _: &[f32], _: &mut [f32]) {}
}

/// `1 / (1 + e⁻ˣ)`
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

/// `tanh x`
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

/// `scale · tanh(slope · x)`
#[derive(Clone, Copy, Debug)]
pub struct ScaledTanh {
    /// The limit at ∞, above 0, since the derivative is found from the output.
    pub scale: f32,
    /// Steepness: the derivative at 0 is `scale · slope`.
    pub slope: f32,
}

/// `max(x, 0)`
#[derive(Clone, Copy, Debug)]
pub struct Relu;

/// `min(max(x, 0), 6)`
#[derive(Clone, Copy, Debug)]
pub struct Relu6;

/// `x` above zero, `slope · x` below. The slope must not be negative, since the derivative
/// is found from the sign of the output.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu {
    /// Slope below zero, at least 0.
    pub slope: f32,
}

/// `x` above zero, `alpha (eˣ - 1)` below. `alpha` must not be negative, since the
/// derivative is found from the output.
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    /// Minus the limit at -∞, at least 0.
    pub alpha: f32,
}

/// `scale · (x above zero, alpha (eˣ - 1) below)` with the constants of self-normalizing
/// networks.
#[derive(Clone, Copy, Debug)]
pub struct Selu;

/// `x Φ(x)`, with the error function.
#[derive(Clone, Copy, Debug)]
pub struct Gelu;

/// `x / 2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))`
#[derive(Clone, Copy, Debug)]
pub struct GeluTanh;

/// `x / (1 + e⁻ˣ)`
#[derive(Clone, Copy, Debug)]
pub struct Silu;

/// `x · tanh(ln(1 + eˣ))`
#[derive(Clone, Copy, Debug)]
pub struct Mish;

/// `min(max(x + 3, 0), 6) / 6`
#[derive(Clone, Copy, Debug)]
pub struct HardSigmoid;

/// `x · min(max(x + 3, 0), 6) / 6`
#[derive(Clone, Copy, Debug)]
pub struct HardSwish;

/// `ln(1 + e^(beta · x)) / beta`, and `x` itself where `beta · x > threshold`.
#[derive(Clone, Copy, Debug)]
pub struct Softplus {
    /// Sharpness.
    pub beta: f32,
    /// Where the function is taken to be linear.
    pub threshold: f32,
}

/// `factor · x`, the factor a constant.
#[derive(Clone, Copy, Debug)]
pub struct Rescale {
    /// What every element is multiplied by.
    pub factor: f32,
}

/// One row a function: the type, its fields, the range if `f` only clamps to it, `f(s, x)`, and `f'(s, x)`
/// or `f'(s, y)`. Where parts of `f'` are 0 by definition, the last is `d · f'` as a function of `d` too:
/// there an infinite `d` becomes 0, not NaN.
macro_rules! activations {
    ($( $name:ident { $($field:ident),* } $(in $range:expr;)?
        |$s:ident, $x:ident| $f:expr, |$kept:ident: $reads:ident $(, $d:ident)?| $df:expr; )*) => { $(
        impl Activation for $name {
            const READS_INPUT: bool = activations!(@reads $reads);

            fn apply(self, x: &mut [f32]) {
                simd_fn! {
                    fn apply<S elementwise>($s, parameters: $name, x: &mut [f32]) {
                        let $name { $($field),* } = parameters;
                        $(let $field = $s.splat($field);)*
                        map!($s, x, |$x| $f);
                    }
                }
                apply(self, x);
            }

            $(fn range(self) -> Option<[f32; 2]> {
                Some($range)
            })?

            fn derivative(self, kept: &[f32], d: &mut [f32]) {
                simd_fn! {
                    fn derivative<S elementwise>($s, parameters: $name, kept: &[f32], d: &mut [f32]) {
                        let $name { $($field),* } = parameters;
                        $(let $field = $s.splat($field);)*
                        zip!($s, kept, d, |$kept, d| activations!(@gradient $s, d, $df $(, $d)?));
                    }
                }
                derivative(self, kept, d);
            }
        }
    )* };
    (@gradient $s:ident, $v:ident, $df:expr) => { $s.mul($v, $df) };
    (@gradient $s:ident, $v:ident, $df:expr, $d:ident) => {{
        let $d = $v;
        $df
    }};
    (@reads input) => { true };
    (@reads output) => { false };
}

activations! {
    Sigmoid {}
        |s, x| math::sigmoid(s, x),
        |y: output| s.mul(y, s.sub(s.splat(1.0), y));

    Tanh {}
        |s, x| math::tanh(s, x),
        |y: output| s.sub(s.splat(1.0), s.mul(y, y));

    ScaledTanh { scale, slope }
        |s, x| s.mul(scale, math::tanh(s, s.mul(slope, x))),
        |y: output| s.mul(slope, s.sub(scale, s.div(s.mul(y, y), scale)));

    Relu {} in [0.0, f32::INFINITY];
        |s, x| s.max(s.splat(0.0), x),
        |y: output, d| s.select(s.is_nan(y), d, within(s, y, [0.0, f32::INFINITY], d));

    Relu6 {} in [0.0, 6.0];
        |s, x| s.min(s.splat(6.0), s.max(s.splat(0.0), x)),
        |y: output, d| s.select(s.is_nan(y), d, within(s, y, [0.0, 6.0], d));

    LeakyRelu { slope }
        |s, x| s.select(s.lt(s.splat(0.0), x), x, s.mul(slope, x)),
        |y: output| s.select(s.lt(s.splat(0.0), y), s.splat(1.0), slope);

    Elu { alpha }
        |s, x| s.select(s.lt(s.splat(0.0), x), x, s.mul(alpha, expm1(s, x))),
        |y: output| s.select(s.lt(s.splat(0.0), y), s.splat(1.0), s.add(y, alpha));

    Selu {}
        |s, x| s.mul(s.splat(SELU_SCALE),
            s.select(s.lt(s.splat(0.0), x), x, s.mul(s.splat(SELU_ALPHA), expm1(s, x)))),
        |y: output| s.select(s.lt(s.splat(0.0), y), s.splat(SELU_SCALE),
            s.add(y, s.splat(SELU_SCALE * SELU_ALPHA)));

    Gelu {}
        |s, x| gated(s, x, math::normal(s, x)[0]),
        |x: input| {
            let [cdf, density] = math::normal(s, x);
            s.mul_add(finite(s, x), density, cdf)
        };

    GeluTanh {}
        |s, x| gated(s, s.mul(s.splat(0.5), x), s.add(s.splat(1.0), math::tanh(s, gelu_inner(s, x)))),
        |x: input| {
            // Beyond ±20 the derivative is 1 or 0, and squares might overflow.
            let x = s.max(s.splat(-20.0), s.min(s.splat(20.0), x));
            let half = s.splat(0.5);
            let t = math::tanh(s, gelu_inner(s, x));
            let inner = s.mul_add(s.mul(x, x), s.splat(3.0 * GELU_CUBE * SQRT_2_PI), s.splat(SQRT_2_PI));
            let slope = s.mul(s.mul(x, half), s.mul(s.sub(s.splat(1.0), s.mul(t, t)), inner));
            s.add(s.mul_add(t, half, half), slope)
        };

    Silu {}
        |s, x| gated(s, x, math::sigmoid(s, x)),
        |x: input| {
            let x = finite(s, x);
            let y = math::sigmoid(s, x);
            s.mul(y, s.mul_add(x, s.sub(s.splat(1.0), y), s.splat(1.0)))
        };

    Mish {}
        |s, x| gated(s, x, mish_gate(s, x)),
        |x: input| {
            let x = finite(s, x);
            // tanh(softplus(x))' = (1 - tanh²) σ(x)
            let t = mish_gate(s, x);
            let slope = s.mul(s.sub(s.splat(1.0), s.mul(t, t)), math::sigmoid(s, x));
            s.mul_add(x, slope, t)
        };

    HardSigmoid {}
        |s, x| hard_sigmoid(s, x),
        |x: input, d| within(s, x, [-3.0, 3.0], s.mul(d, s.splat(1.0 / 6.0)));

    HardSwish {}
        |s, x| gated(s, x, hard_sigmoid(s, x)),
        |x: input, d| {
            let middle = s.mul(d, s.mul_add(x, s.splat(1.0 / 3.0), s.splat(0.5)));
            let below = s.select(s.lt(s.splat(-3.0), x), middle, s.splat(0.0));
            s.select(s.is_nan(x), middle, s.select(s.lt(x, s.splat(3.0)), below, d))
        };

    Softplus { beta, threshold }
        |s, x| {
            let z = s.mul(beta, x);
            // ln(1 + eᶻ) = max(z, 0) + ln(1 + e^-|z|) can't overflow.
            let soft = s.add(s.max(s.splat(0.0), z), math::ln_1p(s, math::exp(s, s.neg(s.abs(z)))));
            s.select(s.lt(threshold, z), x, s.div(soft, beta))
        },
        |x: input| {
            let z = s.mul(beta, x);
            s.select(s.lt(threshold, z), s.splat(1.0), math::sigmoid(s, z))
        };

    Rescale { factor }
        |s, x| s.mul(factor, x),
        |_y: output| factor;
}

const SELU_SCALE: f32 = 1.050_701;
const SELU_ALPHA: f32 = 1.673_263_2;
const GELU_CUBE: f32 = 0.044_715;
const SQRT_2_PI: f32 = 0.797_884_6;

/// `d` where `x` lies inside the range, else 0.
#[inline(always)]
fn within<S: Simd>(s: S, x: S::V, [low, high]: [f32; 2], d: S::V) -> S::V {
    let d = s.select(s.lt(s.splat(low), x), d, s.splat(0.0));
    if high == f32::INFINITY {
        return d;
    }
    s.select(s.lt(x, s.splat(high)), d, s.splat(0.0))
}

/// `x · gate`, where a gate of 0 closes at -∞ too.
#[inline(always)]
fn gated<S: Simd>(s: S, x: S::V, gate: S::V) -> S::V {
    s.mul(s.max(s.splat(f32::MIN), x), gate)
}

/// The nearest finite number; a NaN stays.
#[inline(always)]
fn finite<S: Simd>(s: S, x: S::V) -> S::V {
    s.max(s.splat(f32::MIN), s.min(s.splat(f32::MAX), x))
}

/// `eˣ - 1` for `x ≤ 0`; from `tanh(x/2)`, which keeps its digits near 0.
#[inline(always)]
fn expm1<S: Simd>(s: S, x: S::V) -> S::V {
    // eˣ - 1 = 2t / (1 - t) with t = tanh(x/2) ≤ 0.
    let t = math::tanh(s, s.mul(x, s.splat(0.5)));
    s.div(s.add(t, t), s.sub(s.splat(1.0), t))
}

#[inline(always)]
fn gelu_inner<S: Simd>(s: S, x: S::V) -> S::V {
    let cubic = s.mul_add(s.mul(x, x), s.splat(GELU_CUBE), s.splat(1.0));
    s.mul(s.mul(x, s.splat(SQRT_2_PI)), cubic)
}

/// `tanh(ln(1 + e)) = (e² + 2e) / (e² + 2e + 2)` with `e = eˣ`.
#[inline(always)]
fn mish_gate<S: Simd>(s: S, x: S::V) -> S::V {
    // From 20 on the quotient is 1; e² must not overflow.
    let e = math::exp(s, s.min(s.splat(20.0), x));
    let q = s.mul(e, s.add(e, s.splat(2.0)));
    s.div(q, s.add(q, s.splat(2.0)))
}

#[inline(always)]
fn hard_sigmoid<S: Simd>(s: S, x: S::V) -> S::V {
    let clamped = s.min(s.splat(6.0), s.max(s.splat(0.0), s.add(x, s.splat(3.0))));
    s.mul(clamped, s.splat(1.0 / 6.0))
}
