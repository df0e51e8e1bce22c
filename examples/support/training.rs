//! A training run as one sees it in a terminal.

use crate::args::Training;
use cnn::data::Images;
use cnn::train::{Adam, OneCycle, Trainer};
use cnn::{Error, Network};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Instant;

/// Trains with Adam at a one-cycle rate, under a progress bar that is there only in a terminal, and
/// prints how good the network is after each epoch.
pub(crate) fn train<N: Network>(
    net: N,
    train: &Images,
    test: &Images,
    epochs: usize,
    options: &Training,
) -> Result<N, Error> {
    let steps = epochs as u64 * train.steps(options.batch);
    let mut trainer = Trainer::new(net, Adam::new(options.rate))
        .schedule(OneCycle::new(steps))
        .seed(options.seed)
        .threads(options.threads);

    let bar = ProgressBar::new(steps).with_style(
        ProgressStyle::with_template("{bar:40} {percent:>3}%  {msg}  {eta} to go")
            .expect("a well-formed template"),
    );
    let start = Instant::now();
    println!("epoch    loss   train    test   images/s");
    for epoch in 1..=epochs {
        let before = Instant::now();
        let report = trainer.epoch(train, options.batch, |progress| {
            bar.inc(1);
            bar.set_message(format!("loss {:.4}", progress.loss));
        })?;
        let speed = report.images as f64 / before.elapsed().as_secs_f64();
        let (on_train, on_test) = (trainer.evaluate(train)?, trainer.evaluate(test)?);
        let loss = report.loss;
        bar.suspend(|| {
            println!("{epoch:>5}  {loss:.4}  {on_train:.4}  {on_test:.4}  {speed:>9.0}");
        });
    }
    bar.finish_and_clear();
    println!("trained in {:.1} s", start.elapsed().as_secs_f64());
    Ok(trainer.into_network())
}
