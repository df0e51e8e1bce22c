//! Convolutions and dense layers.

use super::attributes::{int, ints};
use super::error::Error;
use super::layer::Layer;
use super::shapes;
use super::windows::{around, attributes, reached, sides};
use cnn_ir::{Border, Convolution, Deconvolution, Table};

/// `conv`, `depthwise` and `pointwise`.
pub(super) fn conv(layer: &mut Layer<'_, '_>, c: &Convolution<'_>) -> Result<(), Error> {
    let (channels, size) = (layer.input.channels(), layer.input.size());
    let mut pad = reached(&c.window, size, layer.node.output.size());
    if c.border != Border::ZERO && c.window.pad != [0; 4] {
        let [height, width] = around(size, c.window.pad);
        let x = layer.x.clone();
        let dims = [channels, height, width];
        layer.x = shapes::pad_step(layer, &x, c.window.pad, c.border, &dims);
        // Beyond the padding, there are zeros.
        pad = [0, 1, 2, 3].map(|side| pad[side] - c.window.pad[side]);
    }
    let [height, width] = c.window.kernel;
    let weight = match c.table {
        Some(table) => {
            let dense = without_gaps(layer.numbers("weight")?, table, channels, height * width);
            layer.tensor_of("weight", &[c.filters, channels, height, width], &dense)
        }
        None => layer.tensor("weight", &[c.filters, channels / c.groups, height, width])?,
    };
    let mut tensors = vec![weight];
    if c.bias {
        tensors.push(layer.tensor("bias", &[c.filters])?);
    }
    let tensors: Vec<&str> = tensors.iter().map(|name| &**name).collect();
    let mut attributes = attributes(&c.window, pad);
    if c.groups != 1 {
        attributes.push(int("group", c.groups));
    }
    layer.finish("Conv", &tensors, attributes);
    Ok(())
}

/// The weights of a table's connections among zeros for those that are not there.
fn without_gaps(weights: &[f32], table: Table<'_>, channels: usize, kernel: usize) -> Vec<f32> {
    let mut dense = vec![0.0; table.len() * channels * kernel];
    let seen = table.iter().enumerate().flat_map(|(f, seen)| seen.iter().map(move |c| (f, c)));
    for ((f, c), weights) in seen.zip(weights.chunks_exact(kernel)) {
        let at = (f * channels + c) * kernel;
        dense[at..at + kernel].copy_from_slice(weights);
    }
    dense
}

/// `deconv`.
pub(super) fn deconv(layer: &mut Layer<'_, '_>, d: &Deconvolution) -> Result<(), Error> {
    let [height, width] = d.window.kernel;
    let dims = [layer.input.channels(), d.filters / d.groups, height, width];
    let weight = layer.tensor("weight", &dims)?;
    let (mut pad, mut more) = (d.window.pad, d.output_pad);
    // ONNX has more rows at the end only where a stride leaves them open; else, that many fewer are cut off, and
    // rows beyond what the kernel reaches hold the bias alone.
    let open = (0..2).all(|axis| more[axis] < d.window.stride[axis]);
    if !open {
        for axis in 0..2 {
            let kept = more[axis].min(pad[2 * axis + 1]);
            pad[2 * axis + 1] -= kept;
            more[axis] -= kept;
        }
    }
    let mut attributes = vec![
        ints("kernel_shape", &d.window.kernel),
        ints("strides", &d.window.stride),
        ints("pads", &sides(pad)),
        ints("dilations", &d.window.dilation),
    ];
    if d.groups != 1 {
        attributes.push(int("group", d.groups));
    }
    if open || more == [0, 0] {
        if more != [0, 0] {
            attributes.push(ints("output_padding", &more));
        }
        let bias = if d.bias { Some(layer.tensor("bias", &[d.filters])?) } else { None };
        let tensors: Vec<&str> = [Some(&*weight), bias.as_deref()].into_iter().flatten().collect();
        layer.finish("ConvTranspose", &tensors, attributes);
        return Ok(());
    }
    let [rows, columns] = layer.node.output.size();
    let reached = [d.filters, rows - more[0], columns - more[1]];
    let x = layer.x.clone();
    let sums = layer.step("reached", "ConvTranspose", &[&x, &weight], attributes, &reached);
    let pad = [0, more[0], 0, more[1]];
    if d.bias {
        let dims = layer.dims();
        let sums = shapes::pad_step(layer, &sums, pad, Border::ZERO, &dims);
        let bias = layer.tensor("bias", &[d.filters, 1, 1])?;
        layer.finish_with("Add", &[&sums, &bias], Vec::new());
    } else {
        shapes::pad(layer, &sums, pad, Border::ZERO);
    }
    Ok(())
}

/// `dense`.
pub(super) fn dense(layer: &mut Layer<'_, '_>, bias: bool) -> Result<(), Error> {
    let outputs = layer.node.output.len();
    let weight = layer.tensor("weight", &[outputs, layer.input.len()])?;
    let bias = if bias { Some(layer.tensor("bias", &[outputs])?) } else { None };
    let tensors: Vec<&str> = [Some(&*weight), bias.as_deref()].into_iter().flatten().collect();
    layer.finish("Gemm", &tensors, vec![int("transB", 1)]);
    Ok(())
}
