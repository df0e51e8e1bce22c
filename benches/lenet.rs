//! LeNet: images per second in training and inference.
//!
//! `cargo bench --bench lenet`; the column `items/s` counts images.

use cnn::cnn;
use cnn::ndarray::{Array4, ArrayView4};
use cnn::train::{Sgd, Trainer};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

cnn! {
    /// LeNet-5.
    struct LeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
        -> conv(16, 5x5)       -> sigmoid -> avgpool(2)
        -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
    >;
}

fn main() {
    divan::main();
}

/// A batch of fixed, varied pixels.
fn batch(images: usize) -> Array4<f32> {
    Array4::from_shape_fn((images, 1, 28, 28), |(n, _, h, w)| {
        ((n * 7 + h * 3 + w) % 17) as f32 / 16.0
    })
}

/// Forward, cross-entropy, backward and SGD with momentum on 64 images.
#[divan::bench(args = [1, 2])]
fn training_64(bencher: Bencher<'_, '_>, threads: usize) {
    let mut trainer = Trainer::new(LeNet::new(1), Sgd::new(0.01).momentum(0.9))
        .threads(threads)
        .expect("threads");
    let x = batch(64);
    let labels: Vec<usize> = (0..64).map(|i| i % 10).collect();
    bencher
        .counter(ItemsCount::new(64usize))
        .bench_local(|| trainer.step(x.view(), &labels).expect("a step"));
}

/// One image at a time, on one thread.
#[divan::bench]
fn inference_1(bencher: Bencher<'_, '_>) {
    inference(bencher, 1, 1);
}

/// 64 images at a time.
#[divan::bench(args = [1, 2])]
fn inference_64(bencher: Bencher<'_, '_>, threads: usize) {
    inference(bencher, 64, threads);
}

fn inference(bencher: Bencher<'_, '_>, images: usize, threads: usize) {
    let mut session = LeNet::new(1).into_session(images).threads(threads).expect("threads");
    let x = batch(images);
    let x: ArrayView4<'_, f32> = x.view();
    bencher.counter(ItemsCount::new(images)).bench_local(|| {
        black_box(session.run(black_box(x)).expect("a run").sum());
    });
}
