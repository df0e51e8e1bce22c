//! A run of a few seconds, and its report.

use cnn::data::{Images, Loader};
use cnn::ndarray::Array4;
use cnn::train::{Adam, OneCycle, Trainer};
use cnn_report::Log;
use std::path::Path;

cnn::cnn! {
    struct Bars<
        1x8x8
        -> features: { conv: conv(8, 3x3, pad=1) -> bn: bn -> relu -> maxpool(2) }
        -> flatten -> hidden: dense(16) -> tanh -> head: dense(3)
    >;
}

/// Noise with a bar: horizontal, vertical, or none; one in eight has another one's label.
pub(crate) fn images(n: usize, seed: u64) -> Images {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut images = Array4::zeros((n, 1, 8, 8));
    let mut labels = Vec::new();
    for (i, mut image) in images.outer_iter_mut().enumerate() {
        image.mapv_inplace(|_: f32| 0.5 * random());
        let at = (random() * 7.9) as usize;
        for k in 0..8 {
            match i % 3 {
                0 => image[[0, at, k]] += 0.5,
                1 => image[[0, k, at]] += 0.5,
                _ => {}
            }
        }
        labels.push(if random() < 0.125 { (i + 1) % 3 } else { i % 3 });
    }
    Images::new(images, labels, 3).expect("images")
}

pub(crate) fn write(path: &Path) {
    let (train, test) = (images(480, 1), images(150, 2));
    let epochs = 5;
    let loader = Loader::new(train).batch(16).shuffle(1);
    let mut trainer = Trainer::new(Bars::new(42), Adam::new(0.01))
        .schedule(OneCycle::new(epochs * loader.steps()))
        .seed(42)
        .threads(1);
    let mut log = Log::to(path.with_extension(""), epochs, loader.steps()).expect("a log");
    for epoch in 0..epochs {
        for batch in loader.epoch(epoch) {
            trainer.learn(&batch.expect("a batch")).expect("a step");
            log.step(trainer.last());
        }
        log.epoch(&trainer.validate(&test).expect("metrics")).expect("a row");
    }
    let metrics = trainer.validate(&test).expect("metrics");
    let report = log.report(trainer.network()).seed(42).validated(&metrics, &test);
    let report = report.classes(["class <across>", "class & down", "class none"]);
    report.detail("Optimizer", "Adam, rate 0.01").save(path).expect("a report");
}
