//! A network that has learned one thing learns another from few images.
//!
//!     cargo run --release --example transfer
//!     cargo run --release --example transfer -- --weights efficientnet_lite0.safetensors --data FOLDER
//!     cargo run --release --example transfer -- --help
//!
//! Without options, a small network learns to tell circles, rings and squares apart, and then, from five pictures of
//! each, triangles, crosses and bars, all of them drawn by a seeded generator. With them, EfficientNet-Lite0, which was trained on ImageNet, learns the pictures in `FOLDER/CLASS/*.jpg`;
//! `python zoo/reference/efficientnet_lite0.py` makes the file of weights.

#[path = "../support/args.rs"]
mod args;
// One file of the zoo, all of which takes long to compile.
#[allow(dead_code, unreachable_pub)]
#[path = "../../zoo/src/efficientnet.rs"]
mod efficientnet;
#[allow(dead_code)]
#[path = "run.rs"]
mod run;

#[path = "../vgg/shapes.rs"]
mod shapes;

use args::Training;
use cnn::data::{Dataset, Flip, Images, Loader, Normalize, Resize, Sample};
use cnn::ndarray::Axis;
use cnn::train::{Adam, AdamW, CrossEntropy, Group, OneCycle, Trainer, accuracy, features};
use cnn::{Network, Pretrained, cnn};
use cnn_images::Folder;
use std::error::Error;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

cnn! {
    block features() {
        conv1: conv(16, 3x3, pad=1) -> bn1: bn -> relu -> maxpool(2)
        -> conv2: conv(32, 3x3, pad=1) -> bn2: bn -> relu -> maxpool(2)
        -> conv3: conv(64, 3x3, pad=1) -> bn3: bn -> relu
        -> conv4: conv(64, 3x3, pad=1) -> bn4: bn -> relu -> global_maxpool -> flatten
    }

    /// Tells three kinds of shapes apart.
    pub struct Shapes<3x32x32 -> features: features -> head: dense(3)> with bias=false;

    /// The last layer alone.
    pub struct ShapesHead<64 -> head: dense(3)> with bias=false;
}

cnn! {
    // Shapes are fixed while compiling: pictures may be of fewer classes, the others are never right.
    let classes = 64;

    /// EfficientNet-Lite0 with another head.
    pub struct Pictures<
        3x224x224
        -> backbone: net(efficientnet::EfficientNetLite0Features => 1280)
        -> dropout(0.2) -> head: dense(classes)
    >;

    /// The last layer alone.
    pub struct PicturesHead<1280 -> dropout(0.2) -> head: dense(classes)>;
}

const CLASSES: usize = Pictures::OUTPUT.len();

/// Shapes to learn first, and to test the others with.
const DRAWN: usize = 3000;

const USAGE: &str = "\
Transfers what a network has learned to other classes.

  --weights FILE   of EfficientNet-Lite0, as zoo/reference/efficientnet_lite0.py writes it
  --data DIR       pictures in folders by class, DIR/CLASS/*.jpg; every fifth tests
  --fine N         passes in which all layers are trained (1)
  --save PATH      keep the trained weights in this safetensors file
  --few N          without --data: shapes of each kind to learn from (5)";

struct Options {
    weights: Option<PathBuf>,
    data: Option<PathBuf>,
    save: Option<PathBuf>,
    fine: u64,
    few: usize,
    training: Training,
}

fn main() -> ExitCode {
    run::report(|| {
        let (mut weights, mut data, mut save, mut fine, mut few) = (None, None, None, 1, 5);
        let defaults = Training { epochs: None, seed: 1, threads: 0, batch: 32, rate: 0.003 };
        let training = defaults.parse(&format!("{USAGE}\n{}", args::HELP), |name, parser| {
            match name {
                "weights" => weights = Some(PathBuf::from(parser.value()?)),
                "data" => data = Some(PathBuf::from(parser.value()?)),
                "save" => save = Some(PathBuf::from(parser.value()?)),
                "fine" => fine = parser.value()?.to_string_lossy().parse()?,
                "few" => few = parser.value()?.to_string_lossy().parse()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let options = Options { weights, data, save, fine, few, training };
        match (&options.weights, &options.data) {
            (Some(weights), Some(data)) => pictures(weights, data, &options),
            (None, None) => drawn(&options),
            _ => {
                Err("--weights FILE and --data DIR belong together; --help lists the options"
                    .into())
            }
        }
    })
}

/// Three kinds of shapes first, then three others from few pictures of each, in three ways, with some seeds.
fn drawn(options: &Options) -> Result<(), Box<dyn Error>> {
    const SEEDS: u64 = 5;
    let first = options.training.seed;
    println!("{}\n", Shapes::summary());

    // The network normalizes its images itself, and its file says how.
    let old = kinds(0..3, DRAWN, first)?;
    let (mean, deviation) = old.mean_and_deviation();
    let fresh = |seed| -> Result<Shapes, cnn::Error> {
        let mut net = Shapes::new(seed);
        net.set_normalization(Some(Normalize::new([mean], [deviation])))?;
        Ok(net)
    };
    let pretrained = fit(fresh(first)?, &old, &[], 8, &options.training)?.to_bytes();
    println!("learned {:?} from {} pictures", &shapes::CLASSES[..3], old.len());

    let test = kinds(3..6, DRAWN, first + 1000)?;
    let mut sums = [0.0; 3];
    for seed in first..first + SEEDS {
        let train = few(&kinds(3..6, DRAWN, first + 2000 + seed)?, options.few)?;
        let run = Training { seed, ..options.training.clone() };
        let epochs = run.epochs.unwrap_or(60) as u64;

        // From scratch, in as many passes as both parts of the other way have.
        let scratch = accuracy(&fit(fresh(seed)?, &train, &[], 2 * epochs, &run)?, &test)?;

        // All but the head from the other network; what comes before the head is computed once.
        let mut net = Shapes::new(seed);
        let all_but_head = Pretrained::from_bytes(&pretrained)?.except("head.*");
        let report = net.load_partial(all_but_head)?.complete()?;
        if seed == first {
            println!("{report}\n");
            println!("{} pictures of {:?} to learn from", train.len(), &shapes::CLASSES[3..]);
            println!("seed  from scratch  new head  all layers");
        }
        let cached = features(&net, "features", &Loader::new(train.clone()))?;
        let head = fit(ShapesHead::new(seed), &cached, &[], epochs, &run)?.to_bytes();
        net.load_partial(Pretrained::from_bytes(&head)?.only("head.*"))?.complete()?;
        let frozen = accuracy(&net, &test)?;

        // Then everything, slowly.
        let groups = [Group::all().rate(0.1), Group::batch_norms().frozen_statistics()];
        let all = accuracy(&fit(net, &train, &groups, epochs, &run)?, &test)?;
        println!("{seed:>4}  {scratch:>12.4}  {frozen:>8.4}  {all:>10.4}");
        sums.iter_mut().zip([scratch, frozen, all]).for_each(|(sum, x)| *sum += x);
    }
    let [scratch, frozen, all] = sums.map(|sum| sum / SEEDS as f64);
    println!("mean  {scratch:>12.4}  {frozen:>8.4}  {all:>10.4}");
    println!("\ntest accuracy: {all:.4}");
    Ok(())
}

/// Shapes of some kinds, which are counted from 0: half of so many, as half of all are of other kinds.
fn kinds(wanted: Range<usize>, drawn: usize, seed: u64) -> Result<Images, cnn::Error> {
    let (images, labels) = shapes::draw(drawn, seed);
    let chosen: Vec<usize> = (0..drawn).filter(|&i| wanted.contains(&labels[i])).collect();
    let labels = chosen.iter().map(|&i| labels[i] - wanted.start).collect();
    Images::new(images.select(Axis(0), &chosen), labels, wanted.len())
}

/// The first images of each class.
fn few(data: &Images, of_each: usize) -> Result<Images, cnn::Error> {
    let mut seen = vec![0; data.classes()];
    let mut is_early = |label: usize| {
        seen[label] += 1;
        seen[label] <= of_each
    };
    let chosen: Vec<usize> = (0..data.len()).filter(|&i| is_early(data.labels()[i])).collect();
    let labels = chosen.iter().map(|&i| data.labels()[i]).collect();
    Images::new(data.images().select(Axis(0), &chosen), labels, data.classes())
}

/// Trains a network on images in memory.
fn fit<N: Network>(
    net: N,
    data: &Images,
    groups: &[Group],
    epochs: u64,
    training: &Training,
) -> Result<N, cnn::Error> {
    let Training { seed, threads, rate, .. } = *training;
    let batch = training.batch.min(data.len());
    let mut trainer = Trainer::new(net, Adam::new(rate))
        .loss(CrossEntropy)
        .schedule(OneCycle::new(epochs * data.steps(batch)))
        .seed(seed)
        .threads(threads);
    trainer.set_groups(groups);
    for _ in 0..epochs {
        trainer.epoch(data, batch, |_| {})?;
    }
    Ok(trainer.into_network())
}

/// Some pictures of a folder.
struct Part {
    folder: Arc<Folder>,
    indices: Vec<usize>,
}

impl Dataset for Part {
    type Target = usize;

    fn len(&self) -> usize {
        self.indices.len()
    }

    fn sample(&self, index: usize) -> Result<Sample<usize>, cnn::Error> {
        self.folder.sample(self.indices[index])
    }
}

/// EfficientNet-Lite0 learns the pictures of a folder: a new head first, then all of it.
fn pictures(weights: &Path, data: &Path, options: &Options) -> Result<(), Box<dyn Error>> {
    let Training { seed, threads, batch, rate, .. } = options.training;
    let folder = Arc::new(Folder::open(data)?);
    let found = folder.classes().len();
    if found > CLASSES {
        return Err(format!(
            "{}: found {found} classes, expected at most {CLASSES}",
            data.display()
        )
        .into());
    }
    let part = |test: bool| {
        let indices = (0..folder.len()).filter(|i| (i % 5 == 4) == test).collect();
        let loader = Loader::new(Part { folder: folder.clone(), indices });
        loader.batch(batch).threads(2).augment(Resize::new(224, 224)).skip_broken()
    };
    let (train, test) = (part(false), part(true));
    println!(
        "{found} classes, {} pictures to learn, {} to test",
        train.data().len(),
        test.data().len()
    );

    let mut net = Pictures::new(seed);
    let pretrained = Pretrained::open(weights)?.rename("*", "backbone.*").except("head.*");
    let report = net.load_partial(pretrained)?.complete()?;
    println!("{report}\n");

    let cached = features(&net, "backbone", &train)?;
    println!("features of {} pictures: {} MiB", cached.len(), (cached.images().len() * 4) >> 20);
    let epochs = options.training.epochs.unwrap_or(30) as u64;
    let head = fit(PicturesHead::new(seed), &cached, &[], epochs, &options.training)?;
    net.load_partial(Pretrained::from_bytes(&head.to_bytes())?.only("head.*"))?.complete()?;

    let train = train.shuffle(seed).augment(Flip::new());
    let mut trainer = Trainer::new(net, AdamW::new(0.1 * rate))
        .loss(CrossEntropy.smoothing(0.1))
        .group(Group::matching("backbone.*").rate(0.1).frozen_statistics())
        .schedule(OneCycle::new(options.fine * train.steps()))
        .seed(seed)
        .threads(threads);
    let headed = trainer.validate_batches(test.epoch(0))?;
    println!("test accuracy with a new head: {:.4}", headed.top1);
    let mut log = run::log(None, options.fine, train.steps())?;
    for epoch in 0..options.fine {
        for batch in train.epoch(epoch) {
            trainer.learn(&batch?)?;
            log.step(trainer.last());
        }
        log.epoch(&trainer.validate_batches(test.epoch(0))?)?;
    }
    log.end();
    let after = trainer.validate_batches(test.epoch(0))?;
    if let Some(path) = &options.save {
        trainer.into_network().save(path)?;
    }
    println!("test accuracy: {:.4}", after.top1);
    Ok(())
}
