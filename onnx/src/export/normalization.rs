//! Normalization.

use super::attributes::{float, from_last, int, ints};
use super::builder::dims;
use super::error::Error;
use super::layer::Layer;
use cnn_ir::{LocalResponse, Norm, Over, Real};

/// The weight and the bias, of these dimensions; ones and zeros where there are none, as the operators want both.
fn affine(layer: &mut Layer<'_, '_>, norm: Norm, dims: &[usize]) -> Result<[String; 2], Error> {
    if norm.affine {
        return Ok([layer.tensor("weight", dims)?, layer.tensor("bias", dims)?]);
    }
    let len = dims.iter().product();
    Ok([layer.floats("ones", dims, &vec![1.0; len]), layer.floats("zeros", dims, &vec![0.0; len])])
}

/// `bn`: by the running statistics.
pub(super) fn batch(
    layer: &mut Layer<'_, '_>,
    norm: Norm,
    momentum: Option<Real>,
) -> Result<(), Error> {
    let channels = [layer.input.channels()];
    let [weight, bias] = affine(layer, norm, &channels)?;
    let mean = layer.tensor("running_mean", &channels)?;
    let var = layer.tensor("running_var", &channels)?;
    let mut attributes = vec![float("epsilon", norm.eps.get())];
    // The operator weighs the old statistics.
    attributes.extend(momentum.map(|newest| float("momentum", 1.0 - newest.get())));
    layer.finish("BatchNormalization", &[&weight, &bias, &mean, &var], attributes);
    Ok(())
}

/// `ln`.
pub(super) fn layer(layer: &mut Layer<'_, '_>, norm: Norm, over: Over) -> Result<(), Error> {
    let shape = dims(layer.input);
    let eps = float("epsilon", norm.eps.get());
    if over == Over::All || shape.len() == 1 {
        let [weight, bias] = affine(layer, norm, &shape)?;
        layer.finish("LayerNormalization", &[&weight, &bias], vec![int("axis", 1), eps]);
        return Ok(());
    }
    // The operator normalizes the last axes.
    let (x, channels) = (layer.x.clone(), layer.input.channels());
    let last = [layer.input.height(), layer.input.width(), channels];
    let order = vec![ints("perm", &[0, 2, 3, 1])];
    let [weight, bias] = affine(layer, norm, &[channels])?;
    let x = layer.step("channels_last", "Transpose", &[&x], order, &last);
    let inputs = [&*x, &weight, &bias];
    let attributes = vec![from_last("axis", -1), eps];
    let normal = layer.step("normal", "LayerNormalization", &inputs, attributes, &last);
    layer.finish_with("Transpose", &[&normal], vec![ints("perm", &[0, 3, 1, 2])]);
    Ok(())
}

/// `gn`.
pub(super) fn group(layer: &mut Layer<'_, '_>, norm: Norm, groups: usize) -> Result<(), Error> {
    let channels = layer.input.channels();
    let [weight, bias] = affine(layer, norm, &[channels])?;
    let attributes = vec![int("num_groups", groups), float("epsilon", norm.eps.get())];
    if layer.input.is_volume() {
        layer.finish("GroupNormalization", &[&weight, &bias], attributes);
        return Ok(());
    }
    // The operator wants positions.
    let x = layer.x.clone();
    let pixel = [channels, 1, 1];
    let shape = layer.shape_of("pixel_shape", &pixel);
    let x = layer.step("pixel", "Reshape", &[&x, &shape], Vec::new(), &pixel);
    let inputs = [&*x, &weight, &bias];
    let normal = layer.step("normal", "GroupNormalization", &inputs, attributes, &pixel);
    layer.finish_with("Flatten", &[&normal], vec![int("axis", 1)]);
    Ok(())
}

/// `instancenorm`.
pub(super) fn instance(layer: &mut Layer<'_, '_>, norm: Norm) -> Result<(), Error> {
    let channels = [layer.input.channels()];
    let [weight, bias] = affine(layer, norm, &channels)?;
    let eps = vec![float("epsilon", norm.eps.get())];
    layer.finish("InstanceNormalization", &[&weight, &bias], eps);
    Ok(())
}

/// `lrn`.
pub(super) fn lrn(layer: &mut Layer<'_, '_>, lrn: &LocalResponse) {
    let LocalResponse { size, alpha, beta, k } = *lrn;
    if size % 2 == 1 && layer.input.is_volume() {
        let numbers = [("alpha", alpha), ("beta", beta), ("bias", k)];
        let numbers = numbers.map(|(name, x)| float(name, x.get()));
        return layer.finish("LRN", &[], [int("size", size)].into_iter().chain(numbers).collect());
    }
    // ONNX has the odd channel of an even number of them on the other side, and ONNX Runtime none: the channels
    // become the rows of an image, whose means are a pool.
    let (x, shape) = (layer.x.clone(), dims(layer.input));
    let (channels, positions) = (layer.input.channels(), layer.input.positions());
    let rows = [1, channels, positions];
    let [to_rows, back] = [("rows_shape", &rows[..]), ("back_shape", &shape)]
        .map(|(what, dims)| layer.shape_of(what, dims));
    let squares = layer.step("squares", "Mul", &[&x, &x], Vec::new(), &shape);
    let squares = layer.step("rows", "Reshape", &[&squares, &to_rows], Vec::new(), &rows);
    let window = vec![
        ints("kernel_shape", &[size, 1]),
        ints("strides", &[1, 1]),
        ints("pads", &[size / 2, 0, size - 1 - size / 2, 0]),
        int("count_include_pad", 1),
    ];
    let means = layer.step("means", "AveragePool", &[&squares], window, &rows);
    let means = layer.step("back", "Reshape", &[&means, &back], Vec::new(), &shape);
    let [alpha, beta, k] =
        [("alpha", alpha), ("beta", beta), ("k", k)].map(|(what, x)| layer.number(what, x.get()));
    let weighted = layer.step("weighted", "Mul", &[&means, &alpha], Vec::new(), &shape);
    let sum = layer.step("sum", "Add", &[&weighted, &k], Vec::new(), &shape);
    let divisor = layer.step("divisor", "Pow", &[&sum, &beta], Vec::new(), &shape);
    layer.finish("Div", &[&divisor], Vec::new());
}
