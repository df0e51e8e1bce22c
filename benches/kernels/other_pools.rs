//! Pools by other functions than maximum and mean, in blocks of channels; the rows of `maxpool` and
//! `avgpool` of the same names are what they compare with.

use crate::bench::{Bench, Work};
use crate::tensors::{Gradients, NoRoom, Tensors, frame, varied};
use cnn_runtime as rt;
use rt::PoolGeometry;
use rt::arena::zeros;
use rt::blocked::{AttnPool, LpPool, MaxPool, ProdPool, SumPool, Unpool};
use rt::kernel::backward::Train;
use rt::kernel::{Mode, Room};
use rt::layout::Blocked;
use rt::reduce::partials_len;

/// A pool: name, channels (a multiple of sixteen), image side, window, stride, padding.
const WINDOWS: &[(&str, usize, usize, usize, usize, usize)] =
    &[("DenseNet, 128 at 56", 128, 56, 2, 2, 0), ("ResNet, 64 at 112", 64, 112, 3, 2, 1)];

/// Attention over whole images: name, channels, image side, batch.
const ATTENTION: &[(&str, usize, usize, usize)] =
    &[("ResNet-50, 2048 at 7", 2048, 7, 1), ("CIFAR, 512 at 4, batch 64", 512, 4, 64)];

pub(crate) fn rows(bench: &Bench) {
    for &(name, channels, side, window, stride, pad) in WINDOWS {
        let out = (side + 2 * pad - window) / stride + 1;
        let input = [channels, side, side];
        let g = PoolGeometry::new(input, [window; 2], [stride; 2], [pad; 4], [1; 2], [out; 2]);
        let (frame, y) = (frame(16, &[0], 0, 0), channels * out * out);
        let sizes = Sizes { images: 1, x: channels * side * side, y, saved: 0, param: 0 };
        if bench.wants(name, "sumpool") {
            let kernel = SumPool::new(g, frame);
            passes(bench, name, "sumpool", sizes, [kernel.room(), kernel.room_backward()], &kernel);
        }
        for p in [1.0, 2.0, 2.5] {
            let kind = format!("lppool {p}");
            if bench.wants(name, &kind) {
                let kernel = LpPool::new(g, p, frame);
                let (sizes, rooms) =
                    (Sizes { saved: y, ..sizes }, [kernel.room(), kernel.room_backward()]);
                passes(bench, name, &kind, sizes, rooms, &kernel);
            }
        }
        if bench.wants(name, "unpool") {
            unpool(bench, name, g, [channels * side * side, y]);
        }
        if bench.wants(name, "prodpool") {
            let kernel = ProdPool::new(g, frame);
            passes(
                bench,
                name,
                "prodpool",
                sizes,
                [kernel.room(), kernel.room_backward()],
                &kernel,
            );
        }
    }
    for &(name, channels, side, images) in ATTENTION {
        if bench.wants(name, "attnpool") {
            let kernel = AttnPool::new([channels, side, side], frame(16, &[0], 0, 0));
            let (x, saved) = (channels * side * side, side * side);
            let sizes = Sizes { images, x, y: channels, saved, param: channels };
            let rooms = [kernel.room(), kernel.room_backward()];
            passes(bench, name, "attnpool", sizes, rooms, &kernel);
        }
    }
}

/// Images, and floats of each; of the parameter, in all.
#[derive(Clone, Copy)]
struct Sizes {
    images: usize,
    x: usize,
    y: usize,
    saved: usize,
    param: usize,
}

/// Both passes of training.
fn passes(
    bench: &Bench,
    name: &str,
    kind: &str,
    sizes: Sizes,
    rooms: [Room; 2],
    kernel: &impl Train<Blocked>,
) {
    let Sizes { images: n, x, y, saved, param } = sizes;
    let params = if param > 0 { vec![varied(param)] } else { vec![] };
    let scratch = rooms.map(|room| room.len(n, bench.threads)).into_iter().max().unwrap_or(0);
    let mut t = Tensors {
        d_params: params.iter().map(|p| zeros(p.len())).collect(),
        params,
        inputs: vec![varied(n * x)],
        output: zeros(n * y),
        saved: zeros(n * saved),
        d_inputs: vec![zeros(n * x)],
        d_output: varied(n * y),
        partials: zeros(partials_len(param, 1, n, 1)),
        scratch: zeros(scratch),
        ..Tensors::default()
    };
    let cx = bench.pass(n, Mode::Training);
    let call = || t.forward(kernel, rt::NoActivation, &cx);
    bench.row(name, kind, "forward", Work::floats(n * x, n * (y + saved)), call);
    let call = || t.backward(kernel, Gradients::All, &cx);
    bench.row(name, kind, "backward", Work::floats(n * (x + y + saved), n * x), call);
}

/// Back to the places of a pool, each with a number of elements before and after it.
fn unpool(bench: &Bench, name: &str, g: PoolGeometry, [large, small]: [usize; 2]) {
    let cx = bench.pass(1, Mode::Training);
    let pool = MaxPool::new(g, frame(16, &[0], 0, 0));
    let mut t = Tensors {
        inputs: vec![varied(large)],
        output: zeros(small),
        saved: zeros(small),
        ..Tensors::default()
    };
    let _ = t.forward(&pool, rt::NoActivation, &cx);
    let mut t = Tensors {
        inputs: vec![varied(small), t.saved],
        output: zeros(large),
        d_output: varied(large),
        d_inputs: vec![zeros(small)],
        ..Tensors::default()
    };
    let kernel = Unpool::new(g, frame(16, &[0, 0], 0, 0));
    let call = || t.forward(&kernel, rt::NoActivation, &cx);
    bench.row(name, "unpool", "forward", Work::floats(2 * small, large), call);
    let call = || t.backward(&kernel, Gradients::Inputs, &cx);
    bench.row(name, "unpool", "backward", Work::floats(large + small, small + large), call);
}
