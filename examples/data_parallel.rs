//! Several processes learn handwritten digits together: a residual network with batch norms and dropout, the same
//! weights bit for bit for any number of processes.
//!
//!     cargo build --release -p cnn --features mpi --example data_parallel
//!     mpirun -n 2 target/release/examples/data_parallel
//!     mpirun -n 2 target/release/examples/data_parallel --help

#[path = "support/args.rs"]
mod args;

use args::Training;
use cnn::cnn;
use cnn::data::{Images, Loader, RandomCrop, digits};
use cnn::mpi::Mpi;
use cnn::train::{Checkpoints, CrossEntropy, DataParallel, OneCycle, Position, Sgd, Trainer};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

cnn! {
    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s == 1 && f == C { _ } else { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
        ) -> relu
    }
    struct Residual<
        1x16x16
        -> conv1: conv(16, 3x3, pad=1, bias=false) -> bn1: bn -> relu
        -> layer1: { basic(16) } -> layer2: { basic(32, s=2) } -> layer3: { basic(64, s=2) }
        -> global_avgpool -> flatten -> dropout(0.1) -> fc: dense(10)
    >;
}

/// 1,797 digits of 8×8 pixels; `data/README.md` names their authors.
static DIGITS: &[u8] = include_bytes!("data/digits.bin");
/// Digits to train on; the others test.
const TRAINING_DIGITS: usize = 1437;
/// Steps between checkpoints.
const STEPS: u64 = 10;

const USAGE: &str = "\
Trains a residual network on handwritten digits, on as many processes as mpirun starts.

  --save PATH         keep the trained weights in this safetensors file
  --checkpoints DIR   go on from the last checkpoint in this folder, and write one every 10 steps
  --all-reduce        add up gradients by MPI's all-reduce: other last digits for another number of processes";

struct Options {
    training: Training,
    save: Option<PathBuf>,
    checkpoints: Option<PathBuf>,
    all_reduce: bool,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    cnn::mpi::run(|mpi| train(mpi, &options))
}

fn options() -> Result<Options, Box<dyn Error>> {
    let (mut save, mut checkpoints, mut all_reduce) = (None, None, false);
    let defaults = Training { epochs: None, seed: 1, threads: 1, batch: 100, rate: 0.2 };
    let training = defaults.parse(&format!("{USAGE}\n{}", args::HELP), |name, parser| {
        match name {
            "save" => save = Some(PathBuf::from(parser.value()?)),
            "checkpoints" => checkpoints = Some(PathBuf::from(parser.value()?)),
            "all-reduce" => all_reduce = true,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Options { training, save, checkpoints, all_reduce })
}

fn train(mpi: Mpi, options: &Options) -> Result<(), Box<dyn Error>> {
    let Training { epochs, seed, threads, batch, rate } = options.training;
    let epochs = epochs.unwrap_or(10) as u64;
    let (train, test): (Images, Images) =
        digits(DIGITS)?.resize(16, 16).split(TRAINING_DIGITS, 1)?;
    let together = DataParallel::new(mpi);
    let together = if options.all_reduce { together.all_reduce() } else { together };
    let loader = Loader::new(train).batch(batch).shuffle(seed);
    let loader = loader.augment(RandomCrop::new(16, 16).zeros(1));
    let mut trainer = Trainer::new(Residual::new(seed), Sgd::new(rate).momentum(0.9).nesterov())
        .loss(CrossEntropy.smoothing(0.1))
        .schedule(OneCycle::new(epochs * loader.steps()))
        .seed(seed)
        .threads(threads)
        .data_parallel(together);
    // Each process reads and changes its own images alone.
    let loader = loader.part(trainer.part());
    let mut checkpoints = options.checkpoints.as_ref().map(Checkpoints::open).transpose()?;
    let mut at = match &checkpoints {
        Some(checkpoints) => checkpoints.resume(&mut trainer)?,
        None => Position::default(),
    };
    let first = trainer.rank() == 0;
    if first && at != Position::default() {
        println!("going on from batch {} of epoch {}", at.batch, at.epoch + 1);
    }
    while at.epoch < epochs {
        let (start, mut losses, mut images) = (Instant::now(), 0.0, 0);
        for batch in loader.resume(at.epoch, at.batch) {
            let batch = batch?;
            losses += trainer.learn(&batch)? * batch.len() as f32;
            images += batch.len();
            at.batch += 1;
            if let Some(checkpoints) = &mut checkpoints
                && trainer.steps().is_multiple_of(STEPS)
            {
                checkpoints.save(&mut trainer, at)?;
            }
        }
        at = Position::new(at.epoch + 1, 0);
        if first {
            let (loss, speed) =
                (losses / images as f32, images as f64 / start.elapsed().as_secs_f64());
            println!("epoch {:2}: loss {loss:.4}, {speed:.0} images/s", at.epoch);
        }
    }
    if first {
        if let Some(path) = &options.save {
            trainer.network().save(path)?;
        }
        println!("test accuracy: {:.4}", trainer.evaluate(&test)?);
    }
    Ok(())
}
