//! LeNet learns handwritten digits.
//!
//!     cargo run --release --example lenet
//!     cargo run --release --example lenet -- --data DIR    # MNIST's four files, plain or .gz
//!     cargo run --release --example lenet -- --help

#[path = "support/args.rs"]
mod args;
#[path = "support/terminal.rs"]
mod terminal;
#[path = "support/training.rs"]
mod training;

use args::Training;
use cnn::data::{self, Images};
use cnn::ndarray::{Array2, ArrayView1, ArrayView4, Axis, s};
use cnn::train::accuracy;
use cnn::{Network, Session, cnn};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

cnn! {
    /// LeNet-5 (LeCun, Bottou, Bengio and Haffner, 1998), as textbooks draw it.
    pub struct LeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
        -> conv(16, 5x5) -> sigmoid -> avgpool(2)
        -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
    >;

    /// The same with what came later: rectifiers and max-pooling.
    pub struct ModernLeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> relu -> maxpool(2)
        -> conv(16, 5x5) -> relu -> maxpool(2)
        -> flatten -> dense(120) -> relu -> dense(84) -> relu -> dense(10)
    >;
}

const _: () = assert!(LeNet::PARAMETERS == 61_706);

/// 1,797 digits of 8×8 pixels; `data/README.md` names their authors.
static DIGITS: &[u8] = include_bytes!("data/digits.bin");
/// Digits to train on; the others test.
const TRAINING_DIGITS: usize = 1437;
/// Of the split, which stays the same whatever `--seed` is.
const SPLIT_SEED: u64 = 1;
/// Test digits that are drawn at the end.
const SHOWN: usize = 3;

const USAGE: &str = "\
Trains LeNet on the handwritten digits that the repository carries, or on MNIST.

  --data DIR    a folder with MNIST's four IDX files, plain or .gz
  --modern      rectifiers and max-pooling instead of sigmoids and average-pooling, at 0.3 times the rate
  --save PATH   keep the trained weights in this safetensors file";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut folder, mut modern, mut save) = (None, false, None);
    let defaults = Training { epochs: None, seed: 1, threads: 0, batch: 32, rate: 0.01 };
    let options = defaults.parse(&format!("{USAGE}\n{}", args::HELP), |name, parser| {
        match name {
            "data" => folder = Some(PathBuf::from(parser.value()?)),
            "modern" => modern = true,
            "save" => save = Some(PathBuf::from(parser.value()?)),
            _ => return Ok(false),
        }
        Ok(true)
    })?;

    let (train, test) = match &folder {
        Some(folder) => data::mnist(folder)?,
        None => data::digits(DIGITS)?.resize(28, 28).split(TRAINING_DIGITS, SPLIT_SEED)?,
    };
    let epochs = options.epochs.unwrap_or(20);
    // MNIST's digits are learned at places that differ by a pixel.
    let shift = usize::from(modern && folder.is_some());
    println!("{} images to train on, {} to test\n", train.len(), test.len());

    if modern {
        println!("{}\n", ModernLeNet::summary());
        let net = ModernLeNet::new(options.seed);
        let options = Training { rate: 0.3 * options.rate, ..options };
        let net = training::train(net, train, &test, epochs, shift, &options)?;
        report(&reloaded(&net, save.as_deref())?, &test)
    } else {
        println!("{}\n", LeNet::summary());
        let net = LeNet::new(options.seed);
        let net = training::train(net, train, &test, epochs, shift, &options)?;
        report(&reloaded(&net, save.as_deref())?, &test)
    }
}

/// The network as a file gives it back, or, without a file, as the bytes of one do.
fn reloaded<N: Network>(net: &N, path: Option<&Path>) -> Result<N, cnn::Error> {
    match path {
        Some(path) => {
            net.save(path)?;
            N::load(path)
        }
        None => N::from_bytes(&net.to_bytes()),
    }
}

/// Draws the first test digits with the probability of each class, and says how often the network
/// is right on all of them.
fn report<N>(net: &N, test: &Images) -> Result<(), Box<dyn Error>>
where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>>,
{
    let images = test.images().slice_move(s![..SHOWN.min(test.len()), .., .., ..]);
    let mut session = Session::new(net, images.dim().0);
    let scores = session.run(images)?;
    for ((image, scores), label) in images.outer_iter().zip(scores.outer_iter()).zip(test.labels())
    {
        let picture = terminal::picture(image.index_axis(Axis(0), 0));
        let bars = softmax(scores).into_iter().enumerate().map(|(class, probability)| {
            format!("{class} {} {probability:.3}", terminal::bar(probability, 30))
        });
        println!("\na {label}:");
        print!("{}", terminal::side_by_side(&[picture, bars.collect()]));
    }
    println!("\ntest accuracy: {:.4}", accuracy(net, test)?);
    Ok(())
}

/// Scores as probabilities. Their largest is subtracted first, so that no exponential overflows.
fn softmax(scores: ArrayView1<'_, f32>) -> Vec<f32> {
    let largest = scores.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    let exponentials = scores.mapv(|x| (x - largest).exp());
    (&exponentials / exponentials.sum()).to_vec()
}
