//! Convolutions in blocks of channels, and of interleaved images.

use crate::bench::{Bench, Work};
use crate::tensors::{Gradients, Tensors, copy, frame, varied};
use cnn_runtime as rt;
use rt::arena::zeros;
use rt::blocked::{Conv, Packed, PlaneConv};
use rt::conv::{Direct, Geometry};
use rt::kernel::{Mode, PackParams, Room};
use rt::layout::{Grid, LANES};
use rt::reduce::partials_len;

/// A convolution: name, channels, image side, filters, kernel, stride, padding, batch.
type Shape = (&'static str, usize, usize, usize, usize, usize, usize, usize);

const BLOCKS: &[Shape] = &[
    ("VGG-16, first", 3, 224, 64, 3, 1, 1, 1),
    ("VGG-16, 64 at 224", 64, 224, 64, 3, 1, 1, 1),
    ("VGG-16, 128 at 112", 128, 112, 128, 3, 1, 1, 1),
    ("VGG-16, 256 at 56", 256, 56, 256, 3, 1, 1, 1),
    ("VGG-16, 512 at 28", 512, 28, 512, 3, 1, 1, 1),
    ("VGG-16, 512 at 14", 512, 14, 512, 3, 1, 1, 1),
    ("ResNet, stem", 3, 224, 64, 7, 2, 3, 1),
    ("ResNet, 64 at 56", 64, 56, 64, 3, 1, 1, 1),
    ("ResNet, 128 at 28", 128, 28, 128, 3, 1, 1, 1),
    ("ResNet, 256 at 14", 256, 14, 256, 3, 1, 1, 1),
    ("ResNet, 512 at 7", 512, 7, 512, 3, 1, 1, 1),
    ("ResNet, 128 at 56 by 2", 128, 56, 128, 3, 2, 1, 1),
    ("ResNet, 64 to 256 at 56", 64, 56, 256, 1, 1, 0, 1),
    ("ResNet, 256 to 64 at 56", 256, 56, 64, 1, 1, 0, 1),
    ("ResNet, 1024 to 256 at 14", 1024, 14, 256, 1, 1, 0, 1),
    ("ResNet, 2048 to 512 at 7", 2048, 7, 512, 1, 1, 0, 1),
    ("MobileNetV2, 16 to 96 at 112", 16, 112, 96, 1, 1, 0, 1),
    ("MobileNetV2, 144 to 24 at 56", 144, 56, 24, 1, 1, 0, 1),
    ("MobileNetV2, 576 to 96 at 14", 576, 14, 96, 1, 1, 0, 1),
    ("MobileNetV2, 160 to 960 at 7", 160, 7, 960, 1, 1, 0, 1),
    ("CIFAR, 128 at 16, batch 64", 128, 16, 128, 3, 1, 1, 64),
    ("CIFAR, 256 at 8, batch 64", 256, 8, 256, 3, 1, 1, 64),
    ("CIFAR, 512 at 4, batch 64", 512, 4, 512, 3, 1, 1, 64),
    ("CIFAR, 512 at 2, batch 64", 512, 2, 512, 3, 1, 1, 64),
];

/// In groups, dilated: the kernel's elements so far apart.
const OTHERS: &[(Shape, usize, usize)] = &[
    (("ResNeXt-50, 512 at 14", 512, 14, 512, 3, 1, 1, 1), 32, 1),
    (("ResNeXt-50, 1024 at 7", 1024, 7, 1024, 3, 1, 1, 1), 32, 1),
    (("groups of 24, 96 at 28", 96, 28, 96, 3, 1, 1, 1), 4, 1),
    (("DeepLab, 512 at 28", 512, 28, 512, 3, 1, 2, 1), 1, 2),
    (("DeepLab, 256 at 28", 256, 28, 256, 3, 1, 6, 1), 1, 6),
];

const INTERLEAVED: &[Shape] = &[
    ("LeNet, 1 to 6 at 28, batch 64", 1, 28, 6, 5, 1, 2, 64),
    ("LeNet, 6 to 16 at 14, batch 64", 6, 14, 16, 5, 1, 0, 64),
];

pub(crate) fn rows(bench: &Bench) {
    for shape in BLOCKS {
        blocks::<false>(bench, shape, 1, 1);
        if shape.4 == 3 && shape.5 == 1 && shape.1 > 3 {
            blocks::<true>(bench, shape, 1, 1);
        }
    }
    for &(shape, groups, dilation) in OTHERS {
        blocks::<false>(bench, &shape, groups, dilation);
    }
    planes(bench, &("LeNet, 1 to 6 at 28", 1, 28, 6, 5, 1, 2, 1));
    for shape in INTERLEAVED {
        interleaved(bench, shape);
    }
}

fn geometry(shape: &Shape, groups: usize, dilation: usize) -> (Geometry, usize) {
    let &(_, channels, side, filters, kernel, stride, pad, _) = shape;
    let out = (side + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
    let (input, pads, output) = ([channels, side, side], [pad; 4], [out; 2]);
    let (kernel, stride, dilation) = ([kernel; 2], [stride; 2], [dilation; 2]);
    (Geometry::new(input, filters, kernel, stride, pads, dilation, groups, output), out)
}

/// What a pass does; the factors are read, and the result is written.
fn works(
    &(_, channels, side, filters, kernel, .., n): &Shape,
    groups: usize,
    out: usize,
) -> [Work; 3] {
    let weights = filters * channels / groups * kernel * kernel;
    let [x, y] = [n * channels * side * side, n * filters * out * out];
    let work = Work::macs(n * out * out * weights);
    [work.with(x + weights, y), work.with(x + y, weights), work.with(y + weights, x)]
}

/// Forward as in inference, backward as in training.
fn blocks<const WINOGRAD: bool>(bench: &Bench, shape: &Shape, groups: usize, dilation: usize) {
    let &(name, channels, side, filters, kernel, _, pad, n) = shape;
    let kind = if WINOGRAD { "winograd" } else { "direct" };
    if !bench.wants(name, kind) {
        return;
    }
    let (geometry, out) = geometry(shape, groups, dilation);
    let channels_seen = channels / groups;
    let mut works = works(shape, groups, out);
    if WINOGRAD {
        works = works.map(Work::by_winograd);
    }
    let [forward, d_weight, d_input] = works;
    let cx = bench.pass(n, Mode::Training);
    let lanes = channels.min(LANES);
    let back = dilation * (kernel - 1) - pad;
    let frame = frame(lanes, &[pad], 1, back);
    let x = varied(n * Grid::with_depth([channels, side, side], pad, lanes).len());
    let params = [varied(filters * channels_seen * kernel * kernel), varied(filters)];
    let room = |room: Room| zeros(room.len(n, bench.threads));

    let packed = Packed::<WINOGRAD>::new(geometry, true, None, frame);
    let conv = Conv::<WINOGRAD>::new(geometry, frame);
    let [weights, bias] = conv.packed();
    let mut both = zeros(weights + bias);
    packed.pack(&[&params[0], &params[1]], &mut both);
    let mut t = Tensors {
        params: [&both[..weights], &both[weights..]].map(copy).into(),
        inputs: vec![x.clone()],
        output: zeros(n * Grid::new([filters, out, out], 1).len()),
        scratch: room(conv.room_packed()),
        ..Tensors::default()
    };
    bench.row(name, kind, "forward", forward, || t.forward(&packed, rt::Relu, &cx));

    let mut t = Tensors {
        partials: zeros(partials_len(params[0].len(), params[0].len() / filters, n, 1)),
        d_params: params.clone().into(),
        params: params.into(),
        inputs: vec![x],
        d_inputs: vec![zeros(n * Grid::new([channels, side, side], pad).len())],
        d_output: varied(n * Grid::new([filters, out, out], back).len()),
        scratch: room(conv.room_backward()),
        ..Tensors::default()
    };
    let call = || t.backward(&conv, Gradients::Params, &cx);
    bench.row(name, kind, "weight gradient", d_weight, call);
    // That of an image is of no interest.
    if channels >= LANES {
        let call = || t.backward(&conv, Gradients::Inputs, &cx);
        bench.row(name, kind, "input gradient", d_input, call);
    }
}

/// Few filters over a single image.
fn planes(bench: &Bench, shape: &Shape) {
    let &(name, channels, side, filters, kernel, _, pad, n) = shape;
    if !bench.wants(name, "planes") {
        return;
    }
    let (geometry, out) = geometry(shape, 1, 1);
    let conv = PlaneConv::new(geometry, frame(1, &[pad], 0, 0));
    let mut t = Tensors {
        params: vec![varied(filters * channels * kernel * kernel), varied(filters)],
        inputs: vec![varied(n * Grid::with_depth([channels, side, side], pad, 1).len())],
        output: zeros(n * Grid::with_depth([filters, out, out], 0, 1).len()),
        ..Tensors::default()
    };
    let cx = bench.pass(n, Mode::Evaluation);
    let call = || t.forward(&conv, rt::NoActivation, &cx);
    bench.row(name, "planes", "forward", works(shape, 1, out)[0], call);
}

/// Sixteen images side by side; the batch is a multiple of that.
fn interleaved(bench: &Bench, shape: &Shape) {
    let &(name, channels, side, filters, kernel, .., n) = shape;
    let kind = "interleaved";
    if !bench.wants(name, kind) {
        return;
    }
    let (geometry, out) = geometry(shape, 1, 1);
    let ([forward, d_weight, d_input], cx) = (works(shape, 1, out), bench.pass(n, Mode::Training));
    let conv = Direct::new(geometry);
    let weight = varied(filters * channels * kernel * kernel);
    let mut t = Tensors {
        partials: zeros(partials_len(weight.len(), weight.len() / filters, n, LANES)),
        d_params: vec![weight.clone(), zeros(filters)],
        params: vec![weight, varied(filters)],
        inputs: vec![varied(n * channels * side * side)],
        output: zeros(n * filters * out * out),
        d_inputs: vec![zeros(n * channels * side * side)],
        d_output: varied(n * filters * out * out),
        scratch: zeros(n * conv.room().image.max(conv.room_backward().image)),
        ..Tensors::default()
    };
    bench.row(name, kind, "forward", forward, || t.forward(&conv, rt::NoActivation, &cx));
    bench
        .row(name, kind, "weight gradient", d_weight, || t.backward(&conv, Gradients::Params, &cx));
    if channels > 1 {
        bench.row(name, kind, "input gradient", d_input, || {
            t.backward(&conv, Gradients::Inputs, &cx)
        });
    }
}
