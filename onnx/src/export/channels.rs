//! Layers that choose, move, scale or join channels.

use super::attributes::{int, ints};
use super::builder::{dims, per_channel};
use super::error::Error;
use super::layer::Layer;

/// `scale`.
pub(super) fn scale(layer: &mut Layer<'_, '_>, bias: bool) -> Result<(), Error> {
    let (channels, shape) = (per_channel(layer.input), layer.dims());
    let x = layer.x.clone();
    // A bare weight is named by the layer's path alone.
    let name = layer.node.tensors.first().map_or("weight", |tensor| tensor.name);
    let weight = layer.tensor(name, &channels)?;
    if !bias {
        layer.finish("Mul", &[&weight], Vec::new());
        return Ok(());
    }
    let bias = layer.tensor("bias", &channels)?;
    let scaled = layer.step("scaled", "Mul", &[&x, &weight], Vec::new(), &shape);
    layer.finish_with("Add", &[&scaled, &bias], Vec::new());
    Ok(())
}

/// `split`.
pub(super) fn split(layer: &mut Layer<'_, '_>, parts: usize, part: usize) {
    let each = layer.input.channels() / parts;
    let [starts, ends, axes] = [("start", part * each), ("end", (part + 1) * each), ("axis", 1)]
        .map(|(what, n)| layer.sizes(what, &[n]));
    layer.finish("Slice", &[&starts, &ends, &axes], Vec::new());
}

/// `shuffle`.
pub(super) fn shuffle(layer: &mut Layer<'_, '_>, groups: usize) {
    let (x, shape) = (layer.x.clone(), dims(layer.input));
    let (each, image) = (layer.input.channels() / groups, &shape[1..]);
    let [apart, turned] = [[groups, each], [each, groups]].map(|two| [&two, image].concat());
    let [to, back] = [("groups_shape", &apart), ("shape", &shape)]
        .map(|(what, dims)| layer.shape_of(what, dims));
    let x = layer.step("groups", "Reshape", &[&x, &to], Vec::new(), &apart);
    let order: Vec<usize> = [0, 2, 1].into_iter().chain(3..2 + shape.len()).collect();
    let turned = layer.step("turned", "Transpose", &[&x], vec![ints("perm", &order)], &turned);
    layer.finish_with("Reshape", &[&turned, &back], Vec::new());
}

/// `add`.
pub(super) fn add(layer: &mut Layer<'_, '_>) {
    let inputs = layer.inputs();
    let inputs: Vec<&str> = inputs.iter().map(|name| &**name).collect();
    layer.finish_with(if inputs.len() == 2 { "Add" } else { "Sum" }, &inputs, Vec::new());
}

/// `mul`.
pub(super) fn mul(layer: &mut Layer<'_, '_>) {
    let inputs = layer.inputs();
    let shapes = layer.node.inputs.iter().map(|&source| dims(layer.shape(source)));
    let factors: Vec<_> = inputs.into_iter().zip(shapes).collect();
    product(layer, &factors);
}

/// The product of these values, two at a time.
pub(super) fn product(layer: &mut Layer<'_, '_>, factors: &[(String, Vec<usize>)]) {
    match factors {
        [first @ .., (last, _)] if !first.is_empty() => {
            let (product, _) = product_step(layer, "product", first);
            layer.finish_with("Mul", &[&product, last], Vec::new());
        }
        _ => layer.finish_with("Identity", &[&factors[0].0], Vec::new()),
    }
}

/// The same as a helper's value, whose name and dimensions come back.
pub(super) fn product_step(
    layer: &mut Layer<'_, '_>,
    what: &str,
    factors: &[(String, Vec<usize>)],
) -> (String, Vec<usize>) {
    let (mut product, mut shape) = factors[0].clone();
    for (i, (factor, other)) in factors.iter().enumerate().skip(1) {
        // Smaller ones are repeated.
        shape = shape.iter().zip(other).map(|(&a, &b)| a.max(b)).collect();
        let what = format!("{what}_{i}");
        product = layer.step(&what, "Mul", &[&product, factor], Vec::new(), &shape);
    }
    (product, shape)
}

/// `concat`.
pub(super) fn concat(layer: &mut Layer<'_, '_>) {
    let inputs = layer.inputs();
    let inputs: Vec<&str> = inputs.iter().map(|name| &**name).collect();
    layer.finish_with("Concat", &inputs, vec![int("axis", 1)]);
}
