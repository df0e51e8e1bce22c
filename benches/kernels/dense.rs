//! Dense layers: reading the weights with few images, a matrix product with many.

use crate::bench::{Bench, Work};
use crate::measure::timed;
use crate::tensors::{Gradients, Tensors, copy, varied};
use cnn::ndarray::linalg::general_mat_mul;
use cnn::ndarray::{Array2, ArrayView2};
use cnn_runtime as rt;
use rt::arena::zeros;
use rt::dense::{Direct, Gemm, Packed};
use rt::kernel::backward::Train;
use rt::kernel::{Mode, PackParams, Room};
use rt::layout::{Interleaved, LANES, Layout, Nchw};
use rt::reduce::partials_len;

/// A layer: name, inputs, outputs, batch.
type Shape = (&'static str, usize, usize, usize);

const PLAIN: &[Shape] = &[
    ("VGG-16, 25088 to 4096", 25088, 4096, 1),
    ("VGG-16, 4096 to 4096", 4096, 4096, 1),
    ("ResNet-50, 2048 to 1000", 2048, 1000, 1),
    ("MobileNetV2, 1280 to 1000", 1280, 1000, 1),
    ("VGG-16, 4096 to 4096, batch 64", 4096, 4096, 64),
    ("ResNet-50, 2048 to 1000, batch 64", 2048, 1000, 64),
];

const PACKED: &[Shape] =
    &[("LeNet, 400 to 120", 400, 120, 1), ("LeNet, 400 to 120, batch 64", 400, 120, 64)];

const INTERLEAVED: &[Shape] =
    &[("LeNet, 400 to 120, batch 64", 400, 120, 64), ("LeNet, 120 to 84, batch 64", 120, 84, 64)];

pub(crate) fn rows(bench: &Bench) {
    for shape @ &(name, inputs, outputs, _) in PLAIN {
        if bench.wants(name, "dense") {
            let kernel = Gemm::new(inputs, outputs);
            let mut t = training::<Nchw>(bench, shape, [kernel.room(), kernel.room_backward()]);
            passes::<Nchw>(bench, shape, "dense", &kernel, &mut t);
            if shape.3 > 1 {
                by_matrixmultiply(bench, shape);
            }
        }
    }
    for shape @ &(name, inputs, outputs, n) in PACKED {
        if bench.wants(name, "dense packed") {
            let kernel = Packed::new(inputs, outputs);
            let (weight, bias) = (varied(inputs * outputs), varied(outputs));
            let blocks = outputs.div_ceil(LANES);
            let mut both = zeros(blocks * (inputs + 1) * LANES);
            kernel.pack(&[&weight, &bias], &mut both);
            let (weights, bias) = both.split_at(blocks * inputs * LANES);
            let mut t = Tensors {
                params: [weights, bias].map(copy).into(),
                inputs: vec![varied(n * inputs)],
                output: zeros(n * outputs),
                ..Tensors::default()
            };
            let cx = bench.pass(n, Mode::Evaluation);
            let call = || t.forward(&kernel, rt::NoActivation, &cx);
            bench.row(name, "dense packed", "forward", work(shape)[0], call);
        }
    }
    for shape @ &(name, inputs, outputs, _) in INTERLEAVED {
        if bench.wants(name, "dense interleaved") {
            let kernel = Direct::new(inputs, outputs);
            let mut t = training::<Interleaved>(bench, shape, [Room::NONE, kernel.room_backward()]);
            passes::<Interleaved>(bench, shape, "dense interleaved", &kernel, &mut t);
        }
    }
}

/// What a layer's passes do: forward, the weights' gradient, the input's.
fn work(&(_, inputs, outputs, n): &Shape) -> [Work; 3] {
    let (weights, x, y) = (inputs * outputs, n * inputs, n * outputs);
    // With one image nothing but the weights, or their gradient, counts.
    let work = if n == 1 { Work::default() } else { Work::macs(n * weights) };
    [work.with(weights + x, y), work.with(x + y, weights), work.with(weights + y, x)]
}

/// The tensors of training.
fn training<L: Layout>(
    bench: &Bench,
    &(_, inputs, outputs, n): &Shape,
    rooms: [Room; 2],
) -> Tensors {
    let weight = varied(inputs * outputs);
    Tensors {
        partials: zeros(partials_len(weight.len(), inputs, n, L::IMAGES)),
        d_params: vec![zeros(weight.len()), zeros(outputs)],
        params: vec![weight, varied(outputs)],
        inputs: vec![varied(n * inputs)],
        output: zeros(n * outputs),
        d_inputs: vec![zeros(n * inputs)],
        d_output: varied(n * outputs),
        scratch: zeros(rooms.map(|room| room.len(n, bench.threads)).into_iter().max().unwrap_or(0)),
        ..Tensors::default()
    }
}

fn passes<L: Layout>(
    bench: &Bench,
    shape @ &(name, .., n): &Shape,
    kind: &str,
    kernel: &impl Train<L>,
    t: &mut Tensors,
) {
    let cx = bench.pass(n, Mode::Training);
    let [forward, d_weight, d_input] = work(shape);
    bench.row(name, kind, "forward", forward, || t.forward(kernel, rt::NoActivation, &cx));
    let call = || t.backward(kernel, Gradients::Params, &cx);
    bench.row(name, kind, "weight gradient", d_weight, call);
    let call = || t.backward(kernel, Gradients::Inputs, &cx);
    bench.row(name, kind, "input gradient", d_input, call);
}

/// The same three products by the crate `matrixmultiply`, through ndarray, on one thread.
fn by_matrixmultiply(bench: &Bench, shape @ &(name, inputs, outputs, n): &Shape) {
    let kind = "dense by matrixmultiply";
    let matrix = |rows: usize, columns: usize| {
        let numbers = varied(rows * columns).to_vec();
        Array2::from_shape_vec((rows, columns), numbers).expect("as many numbers")
    };
    let [x, y, w] = [matrix(n, inputs), matrix(n, outputs), matrix(outputs, inputs)];
    let product = |what: &str, work: Work, a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>| {
        let mut out = Array2::zeros((a.nrows(), b.ncols()));
        let call = || timed(|| general_mat_mul(1.0, &a, &b, 0.0, &mut out));
        bench.row(name, kind, what, work, call);
    };
    let [forward, d_weight, d_input] = work(shape);
    product("forward", forward, x.view(), w.t());
    product("weight gradient", d_weight, y.t(), x.view());
    product("input gradient", d_input, y.view(), w.view());
}
