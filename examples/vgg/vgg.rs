//! VGG-11, 16 and 19 in the block language, and a small one that learns colored shapes.
//!
//!     cargo run --release --example vgg
//!     cargo run --release --example vgg -- --help

#[path = "../support/args.rs"]
mod args;
mod shapes;
#[path = "../support/terminal.rs"]
#[allow(dead_code)] // each example draws with a part of it
mod terminal;
#[path = "../support/training.rs"]
mod training;

use args::Training;
use cnn::cnn;
use cnn::data::Images;
use cnn::ndarray::{Axis, s};
use cnn::train::accuracy;
use shapes::CLASSES;
use std::error::Error;
use std::process::ExitCode;

cnn! {
    inline block stage(f, n) { { conv(f, 3x3, pad=1) -> relu } * n -> maxpool(2) }

    block head(classes, width = 4096) {
        { dense(width) -> relu -> dropout(0.5) } * 2 -> dense(classes)
    }

    /// VGG-11 (Simonyan and Zisserman, 2015), with the parameter names of torchvision.
    pub struct Vgg11<
        3x224x224
        -> features: { stage(64, 1) -> stage(128, 1) -> stage(256, 2) -> stage(512, 2) * 2 }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-16 (Simonyan and Zisserman, 2015), with the parameter names of torchvision.
    pub struct Vgg16<
        3x224x224
        -> features: { stage(64, 2) -> stage(128, 2) -> stage(256, 3) -> stage(512, 3) * 2 }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-19 (Simonyan and Zisserman, 2015), with the parameter names of torchvision.
    pub struct Vgg19<
        3x224x224
        -> features: { stage(64, 2) -> stage(128, 2) -> stage(256, 4) -> stage(512, 4) * 2 }
        -> flatten -> classifier: head(1000)
    >;

    inline block normalized(f) { conv(f, 3x3, pad=1, bias=false) -> bn -> relu -> maxpool(2) }

    /// A VGG for small pictures and little time, with batch normalization.
    pub struct SmallVgg<
        3x32x32
        -> features: { normalized(16) -> normalized(32) -> normalized(64) }
        -> flatten -> classifier: { dense(64) -> relu -> dropout(0.25) -> dense(6) }
    >;
}

const _: () = assert!(Vgg11::PARAMETERS == 132_863_336);
const _: () = assert!(Vgg16::PARAMETERS == 138_357_544);
const _: () = assert!(Vgg19::PARAMETERS == 143_667_240);

const TRAINING_SHAPES: usize = 4000;
const TEST_SHAPES: usize = 1000;
/// Of the drawings, which stay the same whatever `--seed` is.
const DRAWING_SEED: u64 = 1;
/// Test shapes that are shown at the end.
const SHOWN: usize = 4;

const USAGE: &str = "Prints VGG-16's layers, and trains a small VGG on colored shapes.\n";

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
    let defaults = Training { epochs: None, seed: 1, threads: 0, batch: 64, rate: 0.003 };
    let options = defaults.parse(&format!("{USAGE}\n{}", args::HELP), |_, _| Ok(false))?;
    let epochs = options.epochs.unwrap_or(6);

    println!("{}\n", Vgg16::summary());
    let depths = [
        ("VGG-11", Vgg11::PARAMETERS, Vgg11::MACS),
        ("VGG-16", Vgg16::PARAMETERS, Vgg16::MACS),
        ("VGG-19", Vgg19::PARAMETERS, Vgg19::MACS),
    ];
    for (name, parameters, macs) in depths {
        println!("{name}: {parameters} parameters, {macs} multiply–adds an image");
    }

    println!("\n{}\n", SmallVgg::summary());
    let drawn = |count, seed| {
        let (images, labels) = shapes::draw(count, seed);
        Images::new(images, labels, CLASSES.len())
    };
    let train = drawn(TRAINING_SHAPES, DRAWING_SEED)?;
    let test = drawn(TEST_SHAPES, DRAWING_SEED + 1)?;
    println!("{} drawings to train on, {} to test\n", train.len(), test.len());
    let net = training::train(SmallVgg::new(options.seed), train, &test, epochs, 0, &options)?;

    let images = test.images().slice_move(s![..SHOWN, .., .., ..]);
    let scores = net.try_forward(images)?;
    for ((image, scores), &label) in images.outer_iter().zip(scores.outer_iter()).zip(test.labels())
    {
        let found = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |m| m.0);
        println!("\na {}; the network sees a {}", CLASSES[label], CLASSES[found]);
        let gray = image.sum_axis(Axis(0)) / 3.0;
        print!("{}", terminal::side_by_side(&[terminal::picture(gray.view())]));
    }
    println!("\ntest accuracy: {:.4}", accuracy(&net, &test)?);
    Ok(())
}
