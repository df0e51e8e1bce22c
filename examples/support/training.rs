//! A training run as one sees it in a terminal.

use crate::args::Training;
use cnn::data::{Images, Loader, RandomCrop};
use cnn::train::{Adam, OneCycle, Trainer};
use cnn::{Error, Network};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Instant;

/// Trains with Adam at a one-cycle rate, under a progress bar that is there only in a terminal, and
/// prints how good the network is after each epoch. `shift` moves each image by up to that number of pixels,
/// otherwise in each epoch.
pub(crate) fn train<N: Network>(
    net: N,
    train: Images,
    test: &Images,
    epochs: usize,
    shift: usize,
    options: &Training,
) -> Result<N, Error> {
    let (_, _, height, width) = train.images().dim();
    let mut loader = Loader::new(train).batch(options.batch).shuffle(options.seed);
    if shift > 0 {
        loader = loader.augment(RandomCrop::new(height, width).zeros(shift));
    }
    let steps = epochs as u64 * loader.steps();
    let mut trainer = Trainer::new(net, Adam::new(options.rate))
        .schedule(OneCycle::new(steps))
        .seed(options.seed)
        .threads(options.threads);

    let bar = ProgressBar::new(steps).with_style(
        ProgressStyle::with_template("{bar:40} {percent:>3}%  {msg}  {eta} to go")
            .expect("a well-formed template"),
    );
    let start = Instant::now();
    println!("epoch    loss    test   images/s");
    for epoch in 1..=epochs {
        let before = Instant::now();
        let (mut sum, mut images) = (0.0, 0);
        for batch in loader.epoch(epoch as u64 - 1) {
            let batch = batch?;
            let loss = trainer.learn(&batch)?;
            sum += f64::from(loss) * batch.len() as f64;
            images += batch.len();
            bar.inc(1);
            bar.set_message(format!("loss {loss:.4}"));
        }
        let speed = images as f64 / before.elapsed().as_secs_f64();
        let (loss, on_test) = (sum / images as f64, trainer.evaluate(test)?);
        bar.suspend(|| println!("{epoch:>5}  {loss:.4}  {on_test:.4}  {speed:>9.0}"));
    }
    bar.finish_and_clear();
    println!("trained in {:.1} s", start.elapsed().as_secs_f64());
    Ok(trainer.into_network())
}
