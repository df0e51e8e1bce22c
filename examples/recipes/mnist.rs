//! Handwritten digits, told apart better than by most people: seven convolutions, and digits that are turned,
//! shifted and sheared while they are learned.
//!
//!     cargo run --release --example mnist -- --data DIR    # MNIST's four files, plain or .gz
//!     cargo run --release --example mnist -- --help

#[path = "../support/args.rs"]
mod args;
#[path = "run.rs"]
mod run;

use args::Training;
use cnn::cnn;
use cnn::data::{self, Affine, Loader};
use cnn::train::{Adam, CrossEntropy, OneCycle, Trainer};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

cnn! {
    /// Seven convolutions with batch norms, two of which halve the image instead of pools.
    pub struct Digits<
        1x28x28
        -> conv(32, 3x3) -> bn -> relu -> conv(32, 3x3) -> bn -> relu
        -> conv(32, 5x5, stride=2, pad=2) -> bn -> relu -> dropout(0.4)
        -> conv(64, 3x3) -> bn -> relu -> conv(64, 3x3) -> bn -> relu
        -> conv(64, 5x5, stride=2, pad=2) -> bn -> relu -> dropout(0.4)
        -> conv(128, 4x4) -> bn -> relu -> flatten -> dropout(0.4) -> dense(10)
    > with bias=false;
}

const USAGE: &str = "\
Trains a convolutional network on MNIST.

  --data DIR    a folder with MNIST's four IDX files, plain or .gz
  --save PATH   keep the trained weights in this safetensors file
  --report DIR  keep metrics.csv and report.html in this folder";

fn main() -> ExitCode {
    run::report(train)
}

fn train() -> Result<(), Box<dyn Error>> {
    let (mut folder, mut save, mut report) = (None, None, None);
    let defaults = Training { epochs: Some(11), seed: 1, threads: 0, batch: 64, rate: 0.004 };
    let options = defaults.parse(&format!("{USAGE}\n{}", args::HELP), |name, parser| {
        match name {
            "data" => folder = Some(PathBuf::from(parser.value()?)),
            "save" => save = Some(PathBuf::from(parser.value()?)),
            "report" => report = Some(PathBuf::from(parser.value()?)),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let folder =
        folder.ok_or("--data DIR says where MNIST's files lie; --help lists the options")?;
    let (train, test) = data::mnist(folder)?;
    println!(
        "{} images to train on, {} to test\n\n{}\n",
        train.len(),
        test.len(),
        Digits::summary()
    );

    let epochs = options.epochs.unwrap_or(1) as u64;
    let loader = Loader::new(train)
        .batch(options.batch)
        .shuffle(options.seed)
        .augment(Affine::new().rotate(10.0).shift(0.1).zoom(0.1).shear(0.2))
        .drop_last();
    let mut trainer = Trainer::new(Digits::new(options.seed), Adam::new(options.rate))
        .loss(CrossEntropy.smoothing(0.1))
        .schedule(OneCycle::new(epochs * loader.steps()))
        .seed(options.seed)
        .threads(options.threads);

    let mut log = run::log(report.as_deref(), epochs, loader.steps())?;
    for epoch in 0..epochs {
        for batch in loader.epoch(epoch) {
            trainer.learn(&batch?)?;
            log.step(trainer.last());
        }
        log.epoch(&trainer.validate(&test)?)?;
    }
    let metrics = trainer.validate(&test)?;
    let net = trainer.into_network();
    if let Some(path) = save {
        net.save(path)?;
    }
    run::end(&log, report.as_deref(), &net, (&metrics, &test), &[], &options)?;
    println!("test accuracy: {:.4}", metrics.top1);
    Ok(())
}
