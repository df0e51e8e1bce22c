//! Elementwise functions.

use super::attributes::{float, word};
use super::builder::per_channel;
use super::error::Error;
use super::layer::Layer;
use crate::proto::element;
use cnn_ir::Activation;

/// `softplus`'s threshold from which on single precision cannot tell `ln(1 + e^x)` from `x`.
const INDISTINCT: f32 = 16.0;

/// The elementwise functions without parameters.
pub(super) fn activation(layer: &mut Layer<'_, '_>, activation: Activation) {
    let (x, shape) = (layer.x.clone(), layer.dims());
    match activation {
        Activation::Sigmoid => layer.finish("Sigmoid", &[], Vec::new()),
        Activation::Tanh { scale, slope } => tanh(layer, scale.get(), slope.get()),
        Activation::Relu => layer.finish("Relu", &[], Vec::new()),
        Activation::Relu6 => {
            let [low, high] = [("min", 0.0), ("max", 6.0)].map(|(what, x)| layer.number(what, x));
            layer.finish("Clip", &[&low, &high], Vec::new());
        }
        Activation::LeakyRelu { slope } => {
            layer.finish("LeakyRelu", &[], vec![float("alpha", slope.get())]);
        }
        Activation::Elu { alpha } => {
            layer.finish("Elu", &[], vec![float("alpha", alpha.get())]);
        }
        Activation::Selu => layer.finish("Selu", &[], Vec::new()),
        Activation::Gelu => layer.finish("Gelu", &[], vec![word("approximate", "none")]),
        Activation::GeluTanh => layer.finish("Gelu", &[], vec![word("approximate", "tanh")]),
        Activation::Silu => {
            let gate = layer.step("sigmoid", "Sigmoid", &[&x], Vec::new(), &shape);
            layer.finish("Mul", &[&gate], Vec::new());
        }
        Activation::Mish => layer.finish("Mish", &[], Vec::new()),
        Activation::HardSigmoid => {
            let numbers = vec![float("alpha", 1.0 / 6.0), float("beta", 0.5)];
            layer.finish("HardSigmoid", &[], numbers);
        }
        Activation::HardSwish => layer.finish("HardSwish", &[], Vec::new()),
        Activation::Softplus { beta, threshold } => softplus(layer, beta.get(), threshold.get()),
        Activation::Rescale { factor } => {
            let factor = layer.number("factor", factor.get());
            layer.finish("Mul", &[&factor], Vec::new());
        }
    }
}

/// `scale·tanh(slope·x)`.
fn tanh(layer: &mut Layer<'_, '_>, scale: f32, slope: f32) {
    let (mut x, shape) = (layer.x.clone(), layer.dims());
    if slope != 1.0 {
        let slope = layer.number("slope", slope);
        x = layer.step("steeper", "Mul", &[&x, &slope], Vec::new(), &shape);
    }
    if scale == 1.0 {
        return layer.finish_with("Tanh", &[&x], Vec::new());
    }
    let scale = layer.number("scale", scale);
    let tanh = layer.step("tanh", "Tanh", &[&x], Vec::new(), &shape);
    layer.finish_with("Mul", &[&tanh, &scale], Vec::new());
}

/// `ln(1 + e^(beta·x))/beta`, and `x` above the threshold.
fn softplus(layer: &mut Layer<'_, '_>, beta: f32, threshold: f32) {
    let (x, shape) = (layer.x.clone(), layer.dims());
    let linear = threshold < INDISTINCT;
    if beta == 1.0 && !linear {
        return layer.finish("Softplus", &[], Vec::new());
    }
    let beta = layer.number("beta", beta);
    let steep = layer.step("steep", "Mul", &[&x, &beta], Vec::new(), &shape);
    let smooth = layer.step("softplus", "Softplus", &[&steep], Vec::new(), &shape);
    if !linear {
        return layer.finish_with("Div", &[&smooth, &beta], Vec::new());
    }
    let smooth = layer.step("smooth", "Div", &[&smooth, &beta], Vec::new(), &shape);
    let threshold = layer.number("threshold", threshold);
    let above = layer.take("above");
    layer.builder.value(&above, element::BOOL, &shape);
    layer.builder.node(above.clone(), "Greater", &[&steep, &threshold], &[&above], Vec::new(), "");
    layer.finish_with("Where", &[&above, &x, &smooth], Vec::new());
}

/// `prelu`.
pub(super) fn prelu(layer: &mut Layer<'_, '_>, apart: bool) -> Result<(), Error> {
    let dims = if apart { per_channel(layer.input) } else { vec![1] };
    let slope = layer.tensor("weight", &dims)?;
    layer.finish("PRelu", &[&slope], Vec::new());
    Ok(())
}
