//! CIFAR-10 in minutes on a processor: Keller Jordan's *airbench* (2024), <https://arxiv.org/abs/2404.00498>.
//!
//!     cargo run --release --example cifar10 -- --data DIR
//!     cargo run --release --example cifar10 -- --help
//!
//! `DIR` holds the six binary files, or pictures as `train/CLASS/*.jpg` and `test/CLASS/*.jpg`.
//!
//! What makes it fast: a first layer that whitens patches, computed from the images and frozen; convolutions that
//! start by passing channels on, and whose steps are orthogonal (Muon); a loss with label smoothing; flips that
//! alternate; and a test that looks at each image ten times.

#[path = "../support/args.rs"]
mod args;
#[path = "run.rs"]
mod run;

use args::Training;
use cnn::data::{self, AlternatingFlip, Loader, Normalize, Pixels, RandomCrop};
use cnn::ndarray::{Array2, ArrayView4, s};
use cnn::train::{CrossEntropy, Group, Metrics, Muon, Polynomial, Sgd, Trainer, Views, whitening};
use cnn::{Network, cnn};
use cnn_images::Folder;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

cnn! {
    block part(f) {
        conv1: conv(f, 3x3, pad=1) -> maxpool(2) -> bn1: bn(eps=1e-12, momentum=0.4) -> gelu
        -> conv2: conv(f, 3x3, pad=1) -> bn2: bn(eps=1e-12, momentum=0.4) -> gelu
    }

    /// For ten minutes: the work of the published 64, 128 and 128 filters, more of it where images are small.
    pub struct Small<
        3x32x32
        -> whiten: conv(24, 2x2, init=pytorch, bias=true) -> gelu
        -> part1: part(48) -> part2: part(128) -> part3: part(256)
        -> maxpool(3) -> flatten -> head: dense(10, init=pytorch) -> rescale(1.0 / 256.0)
    > with bias=false, init=dirac;

    /// For twenty.
    pub struct Wide<
        3x32x32
        -> whiten: conv(24, 2x2, init=pytorch, bias=true) -> gelu
        -> part1: part(64) -> part2: part(256) -> part3: part(256)
        -> maxpool(3) -> flatten -> head: dense(10, init=pytorch) -> rescale(1.0 / 256.0)
    > with bias=false, init=dirac;
}

const USAGE: &str = "\
Trains a convolutional network on CIFAR-10.

  --data DIR    a folder with the six binary files, or train/CLASS/*.jpg and test/CLASS/*.jpg
  --wide        the wider network, which takes twice as long and is right more often
  --save PATH   keep the trained weights in this safetensors file
  --report DIR  keep metrics.csv and report.html in this folder";

/// Images that the first layer's weights are computed from.
const WHITENED: usize = 5000;
/// Epochs in which the first layer's bias is trained; after them, the pass back ends before it.
const BIAS_EPOCHS: u64 = 1;
/// Between epochs, one test image in ten is looked at, to lose no time.
const BETWEEN: usize = 10;
/// Images a step, half of the published number: more steps, of which each is in less memory.
const BATCH: usize = 1000;
/// The published learning rate of the convolutions, for 2000 images a step.
const PUBLISHED: f32 = 0.24;
/// The same for half of the images.
const RATE: f32 = 0.17;
/// Epochs of the two networks.
const EPOCHS: [usize; 2] = [12, 9];
const CLASSES: usize = 10;
const NAMES: [&str; CLASSES] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

fn main() -> ExitCode {
    run::report(|| {
        let (mut folder, mut save, mut report, mut wide) = (None, None, None, false);
        let defaults = Training { epochs: None, seed: 1, threads: 0, batch: BATCH, rate: RATE };
        let mut options = defaults.parse(&format!("{USAGE}\n{}", args::HELP), |name, parser| {
            match name {
                "data" => folder = Some(PathBuf::from(parser.value()?)),
                "wide" => wide = true,
                "save" => save = Some(PathBuf::from(parser.value()?)),
                "report" => report = Some(PathBuf::from(parser.value()?)),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        options.epochs = options.epochs.or(Some(EPOCHS[usize::from(wide)]));
        let folder =
            folder.ok_or("--data DIR says where CIFAR-10 lies; --help lists the options")?;
        let (train, test) = read(&folder)?;
        println!("{} images to train on, {} to test\n", train.len(), test.len());
        if wide {
            run_one::<Wide>(train, &test, &options, [save.as_deref(), report.as_deref()])
        } else {
            run_one::<Small>(train, &test, &options, [save.as_deref(), report.as_deref()])
        }
    })
}

/// The training and the test images, from either kind of folder.
fn read(folder: &Path) -> Result<(Pixels, Pixels), cnn::Error> {
    if !folder.join("train").is_dir() {
        return data::cifar10(folder);
    }
    let part = |name: &str| Pixels::read(&Folder::open(folder.join(name))?, CLASSES);
    Ok((part("train")?, part("test")?))
}

fn run_one<N>(
    train: Pixels,
    test: &Pixels,
    options: &Training,
    [save, report]: [Option<&Path>; 2],
) -> Result<(), Box<dyn Error>>
where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>>,
{
    let (mean, deviation) = train.mean_and_deviation();
    let normalize = Normalize::new(mean, deviation);
    let normalized = |pixels: &Pixels, first: usize, n: usize| {
        let mut images = pixels.images(first, n);
        normalize.images(&mut images);
        images
    };
    let mut net = N::new(options.seed);
    net.set("whiten.weight", whitening(normalized(&train, 0, WHITENED).view(), [2, 2], 5e-4))?;
    // Scores that differ by about 1 to begin with.
    let mut head = net.get("head.weight")?.to_owned();
    let deviation = head.std(0.0);
    head /= deviation;
    net.set("head.weight", head)?;
    println!("{}\n", N::summary());

    let epochs = options.epochs.unwrap_or(1) as u64;
    let loader = Loader::new(train)
        .batch(options.batch)
        .shuffle(options.seed)
        .augment(normalize.clone())
        .augment(RandomCrop::new(32, 32).reflect(2))
        .augment(AlternatingFlip::new())
        .drop_last();
    let steps = epochs * loader.steps();
    // The published rates are for a loss that is summed over the batch, their decay is by step.
    let (scale, batch) = (options.rate / PUBLISHED, options.batch as f32);
    let [biases, head] = [0.053, 0.67].map(|rate| scale * rate * batch);
    let decay = 2e-6 * batch;
    let groups = |whiten: Group| {
        vec![
            Group::matching("part?.conv?.weight")
                .optimizer(Muon::new(options.rate).momentum(0.6).iterations(3).unit_rows()),
            Group::matching("*.bn?.weight").frozen(),
            Group::matching("head.weight").rate(head / biases).weight_decay(decay / head),
            Group::matching("whiten.weight").frozen(),
            whiten,
        ]
    };
    let sgd = Sgd::new(biases).momentum(0.85).nesterov().weight_decay(decay / biases);
    let mut trainer = Trainer::new(net, sgd)
        .loss(CrossEntropy.smoothing(0.2))
        .schedule(Polynomial::new(steps, 1.0))
        .seed(options.seed)
        .threads(options.threads);
    trainer.set_groups(groups(Group::matching("whiten.bias").trained()));

    let images = normalized(test, 0, test.len());
    let some = images.slice(s![..;BETWEEN, .., .., ..]);
    let labels: Vec<usize> = test.labels().iter().copied().step_by(BETWEEN).collect();
    let mut log = run::log(report, epochs, loader.steps())?;
    for epoch in 0..epochs {
        if epoch == BIAS_EPOCHS {
            trainer.set_groups(groups(Group::matching("whiten.bias").frozen()));
        }
        for batch in loader.epoch(epoch) {
            let batch = batch?;
            trainer.step(batch.images.view(), &batch.targets)?;
            log.step(trainer.last());
        }
        let scores = trainer.network().try_forward(some)?;
        log.epoch(&Metrics::of(scores.view(), &labels)?)?;
    }
    let net = trainer.into_network();
    if let Some(path) = save {
        net.save(path)?;
    }
    // Each image, and itself one pixel up or down and left or right, a quarter as much; all of them mirrored, too.
    let mut ten = Views::new().mirrored();
    for by in [[-1, -1], [-1, 1], [1, -1], [1, 1]] {
        ten = ten.shift(0.25, by);
    }
    let metrics = Metrics::of(ten.scores(&net, images.view())?.view(), test.labels())?;
    run::end(&log, report, &net, (&metrics, test), &NAMES, options)?;
    println!("test accuracy: {:.4}", metrics.top1);
    Ok(())
}
