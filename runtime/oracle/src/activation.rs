//! Elementwise functions, as PyTorch defines them.

use super::{Gradients, Layer, Real, Tensor, erf};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI, SQRT_2};

/// An elementwise function.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)] // the names are PyTorch's
pub enum Activation {
    Identity,
    Sigmoid,
    Tanh,
    ScaledTanh { scale: f64, slope: f64 },
    Relu,
    Relu6,
    LeakyRelu { slope: f64 },
    Elu { alpha: f64 },
    Selu,
    Gelu,
    GeluTanh,
    Silu,
    Mish,
    HardSigmoid,
    HardSwish,
    Softplus { beta: f64, threshold: f64 },
    Rescale { factor: f64 },
}

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

fn sigmoid(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

/// `ln(1 + eˣ)` without overflow.
fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// The inner function of GELU's approximation, and its derivative.
fn gelu_inner(x: f64) -> [f64; 2] {
    let scale = SQRT_2 * FRAC_2_SQRT_PI / 2.0;
    [scale * (x + 0.044715 * x * x * x), scale * (1.0 + 3.0 * 0.044715 * x * x)]
}

impl Activation {
    /// The function at `x`.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Sigmoid => sigmoid(x),
            Self::Tanh => x.tanh(),
            Self::ScaledTanh { scale, slope } => scale * (slope * x).tanh(),
            Self::Relu if x < 0.0 => 0.0,
            Self::Relu => x,
            Self::Relu6 => x.clamp(0.0, 6.0),
            Self::LeakyRelu { slope } if x < 0.0 => slope * x,
            Self::LeakyRelu { .. } => x,
            Self::Elu { alpha } if x < 0.0 => alpha * x.exp_m1(),
            Self::Elu { .. } => x,
            Self::Selu => SELU_SCALE * Self::Elu { alpha: SELU_ALPHA }.apply(x),
            Self::Gelu => x * 0.5 * (1.0 + erf(x * FRAC_1_SQRT_2)),
            Self::GeluTanh => x * 0.5 * (1.0 + gelu_inner(x)[0].tanh()),
            Self::Silu => x * sigmoid(x),
            Self::Mish => x * softplus(x).tanh(),
            Self::HardSigmoid => (x + 3.0).clamp(0.0, 6.0) / 6.0,
            Self::HardSwish => x * Self::HardSigmoid.apply(x),
            Self::Softplus { beta, threshold } if beta * x > threshold => x,
            Self::Softplus { beta, .. } => softplus(beta * x) / beta,
            Self::Rescale { factor } => factor * x,
        }
    }

    /// Its derivative at `x`.
    pub fn derivative(self, x: f64) -> f64 {
        let within = |low: f64, high: f64| f64::from(low < x && x < high);
        match self {
            Self::Identity => 1.0,
            Self::Sigmoid => sigmoid(x) * sigmoid(-x),
            Self::Tanh => x.cosh().powi(-2),
            Self::ScaledTanh { scale, slope } => scale * slope * (slope * x).cosh().powi(-2),
            Self::Relu => within(0.0, f64::INFINITY),
            Self::Relu6 => within(0.0, 6.0),
            Self::LeakyRelu { slope } => {
                if x > 0.0 {
                    1.0
                } else {
                    slope
                }
            }
            Self::Elu { alpha } => {
                if x > 0.0 {
                    1.0
                } else {
                    alpha * x.exp()
                }
            }
            Self::Selu => SELU_SCALE * Self::Elu { alpha: SELU_ALPHA }.derivative(x),
            Self::Gelu => {
                let density = (-x * x / 2.0).exp() / (2.0 * PI).sqrt();
                0.5 * (1.0 + erf(x * FRAC_1_SQRT_2)) + x * density
            }
            Self::GeluTanh => {
                let [inner, slope] = gelu_inner(x);
                0.5 * (1.0 + inner.tanh()) + x * 0.5 * slope * inner.cosh().powi(-2)
            }
            Self::Silu => sigmoid(x) * (1.0 + x * sigmoid(-x)),
            Self::Mish => softplus(x).tanh() + x * sigmoid(x) * softplus(x).cosh().powi(-2),
            Self::HardSigmoid => within(-3.0, 3.0) / 6.0,
            Self::HardSwish if x >= 3.0 => 1.0,
            Self::HardSwish => within(-3.0, 3.0) * (x / 3.0 + 0.5),
            Self::Softplus { beta, threshold } if beta * x > threshold => 1.0,
            Self::Softplus { beta, .. } => sigmoid(beta * x),
            Self::Rescale { factor } => factor,
        }
    }
}

impl<T: Real> Layer<T> for Activation {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        inputs[0].map(|x| T::of(self.apply(x.to_f64())))
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let x = &inputs[0];
        let d_x =
            Tensor::from_fn(x.dims, |at| d_output[at] * T::of(self.derivative(x[at].to_f64())));
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// `x` above zero, `weight · x` below, with one weight for all channels or one for each.
#[derive(Clone, Copy, Debug)]
pub struct Prelu;

impl<T: Real> Layer<T> for Prelu {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let (weight, x) = (&params[0], &inputs[0]);
        Tensor::from_fn(x.dims, |at| match x[at] {
            x if x > T::default() => x,
            x => weight[at[1] % weight.len()] * x,
        })
    }

    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let (weight, x) = (&params[0], &inputs[0]);
        let mut d_x = d_output.clone();
        let mut d_weight = vec![T::default(); weight.len()];
        for at in x.indices().filter(|&at| x[at] <= T::default()) {
            let w = at[1] % weight.len();
            d_x[at] = weight[w] * d_output[at];
            d_weight[w] += x[at] * d_output[at];
        }
        Gradients { inputs: vec![d_x], params: vec![d_weight] }
    }
}
