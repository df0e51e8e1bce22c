//! What a network computes, whatever order its layers are in and whatever they are called.

use cnn_ir::{Activation, Graph, Op, Real, Rounding, Shape, Source, Window};
use cnn_onnx::import::Network;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// A layer: what it does, where its inputs come from, and its output.
pub(crate) type Layer = (Op<'static>, Vec<Source>, Shape);

/// Numbers that are the same for networks that compute the same, one for each output.
pub(crate) fn of(shapes: &[Shape], layers: &[Layer], outputs: &[Source]) -> Vec<u64> {
    let mut numbers: Vec<u64> = Vec::new();
    for (op, inputs, output) in layers {
        let number = |source: &Source| match *source {
            Source::Input(i) => i as u64,
            Source::Layer(l) => numbers[l],
        };
        // What does nothing in evaluation has no node in a file.
        let input = inputs.first().map(number).unwrap_or_default();
        let once = Op::Activation(Activation::Rescale { factor: Real::new(1.0) });
        if matches!(op, Op::Identity) || *op == once || op.trains_only() {
            numbers.push(input);
            continue;
        }
        // A sum of several is that of the first two and the next.
        if matches!(op, Op::Add) {
            let sum = |so_far: u64, next: &Source| hashed((op, output, so_far, number(next)));
            numbers.push(inputs[1..].iter().fold(input, sum));
            continue;
        }
        let mut hasher = DefaultHasher::new();
        let size = inputs.first().map(|source| match *source {
            Source::Input(i) => shapes[i].size(),
            Source::Layer(l) => layers[l].2.size(),
        });
        plain(op, size.unwrap_or_default(), output.size()).hash(&mut hasher);
        output.hash(&mut hasher);
        inputs.iter().map(number).for_each(|n| n.hash(&mut hasher));
        numbers.push(hasher.finish());
    }
    let number = |source: &Source| match *source {
        Source::Input(i) => i as u64,
        Source::Layer(l) => numbers[l],
    };
    outputs.iter().map(number).collect()
}

fn hashed(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// One of several ways to write the same layer.
fn plain(op: &Op<'static>, size: [usize; 2], output: [usize; 2]) -> Op<'static> {
    match *op {
        Op::Conv(mut c) | Op::Pointwise(mut c) => {
            c.accurate = false;
            // One filter a channel is what `depthwise` says.
            if c.groups > 1 && c.groups == c.filters { Op::Depthwise(c) } else { Op::Conv(c) }
        }
        Op::Depthwise(mut c) => {
            c.accurate = false;
            Op::Depthwise(c)
        }
        Op::Deconv(mut d) => {
            d.accurate = false;
            Op::Deconv(d)
        }
        Op::MaxPool(window) => Op::MaxPool(settled(window, size, output)),
        Op::AvgPool { window, count_pad } => {
            let window = if count_pad { window } else { settled(window, size, output) };
            Op::AvgPool { window, count_pad: count_pad || window.pad == [0; 4] }
        }
        // The label is a name.
        Op::Unpool { window, .. } => Op::Unpool { pool: "", window: settled(window, output, size) },
        // So is the path of a tensor.
        Op::Scale { bias, .. } => Op::Scale { bias, bare: false },
        other => other,
    }
}

/// A window whose last place is there by its padding, not by rounding; padding that no window sees is none.
fn settled(mut window: Window, size: [usize; 2], output: [usize; 2]) -> Window {
    for d in 0..2 {
        let last = (output[d] - 1) * window.stride[d] + window.reach(d);
        window.pad[2 * d + 1] = last.saturating_sub(size[d] + window.pad[2 * d]);
    }
    window.rounding = Rounding::Floor;
    window
}

pub(crate) fn of_graph(graph: &Graph<'static>) -> Vec<u64> {
    let layers: Vec<Layer> =
        graph.nodes.iter().map(|n| (n.op, n.inputs.to_vec(), n.output)).collect();
    let outputs = graph.outputs.iter().filter(|o| !o.training_only);
    of(graph.inputs, &layers, &outputs.map(|o| Source::Layer(o.layer)).collect::<Vec<_>>())
}

pub(crate) fn of_file(network: &Network) -> Vec<u64> {
    let layers: Vec<Layer> =
        network.layers.iter().map(|l| (l.op, l.inputs.clone(), l.output)).collect();
    let shapes: Vec<Shape> = network.inputs.iter().map(|(_, shape)| *shape).collect();
    of(&shapes, &layers, &network.outputs.iter().map(|(_, source)| *source).collect::<Vec<_>>())
}
