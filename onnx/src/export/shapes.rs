//! Layers that change the shape of an image.

use super::attributes::{int, ints, word};
use super::layer::Layer;
use super::windows::sides;
use cnn_ir::{Border, Interpolation};

/// What an image is padded with, as ONNX says it; none where a number of its own is needed.
fn mode(border: Border) -> Option<&'static str> {
    match border {
        Border::Constant(_) => Some("constant"),
        Border::Reflect => Some("reflect"),
        Border::Replicate => Some("edge"),
        // `wrap` exists since version 19, but OpenVINO refuses it.
        Border::Circular => None,
    }
}

/// The inputs and the attribute of a `Pad`.
fn pad_inputs(
    layer: &mut Layer<'_, '_>,
    x: &str,
    pad: [usize; 4],
    border: Border,
    mode: &'static str,
) -> (Vec<String>, Vec<crate::proto::AttributeProto>) {
    let [top, left, bottom, right] = sides(pad);
    let pads = layer.sizes("pads", &[0, 0, top, left, 0, 0, bottom, right]);
    let mut inputs = vec![x.to_owned(), pads];
    if let Border::Constant(value) = border {
        inputs.push(layer.number("value", value.get()));
    }
    (inputs, vec![word("mode", mode)])
}

/// Which row each of a padded image is, or column.
fn wrapped(n: usize, before: usize, after: usize) -> Vec<i64> {
    let (n, before) = (n as i64, before as i64);
    (-before..n + after as i64).map(|at| at.rem_euclid(n)).collect()
}

/// An image padded, as the layer's value.
pub(super) fn pad(layer: &mut Layer<'_, '_>, x: &str, pad: [usize; 4], border: Border) {
    let Some(mode) = mode(border) else {
        let [rows, columns] = circular(layer, pad);
        let [channels, height, _] = volume(&layer.dims());
        let dims = [channels, height, layer.input.width()];
        let tall = layer.step("rows", "Gather", &[x, &rows], vec![int("axis", 2)], &dims);
        return layer.finish_with("Gather", &[&tall, &columns], vec![int("axis", 3)]);
    };
    let (inputs, attributes) = pad_inputs(layer, x, pad, border, mode);
    let inputs: Vec<&str> = inputs.iter().map(|name| &**name).collect();
    layer.finish_with("Pad", &inputs, attributes);
}

/// The layer's image, or one made of it, padded, as a helper's value of these dimensions.
pub(super) fn pad_step(
    layer: &mut Layer<'_, '_>,
    x: &str,
    pad: [usize; 4],
    border: Border,
    dims: &[usize],
) -> String {
    let Some(mode) = mode(border) else {
        let [rows, columns] = circular(layer, pad);
        let [channels, height, width] = volume(dims);
        let narrow = [channels, height, layer.input.width()];
        let tall = layer.step("rows", "Gather", &[x, &rows], vec![int("axis", 2)], &narrow);
        let wide = [channels, height, width];
        return layer.step("pad", "Gather", &[&tall, &columns], vec![int("axis", 3)], &wide);
    };
    let (inputs, attributes) = pad_inputs(layer, x, pad, border, mode);
    let inputs: Vec<&str> = inputs.iter().map(|name| &**name).collect();
    layer.step("pad", "Pad", &inputs, attributes, dims)
}

fn volume(dims: &[usize]) -> [usize; 3] {
    [0, 1, 2].map(|d| dims.get(d).copied().unwrap_or(1))
}

/// The rows and columns of the layer's image in a padded one.
fn circular(layer: &mut Layer<'_, '_>, [top, bottom, left, right]: [usize; 4]) -> [String; 2] {
    let [height, width] = layer.input.size();
    let rows = layer.integers("row_indices", &wrapped(height, top, bottom));
    let columns = layer.integers("column_indices", &wrapped(width, left, right));
    [rows, columns]
}

/// `crop`.
pub(super) fn crop(layer: &mut Layer<'_, '_>, crop: [usize; 4]) {
    let x = layer.x.clone();
    cut(layer, &x, [crop[0], crop[2]]);
}

/// Of an image the rows and columns from these on, as many as the layer's value has.
pub(super) fn cut(layer: &mut Layer<'_, '_>, x: &str, [top, left]: [usize; 2]) {
    let [height, width] = layer.node.output.size();
    let starts = layer.sizes("starts", &[top, left]);
    let ends = layer.sizes("ends", &[top + height, left + width]);
    let axes = layer.sizes("axes", &[2, 3]);
    layer.finish_with("Slice", &[x, &starts, &ends, &axes], Vec::new());
}

/// `reshape`.
pub(super) fn reshape(layer: &mut Layer<'_, '_>) {
    let dims = layer.dims();
    let shape = layer.shape_of("shape", &dims);
    layer.finish("Reshape", &[&shape], Vec::new());
}

/// `upsample`.
pub(super) fn upsample(layer: &mut Layer<'_, '_>, interpolation: Interpolation) {
    let (size, output) = (layer.input.size(), layer.node.output.size());
    let whole = (0..2).all(|d| output[d].is_multiple_of(size[d]));
    let modes = match interpolation {
        Interpolation::Nearest if whole => {
            let floor = word("nearest_mode", "floor");
            vec![
                word("mode", "nearest"),
                word("coordinate_transformation_mode", "asymmetric"),
                floor,
            ]
        }
        Interpolation::Nearest => return repeat(layer),
        Interpolation::Bilinear => {
            vec![word("mode", "linear"), word("coordinate_transformation_mode", "half_pixel")]
        }
        Interpolation::Aligned => {
            vec![word("mode", "linear"), word("coordinate_transformation_mode", "align_corners")]
        }
    };
    let sizes = layer.sizes("sizes", &output);
    let attributes = modes.into_iter().chain([ints("axes", &[2, 3])]).collect();
    // No region of interest, no scales.
    layer.finish("Resize", &["", "", &sizes], attributes);
}

/// `upsample` to a size that is no multiple: which pixel comes where depends on how a quotient is rounded, so that
/// they are listed.
fn repeat(layer: &mut Layer<'_, '_>) {
    let (size, output) = (layer.input.size(), layer.node.output.size());
    let [rows, columns] = [0, 1].map(|d| {
        let (n, o) = (size[d], output[d]);
        let scale = n as f32 / o as f32;
        let from = |at: usize| {
            if o.is_multiple_of(n) { at / (o / n) } else { (at as f32 * scale) as usize }
        };
        (0..o).map(from).collect::<Vec<usize>>()
    });
    let rows = layer.sizes("row_indices", &rows);
    let columns = layer.sizes("column_indices", &columns);
    let (x, dims) = (layer.x.clone(), [layer.input.channels(), output[0], size[1]]);
    let tall = layer.step("rows", "Gather", &[&x, &rows], vec![int("axis", 2)], &dims);
    layer.finish_with("Gather", &[&tall, &columns], vec![int("axis", 3)]);
}
