//! Transposed convolutions in blocks of channels.

use crate::bench::{Bench, Work};
use crate::tensors::{Gradients, Tensors, copy, frame, varied};
use cnn_runtime as rt;
use rt::arena::zeros;
use rt::blocked::{Deconv, PackedDeconv};
use rt::conv::Geometry;
use rt::kernel::{Mode, PackParams};
use rt::layout::Grid;
use rt::reduce::partials_len;

/// A layer: name, channels, image side, filters, kernel, stride, padding.
type Shape = (&'static str, usize, usize, usize, usize, usize, usize);

const SHAPES: &[Shape] = &[
    ("U-Net, 128 to 64 at 56 by 2", 128, 56, 64, 2, 2, 0),
    ("U-Net, 512 to 256 at 14 by 2", 512, 14, 256, 2, 2, 0),
    ("DCGAN, 256 to 128 at 16 by 2", 256, 16, 128, 4, 2, 1),
    ("DCGAN, 128 to 64 at 32 by 2", 128, 32, 64, 4, 2, 1),
    ("ZFNet, 256 to 384 at 13", 256, 13, 384, 3, 1, 1),
];

pub(crate) fn rows(bench: &Bench) {
    SHAPES.iter().for_each(|shape| row(bench, shape));
}

/// Forward as in inference, backward as in training.
fn row(bench: &Bench, &(name, channels, side, filters, kernel, stride, pad): &Shape) {
    let kind = "transposed";
    if !bench.wants(name, kind) {
        return;
    }
    let out = (side - 1) * stride + kernel - 2 * pad;
    let (input, output) = ([channels, side, side], [filters, out, out]);
    let geometry = Geometry::transposed(
        input,
        filters,
        [kernel; 2],
        [stride; 2],
        [pad; 4],
        [1; 2],
        1,
        [out; 2],
    );
    let halo = kernel.div_ceil(stride);
    let frame = frame(16, &[halo], 1, pad);
    let cx = bench.pass(1, Mode::Training);
    let [weights, x_len, y_len] =
        [channels * filters * kernel * kernel, channels * side * side, filters * out * out];
    let work = Work::macs(side * side * weights);
    let forward = work.with(x_len + weights, y_len);
    let d_weight = work.with(x_len + y_len, weights);
    let d_input = work.with(y_len + weights, x_len);
    let x = varied(Grid::new(input, halo).len());
    let weight = varied(weights);

    let packed = PackedDeconv::new(geometry, true, None, frame);
    let [weights, bias] = packed.packed();
    let mut both = zeros(weights + bias);
    packed.pack(&[&weight, &varied(filters)], &mut both);
    let mut t = Tensors {
        params: [&both[..weights], &both[weights..]].map(copy).into(),
        inputs: vec![x.clone()],
        output: zeros(Grid::new(output, 1).len()),
        ..Tensors::default()
    };
    bench.row(name, kind, "forward", forward, || t.forward(&packed, rt::Relu, &cx));

    let deconv = Deconv::new(geometry, frame);
    let mut t = Tensors {
        partials: zeros(partials_len(weight.len(), weight.len() / channels, 1, 1)),
        d_params: vec![weight.clone()],
        params: vec![weight],
        inputs: vec![x],
        d_inputs: vec![zeros(Grid::new(input, halo).len())],
        d_output: varied(Grid::new(output, pad).len()),
        scratch: zeros(deconv.room_backward().len(1, bench.threads)),
        ..Tensors::default()
    };
    let call = || t.backward(&deconv, Gradients::Params, &cx);
    bench.row(name, kind, "weight gradient", d_weight, call);
    let call = || t.backward(&deconv, Gradients::Inputs, &cx);
    bench.row(name, kind, "input gradient", d_input, call);
}
