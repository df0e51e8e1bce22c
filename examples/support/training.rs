//! A training run as one sees it in a terminal.

use crate::args::Training;
use cnn::Network;
use cnn::data::{Images, Loader, RandomCrop};
use cnn::train::{Adam, OneCycle, Trainer};
use cnn_report::Log;
use std::error::Error;

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
) -> Result<N, Box<dyn Error>> {
    let (_, _, height, width) = train.images().dim();
    let mut loader = Loader::new(train).batch(options.batch).shuffle(options.seed);
    if shift > 0 {
        loader = loader.augment(RandomCrop::new(height, width).zeros(shift));
    }
    let epochs = epochs as u64;
    let mut trainer = Trainer::new(net, Adam::new(options.rate))
        .schedule(OneCycle::new(epochs * loader.steps()))
        .seed(options.seed)
        .threads(options.threads);

    let mut log = Log::new(epochs, loader.steps());
    for epoch in 0..epochs {
        for batch in loader.epoch(epoch) {
            trainer.learn(&batch?)?;
            log.step(trainer.last());
        }
        log.epoch(&trainer.validate(test)?)?;
    }
    log.end();
    Ok(trainer.into_network())
}
