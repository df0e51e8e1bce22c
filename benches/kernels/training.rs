//! What stands between the passes of training: losses and optimizers.

use crate::bench::{Bench, Work};
use crate::measure::timed;
use crate::tensors::{Tensors, varied};
use cnn::train::{Adam, CrossEntropy, Loss, MOST_KEPT, Optimizer, Sgd, Update};
use cnn_runtime as rt;
use rt::arena::zeros;
use rt::kernel::Mode;
use rt::kernel::backward::Train;
use rt::layout::Nchw;

/// Classes and images.
const LOSSES: &[(&str, usize, usize)] =
    &[("10 classes, batch 64", 10, 64), ("1000 classes, batch 64", 1000, 64)];

/// Parameters.
const NETWORKS: &[(&str, usize)] = &[("LeNet", 61_706), ("ResNet-18", 11_689_512)];

pub(crate) fn rows(bench: &Bench) {
    for &(name, classes, n) in LOSSES {
        softmax(bench, [name, "softmax"], &rt::Softmax::new(classes, 1), [classes, n]);
        softmax(bench, [name, "log_softmax"], &rt::LogSoftmax::new(classes, 1), [classes, n]);
        cross_entropy(bench, name, classes, n);
    }
    for &(name, len) in NETWORKS {
        // Each number of the state is read and written.
        let sgd = Sgd::new(0.01).momentum(0.9);
        optimizer(bench, [name, "sgd, momentum"], sgd, Work::floats(3 * len, 2 * len));
        optimizer(bench, [name, "adam"], Adam::new(0.001), Work::floats(4 * len, 3 * len));
    }
}

fn softmax(
    bench: &Bench,
    [name, kind]: [&str; 2],
    kernel: &impl Train<Nchw>,
    [classes, n]: [usize; 2],
) {
    if bench.wants(name, kind) {
        let len = classes * n;
        let mut t = Tensors { inputs: vec![varied(len)], output: zeros(len), ..Tensors::default() };
        let cx = bench.pass(n, Mode::Evaluation);
        let call = || t.forward(kernel, rt::NoActivation, &cx);
        bench.row(name, kind, "forward", Work::floats(len, len), call);
    }
}

/// Image by image on one thread; a trainer shares out the images.
fn cross_entropy(bench: &Bench, name: &str, classes: usize, n: usize) {
    let kind = "cross-entropy";
    if bench.wants(name, kind) {
        let (x, mut d) = (varied(classes * n), zeros(classes * n));
        let labels: Vec<usize> = (0..n).map(|image| image % classes).collect();
        bench.row(name, kind, "loss, gradient", Work::floats(x.len(), x.len()), || {
            timed(|| {
                let images = x.chunks_exact(classes).zip(d.chunks_exact_mut(classes));
                let losses = images
                    .enumerate()
                    .map(|(image, (x, d))| CrossEntropy.sample(image, x, &labels, d));
                losses.sum::<f32>()
            })
        });
    }
}

fn optimizer(bench: &Bench, [name, kind]: [&str; 2], optimizer: impl Optimizer, work: Work) {
    if bench.wants(name, kind) {
        let len = work.read - work.written;
        let (mut params, grads) = (varied(len), varied(len));
        let (mut kept, mut steps) = (vec![vec![0.0; len]; optimizer.kept()], 0);
        // A rate of almost nothing keeps the parameters what they are.
        let call = || {
            steps += 1;
            let mut slices = kept.iter_mut();
            let kept = [(); MOST_KEPT].map(|()| slices.next().map_or(&mut [][..], |k| &mut k[..]));
            let dims = [len];
            let update = Update::new(1e-9, steps, &dims);
            timed(|| optimizer.update(&update, &mut params, &grads, kept))
        };
        bench.row(name, kind, "step", work, call);
    }
}
