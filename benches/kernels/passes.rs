//! Single passes over tensors in blocks of channels: batch norm, sums, concatenation, conversions,
//! activations.

use crate::bench::{Bench, Work};
use crate::measure::timed;
use crate::tensors::{Gradients, Tensors, frame, varied};
use cnn_runtime as rt;
use rt::arena::zeros;
use rt::blocked::{
    Add, BatchNorm, Concat, Flatten, FoldedBatchNorm, Identity, Reorder, derivative,
};
use rt::kernel::Mode;
use rt::kernel::backward::Train;
use rt::layout::{Blocked, Grid};
use rt::reduce::partials_len;
use rt::{Activation, NoActivation};

/// An image: name, channels, side, batch. Channels are a multiple of sixteen and there are no
/// halos, so that lengths in blocks and in planes are the same, unless a row says otherwise.
type Shape = (&'static str, usize, usize, usize);

const NORMS: &[Shape] = &[
    ("ResNet, 64 at 112", 64, 112, 1),
    ("ResNet, 256 at 14", 256, 14, 1),
    ("CIFAR, 64 at 32, batch 64", 64, 32, 64),
    ("CIFAR, 512 at 4, batch 64", 512, 4, 64),
];

const SUMS: &[Shape] =
    &[("ResNet, 256 at 56", 256, 56, 1), ("CIFAR, 64 at 32, batch 64", 64, 32, 64)];

/// Each input has half the channels.
const CONCATS: &[Shape] =
    &[("DenseNet, 256 at 56", 256, 56, 1), ("DenseNet, 512 at 14", 512, 14, 1)];

const CONVERSIONS: &[Shape] =
    &[("image of 3 at 224", 3, 224, 1), ("64 at 56", 64, 56, 1), ("VGG-16, 512 at 7", 512, 7, 1)];

/// What activations are applied to: as much as a near cache holds.
const ACTIVATED: Shape = ("64 at 28", 64, 28, 1);

pub(crate) fn rows(bench: &Bench) {
    NORMS.iter().filter(|s| bench.wants(s.0, "bn")).for_each(|shape| norm(bench, shape));
    SUMS.iter().filter(|s| bench.wants(s.0, "add")).for_each(|shape| sum(bench, shape));
    CONCATS.iter().filter(|s| bench.wants(s.0, "concat")).for_each(|shape| concat(bench, shape));
    CONVERSIONS.iter().filter(|s| bench.wants(s.0, "reorder")).for_each(|s| reorder(bench, s));
    activations(bench);
}

fn dims(&(_, channels, side, _): &Shape) -> [usize; 3] {
    [channels, side, side]
}

fn len(&(_, channels, side, n): &Shape) -> usize {
    n * channels * side * side
}

fn norm(bench: &Bench, shape: &Shape) {
    let &(name, channels, _, n) = shape;
    let (dims, len, frame) = (dims(shape), len(shape), frame(16, &[0], 0, 0));
    let positive = || {
        let mut buffer = zeros(channels);
        buffer.fill(0.5);
        buffer
    };
    let folded = FoldedBatchNorm::new(dims, 1e-5, frame);
    let mut t = Tensors {
        // Scale and shift.
        params: vec![positive(), positive()],
        inputs: vec![varied(len)],
        output: zeros(len),
        ..Tensors::default()
    };
    let cx = bench.pass(n, Mode::Evaluation);
    bench
        .row(name, "bn", "inference", Work::floats(len, len), || t.forward(&folded, rt::Relu, &cx));

    let kernel = BatchNorm::new(dims, 1e-5, 0.1, true, frame);
    let mut t = Tensors {
        params: vec![positive(), positive()],
        state: vec![positive(), positive()],
        inputs: vec![varied(len)],
        output: zeros(len),
        stats: zeros(3 * channels),
        d_output: varied(len),
        d_inputs: vec![zeros(len)],
        d_params: vec![zeros(channels), zeros(channels)],
        partials: zeros(partials_len(channels, 1, n, 1)),
        scratch: zeros(kernel.room().len(n, bench.threads)),
        ..Tensors::default()
    };
    let cx = bench.pass(n, Mode::Training);
    bench.row(name, "bn", "forward", Work::floats(len, len), || t.forward(&kernel, rt::Relu, &cx));
    let work = Work::floats(2 * len, len);
    bench.row(name, "bn", "backward", work, || t.backward(&kernel, Gradients::All, &cx));
}

fn sum(bench: &Bench, shape: &Shape) {
    let &(name, .., n) = shape;
    let len = len(shape);
    let kernel = Add::new(dims(shape), frame(16, &[0, 0], 0, 0));
    let work = [Work::floats(2 * len, len), Work::floats(len, 2 * len)];
    both(bench, [name, "add"], n, &kernel, &[len, len], work);
}

fn concat(bench: &Bench, shape: &Shape) {
    let &(name, channels, side, n) = shape;
    let len = len(shape);
    let halves: &[usize] = Box::leak(Box::new([channels / 2; 2]));
    let kernel = Concat::new(halves, [side; 2], frame(16, &[0, 0], 0, 0));
    both(bench, [name, "concat"], n, &kernel, &[len / 2, len / 2], [Work::floats(len, len); 2]);
}

/// Both passes of a layer that has no parameters and keeps the number of elements, or adds up.
fn both(
    bench: &Bench,
    [name, kind]: [&str; 2],
    n: usize,
    kernel: &impl Train<Blocked>,
    inputs: &[usize],
    [forward, backward]: [Work; 2],
) {
    let output = forward.written;
    let mut t = Tensors {
        inputs: inputs.iter().map(|&len| varied(len)).collect(),
        output: zeros(output),
        d_inputs: inputs.iter().map(|&len| zeros(len)).collect(),
        d_output: varied(output),
        ..Tensors::default()
    };
    let cx = bench.pass(n, Mode::Training);
    bench.row(name, kind, "forward", forward, || t.forward(kernel, NoActivation, &cx));
    bench.row(name, kind, "backward", backward, || t.backward(kernel, Gradients::Inputs, &cx));
}

/// Planes to blocks, without empty lanes if the channels are few, and back.
fn reorder(bench: &Bench, shape: &Shape) {
    let &(name, channels, _, n) = shape;
    let (dims, len, cx) = (dims(shape), len(shape), bench.pass(n, Mode::Evaluation));
    let lanes = channels.min(16);
    let kernel = Reorder::new(dims, frame(lanes, &[0], 1, 0));
    let mut t = Tensors {
        inputs: vec![varied(len)],
        output: zeros(n * Grid::with_depth(dims, 1, lanes).len()),
        ..Tensors::default()
    };
    let work = Work::floats(len, len);
    bench.row(name, "reorder", "to blocks", work, || t.forward(&kernel, NoActivation, &cx));
    if lanes == 16 {
        let kernel = Flatten::new(dims, frame(16, &[0], 0, 0));
        let mut t = Tensors { inputs: vec![varied(len)], output: zeros(len), ..Tensors::default() };
        bench.row(name, "reorder", "to planes", work, || t.forward(&kernel, NoActivation, &cx));
    }
}

fn activations(bench: &Bench) {
    activation(bench, "relu", rt::Relu);
    activation(bench, "relu6", rt::Relu6);
    activation(bench, "leaky_relu", rt::LeakyRelu { slope: 0.01 });
    activation(bench, "sigmoid", rt::Sigmoid);
    activation(bench, "tanh", rt::Tanh);
    activation(bench, "tanh, scaled", rt::ScaledTanh { scale: 1.7159, slope: 2.0 / 3.0 });
    activation(bench, "elu", rt::Elu { alpha: 1.0 });
    activation(bench, "selu", rt::Selu);
    activation(bench, "gelu", rt::Gelu);
    activation(bench, "gelu, approx=tanh", rt::GeluTanh);
    activation(bench, "silu", rt::Silu);
    activation(bench, "mish", rt::Mish);
    activation(bench, "hardsigmoid", rt::HardSigmoid);
    activation(bench, "hardswish", rt::HardSwish);
    activation(bench, "rescale", rt::Rescale { factor: 0.1 });
    activation(bench, "softplus", rt::Softplus { beta: 1.0, threshold: 20.0 });
}

/// An activation alone, and its derivative.
fn activation(bench: &Bench, name: &str, activation: impl Activation) {
    let shape = ACTIVATED;
    if !bench.wants(name, "activation") {
        return;
    }
    let (dims, len) = (dims(&shape), len(&shape));
    let cx = bench.pass(shape.3, Mode::Training);
    let kernel = Identity::new(dims, frame(16, &[0], 0, 0));
    let mut t = Tensors { inputs: vec![varied(len)], output: zeros(len), ..Tensors::default() };
    // Over more than the steep part of each function.
    t.inputs[0].iter_mut().for_each(|x| *x *= 4.0);
    let work = Work::floats(len, len);
    bench.row(name, "activation", "forward", work, || t.forward(&kernel, activation, &cx));
    let dy = varied(len);
    let (mut d, work) = (zeros(len), Work::floats(2 * len, len));
    bench.row(name, "activation", "backward", work, || {
        // In place: without a fresh gradient the numbers would become too small to be normal.
        d.copy_from_slice(&dy);
        timed(|| derivative(&cx, activation, dims, &t.inputs[0], 0, &mut d, 0))
    });
}
