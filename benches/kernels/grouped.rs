//! Convolutions of small groups in blocks of channels.

use crate::bench::{Bench, Work};
use crate::tensors::{Gradients, Tensors, frame, varied};
use cnn_runtime as rt;
use rt::arena::zeros;
use rt::blocked::{Grouped, PackedGrouped};
use rt::conv::Geometry;
use rt::kernel::{Mode, PackParams};
use rt::layout::Grid;
use rt::reduce::partials_len;

/// A convolution: name, channels, channels of a group, image side, kernel, stride.
type Shape = (&'static str, usize, usize, usize, usize, usize);

const SHAPES: &[Shape] = &[
    ("MobileNetV2, 32 at 112", 32, 1, 112, 3, 1),
    ("MobileNetV2, 96 at 112 by 2", 96, 1, 112, 3, 2),
    ("MobileNetV2, 144 at 56", 144, 1, 56, 3, 1),
    ("MobileNetV2, 144 at 56 by 2", 144, 1, 56, 3, 2),
    ("MobileNetV2, 192 at 28", 192, 1, 28, 3, 1),
    ("MobileNetV2, 384 at 14", 384, 1, 14, 3, 1),
    ("MobileNetV2, 576 at 14 by 2", 576, 1, 14, 3, 2),
    ("MobileNetV2, 960 at 7", 960, 1, 7, 3, 1),
    ("MobileNetV3, 72 at 56 by 2", 72, 1, 56, 5, 2),
    ("MobileNetV3, 120 at 28", 120, 1, 28, 5, 1),
    ("MobileNetV3, 960 at 7", 960, 1, 7, 5, 1),
    ("groups of 2, 128 at 28", 128, 2, 28, 3, 1),
    ("ResNeXt-50, 128 at 56", 128, 4, 56, 3, 1),
    ("ResNeXt-50, 256 at 56 by 2", 256, 8, 56, 3, 2),
    ("ResNeXt-50, 256 at 28", 256, 8, 28, 3, 1),
];

pub(crate) fn rows(bench: &Bench) {
    SHAPES.iter().for_each(|shape| row(bench, shape));
}

/// Forward as in inference, backward as in training.
fn row(bench: &Bench, &(name, channels, group, side, kernel, stride): &Shape) {
    let n = 1;
    let kind = match group {
        1 => format!("depthwise {kernel}x{kernel}"),
        _ => format!("groups of {group}"),
    };
    if !bench.wants(name, &kind) {
        return;
    }
    let pad = kernel / 2;
    let out = (side + 2 * pad - kernel) / stride + 1;
    let input = [channels, side, side];
    let output = [channels, out, out];
    let geometry = Geometry::new(
        input,
        channels,
        [kernel; 2],
        [stride; 2],
        [pad; 4],
        [1; 2],
        channels / group,
        [out; 2],
    );
    let frame = frame(16, &[pad], 0, pad);
    let cx = bench.pass(n, Mode::Training);
    let work = Work::macs(n * channels * group * out * out * kernel * kernel);
    // Without weights, which are few.
    let [x_len, y_len] = [side, out].map(|side| n * channels * side * side);
    let x = varied(n * Grid::new(input, pad).len());
    let weight = varied(channels * group * kernel * kernel);

    let packed = PackedGrouped::new(geometry, true, None, frame);
    let [weights, bias] = packed.packed();
    let mut both = zeros(weights + bias);
    packed.pack(&[&weight, &varied(channels)], &mut both);
    let mut t = Tensors {
        params: vec![varied(weights), varied(bias)],
        inputs: vec![x.clone()],
        output: zeros(n * Grid::new(output, 0).len()),
        ..Tensors::default()
    };
    t.params[0].copy_from_slice(&both[..weights]);
    let forward = work.with(x_len, y_len);
    bench.row(name, &kind, "forward", forward, || t.forward(&packed, rt::Relu6, &cx));

    let conv = Grouped::new(geometry, frame);
    let mut t = Tensors {
        partials: zeros(partials_len(weight.len(), group * kernel * kernel, n, 1)),
        d_params: vec![weight.clone()],
        params: vec![weight],
        inputs: vec![x],
        d_inputs: vec![zeros(n * Grid::new(input, pad).len())],
        d_output: varied(n * Grid::new(output, pad).len()),
        scratch: zeros(conv.room_backward().len(n, bench.threads)),
        ..Tensors::default()
    };
    let call = || t.backward(&conv, Gradients::Params, &cx);
    bench.row(name, &kind, "weight gradient", work.with(x_len + y_len, 0), call);
    let call = || t.backward(&conv, Gradients::Inputs, &cx);
    bench.row(name, &kind, "input gradient", work.with(y_len, x_len), call);
}
