//! The networks that are looked into, and how they learn.

use cnn::data::{Images, Loader, RandomCrop};
use cnn::train::{Adam, OneCycle, Trainer};
use cnn::{Error, Network, cnn};
use std::time::Instant;

cnn! {
    /// LeNet-5 with rectifiers and max-pooling.
    pub(crate) struct LeNet<
        1x28x28
        -> conv1: conv(6, 5x5, pad=2) -> pub early: relu -> maxpool(2)
        -> conv2: conv(16, 5x5) -> pub late: relu -> maxpool(2)
        -> flatten -> fc1: dense(120) -> relu -> fc2: dense(84) -> pub code: relu -> fc3: dense(10)
    >;

    block residual(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s != 1 { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
        ) -> relu
    }

    block plain(f, s = 1) {
        conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
        -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn -> relu
    }

    /// A small residual network with global average pooling.
    pub(crate) struct Residual<
        1x28x28
        -> stem: { conv(12, 3x3, pad=1, bias=false) -> bn -> relu }
        -> group1: { residual(12) * 3 }
        -> group2: { residual(24, 2) -> residual(24) * 2 }
        -> group3: { residual(48, 2) -> residual(48) * 2 }
        -> pub seen: identity -> global_avgpool -> flatten -> fc: dense(10)
    >;

    /// The same without the shortcuts.
    pub(crate) struct Plain<
        1x28x28
        -> stem: { conv(12, 3x3, pad=1, bias=false) -> bn -> relu }
        -> group1: { plain(12) * 3 }
        -> group2: { plain(24, 2) -> plain(24) * 2 }
        -> group3: { plain(48, 2) -> plain(48) * 2 }
        -> pub seen: identity -> global_avgpool -> flatten -> fc: dense(10)
    >;
}

/// A network that learned these images, and the part of the test images in which it is right.
pub(crate) fn train<N: Network>(
    net: N,
    train: &Images,
    test: &Images,
    epochs: u64,
    seed: u64,
) -> Result<(N, f64), Error> {
    let start = Instant::now();
    let loader = Loader::new(train.clone())
        .batch(32)
        .shuffle(seed)
        .augment(RandomCrop::new(28, 28).zeros(2));
    let mut trainer = Trainer::new(net, Adam::new(0.004))
        .schedule(OneCycle::new(epochs * loader.steps()))
        .seed(seed);
    for epoch in 0..epochs {
        for batch in loader.epoch(epoch) {
            trainer.learn(&batch?)?;
        }
    }
    let accuracy = trainer.evaluate(test)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{:9} {:.1}% right after {seconds:.1} s", N::NAME, 100.0 * accuracy);
    Ok((trainer.into_network(), accuracy))
}
