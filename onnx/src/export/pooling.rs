//! Pools whose windows lie a stride apart, and what belongs to them.

use super::attributes::{from_last, int};
use super::builder::Places;
use super::error::Error;
use super::layer::Layer;
use super::windows::{around, attributes, reached};
use super::{channels, shapes};
use crate::proto::element;
use cnn_ir::{Border, Real, Source, Window};

/// The layer's image with this much padding, which holds `fill`, and its dimensions.
fn padded(layer: &mut Layer<'_, '_>, pad: [usize; 4], fill: f32) -> (String, [usize; 3]) {
    let x = layer.x.clone();
    let [height, width] = around(layer.input.size(), pad);
    let dims = [layer.input.channels(), height, width];
    if pad == [0; 4] {
        return (x, dims);
    }
    (shapes::pad_step(layer, &x, pad, Border::Constant(Real::new(fill)), &dims), dims)
}

/// Padding that the operators of pools can do: ONNX Runtime wants less than the kernel.
fn takes(window: &Window, pad: [usize; 4]) -> bool {
    (0..4).all(|side| pad[side] < window.kernel[side / 2])
}

/// The image and the padding that is left to the pool's operator, the rest of it holding `fill`.
fn settled(layer: &mut Layer<'_, '_>, window: &Window, fill: f32) -> (String, [usize; 4]) {
    let pad = reached(window, layer.input.size(), layer.node.output.size());
    if takes(window, pad) { (layer.x.clone(), pad) } else { (padded(layer, pad, fill).0, [0; 4]) }
}

/// `maxpool`.
pub(super) fn max(layer: &mut Layer<'_, '_>, window: &Window) {
    let (x, pad) = settled(layer, window, f32::NEG_INFINITY);
    let attributes = attributes(window, pad);
    if !layer.builder.wants_places(layer.index) {
        return layer.finish_with("MaxPool", &[&x], attributes);
    }
    let indices = layer.take("indices");
    let dims = layer.dims();
    layer.builder.value(&indices, element::INT64, &dims);
    layer.finish_among("MaxPool", &[&x], &[&indices], attributes);
    let all = reached(window, layer.input.size(), layer.node.output.size());
    let pad = if x == layer.x { [0; 4] } else { all };
    let [height, width] = around(layer.input.size(), pad);
    let dims = vec![layer.input.channels(), height, width];
    layer.builder.places.insert(layer.index, Places { indices, image: x, dims, pad });
}

/// `unpool`: each element where its pool found the maximum, in a list of all elements of the batch.
pub(super) fn unpool(layer: &mut Layer<'_, '_>) {
    let pool = match layer.node.inputs.get(1) {
        Some(Source::Layer(pool)) => layer.builder.places.get(pool).cloned(),
        _ => None,
    };
    let Some(Places { indices, image, dims, pad }) = pool else {
        unreachable!("an unpool's second input is its pool, which comes before it")
    };
    let (list, x) = (layer.integers("list", &[-1]), layer.x.clone());
    let shape = layer.list("shape", "Shape", &[&image], Vec::new());
    let zeros = layer.step("zeros", "ConstantOfShape", &[&shape], Vec::new(), &dims);
    let zeros = layer.list("background", "Reshape", &[&zeros, &list], Vec::new());
    let places = layer.list("places", "Reshape", &[&indices, &list], Vec::new());
    let elements = layer.list("elements", "Reshape", &[&x, &list], Vec::new());
    let axis = vec![int("axis", 0)];
    let spread = layer.list("spread", "ScatterElements", &[&zeros, &places, &elements], axis);
    if pad == [0; 4] {
        return layer.finish_with("Reshape", &[&spread, &shape], Vec::new());
    }
    let whole = layer.step("padded", "Reshape", &[&spread, &shape], Vec::new(), &dims);
    shapes::cut(layer, &whole, [pad[0], pad[2]]);
}

/// `avgpool`.
pub(super) fn avg(layer: &mut Layer<'_, '_>, window: &Window, count_pad: bool) {
    let reached = reached(window, layer.input.size(), layer.node.output.size());
    // What a window reaches beyond the padding never counts: then padding that counts is put there before.
    let beyond = count_pad && reached != window.pad;
    let apart = beyond || !takes(window, reached);
    let before = match (apart, count_pad) {
        (true, true) => window.pad,
        _ => [0; 4],
    };
    let x = padded(layer, before, 0.0).0;
    let pad = [0, 1, 2, 3].map(|side| reached[side] - before[side]);
    let counts = int("count_include_pad", usize::from(count_pad && !apart));
    let attributes = attributes(window, pad).into_iter().chain([counts]).collect();
    layer.finish_with("AveragePool", &[&x], attributes);
}

/// `sumpool`: a convolution with ones.
pub(super) fn sum(layer: &mut Layer<'_, '_>, window: &Window) {
    let x = layer.x.clone();
    let (ones, attributes) = ones(layer, window);
    layer.finish_with("Conv", &[&x, &ones], attributes);
}

/// The weight and the attributes of a convolution that sums up what is under each window.
fn ones(layer: &mut Layer<'_, '_>, window: &Window) -> (String, Vec<crate::proto::AttributeProto>) {
    let channels = layer.input.channels();
    let [height, width] = window.kernel;
    let dims = [channels, 1, height, width];
    let ones = layer.floats("ones", &dims, &vec![1.0; channels * height * width]);
    let pad = reached(window, layer.input.size(), layer.node.output.size());
    let group = int("group", channels);
    (ones, attributes(window, pad).into_iter().chain([group]).collect())
}

/// `lppool`.
pub(super) fn lp(layer: &mut Layer<'_, '_>, window: &Window, p: f32) {
    // The operator's exponent is a whole number.
    if p.fract() == 0.0 && p < 1e6 {
        let (x, pad) = settled(layer, window, 0.0);
        let p = int("p", p as usize);
        let attributes = attributes(window, pad).into_iter().chain([p]).collect();
        return layer.finish_with("LpPool", &[&x], attributes);
    }
    let (x, dims, sums) = (layer.x.clone(), super::builder::dims(layer.input), layer.dims());
    let [exponent, root] = [("p", p), ("root", 1.0 / p)].map(|(what, p)| layer.number(what, p));
    let sizes = layer.step("abs", "Abs", &[&x], Vec::new(), &dims);
    let powers = layer.step("powers", "Pow", &[&sizes, &exponent], Vec::new(), &dims);
    let (ones, attributes) = ones(layer, window);
    let sums = layer.step("sums", "Conv", &[&powers, &ones], attributes, &sums);
    layer.finish_with("Pow", &[&sums, &root], Vec::new());
}

/// `prodpool`: the product of the rows under each window, then that of their columns.
pub(super) fn prod(layer: &mut Layer<'_, '_>, window: &Window) {
    let pad = reached(window, layer.input.size(), layer.node.output.size());
    let (x, dims) = padded(layer, pad, 1.0);
    let rows = factors(layer, window, 0, &x, &dims);
    let (x, dims) = channels::product_step(layer, "row_product", &rows);
    let columns = factors(layer, window, 1, &x, &dims);
    channels::product(layer, &columns);
}

/// For each row of a window, or each column, those of the image that lie there in some window.
fn factors(
    layer: &mut Layer<'_, '_>,
    window: &Window,
    d: usize,
    x: &str,
    dims: &[usize],
) -> Vec<(String, Vec<usize>)> {
    let (along, stride) = (["row", "column"][d], window.stride[d]);
    let mut dims = dims.to_vec();
    dims[d + 1] = layer.node.output.size()[d];
    let [axis, step] = [("axis", d + 2), ("step", stride)]
        .map(|(what, n)| layer.sizes(&format!("{along}_{what}"), &[n]));
    let mut all = Vec::new();
    for k in 0..window.kernel[d] {
        let start = k * window.dilation[d];
        let [start, end] = [("start", start), ("end", start + (dims[d + 1] - 1) * stride + 1)]
            .map(|(what, n)| layer.sizes(&format!("{along}_{k}_{what}"), &[n]));
        let slice = [x, &start, &end, &axis, &step];
        let factor = layer.step(&format!("{along}_{k}"), "Slice", &slice, Vec::new(), &dims);
        all.push((factor, dims.clone()));
    }
    all
}

/// `attnpool`: of the positions' products with the weight the softmax, by which their mean is weighted.
pub(super) fn attention(layer: &mut Layer<'_, '_>) -> Result<(), Error> {
    let (channels, positions) = (layer.input.channels(), layer.input.positions());
    let query = layer.tensor("weight", &[1, channels])?;
    let (x, list) = (layer.x.clone(), [channels, positions]);
    let shape = layer.shape_of("list", &list);
    let x = layer.step("positions", "Reshape", &[&x, &shape], Vec::new(), &list);
    let scores = layer.step("scores", "MatMul", &[&query, &x], Vec::new(), &[1, positions]);
    let axis = vec![from_last("axis", -1)];
    let weights = layer.step("weights", "Softmax", &[&scores], axis, &[1, positions]);
    let products = layer.step("products", "Mul", &[&x, &weights], Vec::new(), &list);
    let axes = layer.integers("axes", &[2]);
    layer.finish_with("ReduceSum", &[&products, &axes], vec![int("keepdims", 0)]);
    Ok(())
}
