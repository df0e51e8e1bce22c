//! Pools in blocks of channels, and of interleaved images.

use crate::bench::{Bench, Work};
use crate::tensors::{Gradients, Tensors, frame, varied};
use cnn_runtime as rt;
use rt::PoolGeometry;
use rt::arena::zeros;
use rt::blocked::{AvgPool, GlobalAvgPool, MaxPool};
use rt::kernel::Mode;
use rt::kernel::backward::Train;
use rt::layout::{Blocked, Interleaved, Layout};

/// A pool: name, channels (a multiple of sixteen), image side, window, stride, padding, batch.
type Shape = (&'static str, usize, usize, usize, usize, usize, usize);

const MAXIMA: &[Shape] = &[
    ("VGG-16, 64 at 224", 64, 224, 2, 2, 0, 1),
    ("VGG-16, 512 at 28", 512, 28, 2, 2, 0, 1),
    ("ResNet, 64 at 112", 64, 112, 3, 2, 1, 1),
    ("CIFAR, 64 at 32, batch 64", 64, 32, 2, 2, 0, 64),
];

const MEANS: &[Shape] = &[
    ("DenseNet, 128 at 56", 128, 56, 2, 2, 0, 1),
    ("DenseNet, 512 at 14", 512, 14, 2, 2, 0, 1),
    ("LeNet, 16 at 10", 16, 10, 2, 2, 0, 1),
];

/// Adaptive pools: name, channels, image side, output side, batch.
const ADAPTIVE: &[(&str, usize, usize, usize, usize)] =
    &[("VGG at 256, 512 at 8 to 7", 512, 8, 7, 1), ("256 at 56 to 6", 256, 56, 6, 1)];

/// Means of interleaved images, of any number of channels.
const INTERLEAVED: &[Shape] = &[
    ("LeNet, 6 at 28, batch 64", 6, 28, 2, 2, 0, 64),
    ("LeNet, 16 at 10, batch 64", 16, 10, 2, 2, 0, 64),
];

/// Means of whole images: name, channels, image side, batch.
const GLOBAL: &[(&str, usize, usize, usize)] = &[
    ("ResNet-50, 2048 at 7", 2048, 7, 1),
    ("MobileNetV2, 1280 at 7", 1280, 7, 1),
    ("CIFAR, 512 at 4, batch 64", 512, 4, 64),
];

pub(crate) fn rows(bench: &Bench) {
    for shape @ &(name, channels, ..) in MAXIMA {
        if bench.wants(name, "maxpool") {
            let (geometry, out) = geometry(shape);
            let kernel = MaxPool::new(geometry, frame(16, &[0], 0, 0));
            forward_inference(bench, shape, "maxpool", out, &kernel);
            let saved = channels * out * out;
            passes::<Blocked>(bench, shape, "maxpool", out, saved, &kernel);
        }
    }
    for shape in MEANS.iter().filter(|s| bench.wants(s.0, "avgpool")) {
        let (geometry, out) = geometry(shape);
        let kernel = AvgPool::new(geometry, true, frame(16, &[0], 0, 0));
        passes::<Blocked>(bench, shape, "avgpool", out, 0, &kernel);
    }
    for shape in INTERLEAVED.iter().filter(|s| bench.wants(s.0, "avgpool lanes")) {
        let (geometry, out) = geometry(shape);
        let kernel = rt::AvgPool::new(geometry, true);
        passes::<Interleaved>(bench, shape, "avgpool lanes", out, 0, &kernel);
    }
    for &(name, channels, side, out, n) in ADAPTIVE {
        let geometry = PoolGeometry::adaptive([channels, side, side], [out; 2]);
        let shape = (name, channels, side, side.div_ceil(out), 1, 0, n);
        if bench.wants(name, "adaptive avgpool") {
            let kernel = AvgPool::new(geometry, true, frame(16, &[0], 0, 0));
            passes::<Blocked>(bench, &shape, "adaptive avgpool", out, 0, &kernel);
        }
        if bench.wants(name, "adaptive maxpool") {
            let kernel = MaxPool::new(geometry, frame(16, &[0], 0, 0));
            forward_inference(bench, &shape, "adaptive maxpool", out, &kernel);
            passes::<Blocked>(
                bench,
                &shape,
                "adaptive maxpool",
                out,
                channels * out * out,
                &kernel,
            );
        }
    }
    for &(name, channels, side, n) in GLOBAL {
        if bench.wants(name, "global maxpool") {
            let shape = (name, channels, side, side, side, 0, n);
            let kernel = MaxPool::new(geometry(&shape).0, frame(16, &[0], 0, 0));
            forward_inference(bench, &shape, "global maxpool", 1, &kernel);
            passes::<Blocked>(bench, &shape, "global maxpool", 1, channels, &kernel);
        }
        if bench.wants(name, "global avgpool") {
            let kernel = GlobalAvgPool::new([channels, side, side], frame(16, &[0], 0, 0));
            let shape = (name, channels, side, side, side, 0, n);
            passes::<Blocked>(bench, &shape, "global avgpool", 1, 0, &kernel);
        }
    }
}

fn geometry(&(_, channels, side, window, stride, pad, _): &Shape) -> (PoolGeometry, usize) {
    let out = (side + 2 * pad - window) / stride + 1;
    let (window, stride) = ([window; 2], [stride; 2]);
    let input = [channels, side, side];
    (PoolGeometry::new(input, window, stride, [pad; 4], [1; 2], [out; 2]), out)
}

/// Inputs and outputs; halos are zero, so that their lengths are those of the images.
fn tensors(&(_, channels, side, .., n): &Shape, out: usize, saved: usize) -> (Tensors, [usize; 2]) {
    let [x, y] = [side, out].map(|side| n * channels * side * side);
    let tensors = Tensors {
        inputs: vec![varied(x)],
        output: zeros(y),
        saved: zeros(n * saved),
        d_inputs: vec![zeros(x)],
        d_output: varied(y),
        ..Tensors::default()
    };
    (tensors, [x, y])
}

/// A maximum that keeps no places.
fn forward_inference(bench: &Bench, shape: &Shape, kind: &str, out: usize, kernel: &MaxPool) {
    let (mut t, [x, y]) = tensors(shape, out, 0);
    let cx = bench.pass(shape.6, Mode::Evaluation);
    let call = || t.forward(kernel, rt::NoActivation, &cx);
    bench.row(shape.0, kind, "inference", Work::floats(x, y), call);
}

/// Both passes of training.
fn passes<L: Layout>(
    bench: &Bench,
    shape @ &(name, .., n): &Shape,
    kind: &str,
    out: usize,
    saved: usize,
    kernel: &impl Train<L>,
) {
    let (mut t, [x, y]) = tensors(shape, out, saved);
    let (cx, saved) = (bench.pass(n, Mode::Training), n * saved);
    let call = || t.forward(kernel, rt::NoActivation, &cx);
    bench.row(name, kind, "forward", Work::floats(x, y + saved), call);
    let call = || t.backward(kernel, Gradients::Inputs, &cx);
    bench.row(name, kind, "backward", Work::floats(y + saved, x), call);
}
