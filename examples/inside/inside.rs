//! What networks that read digits have learned: a gallery for a lecture.
//!
//!     cargo run --release --example inside
//!     cargo run --release --example inside -- --out inside.html
//!
//! Trains LeNet, a small residual network and the same without shortcuts on the digits that the repository carries,
//! and writes a web page that needs no other file.

mod attribution;
mod learned;
mod networks;
mod pictures;
mod robust;
mod shapes;
mod whole;

use cnn::data;
use cnn::ndarray::{Axis, concatenate};
use cnn_report::Gallery;
use networks::{LeNet, Plain, Residual, train};
use pictures::Result;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// 1,797 digits of 8×8 pixels; `examples/data/README.md` names their authors.
static DIGITS: &[u8] = include_bytes!("../data/digits.bin");
/// Digits to train on; the others test.
const TRAINING_DIGITS: usize = 1437;
const SEED: u64 = 1;

const HELP: &str = "\
Looks inside networks that read digits and writes a page of pictures.

  --out FILE    the page; inside.html unless given
  --help        this text
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut out = PathBuf::from("inside.html");
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("out") => out = parser.value()?.into(),
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let start = Instant::now();
    let (train_part, test) = data::digits(DIGITS)?.resize(28, 28).split(TRAINING_DIGITS, SEED)?;
    println!("{} digits to train on, {} to test", train_part.len(), test.len());
    let (lenet, of_lenet) = train(LeNet::new(SEED), &train_part, &test, 12, SEED)?;
    let (residual, of_residual) = train(Residual::new(SEED), &train_part, &test, 6, SEED)?;
    let (plain, of_plain) = train(Plain::new(SEED), &train_part, &test, 6, SEED)?;

    let (x, labels) = (test.images(), test.labels());
    let all = concatenate(Axis(0), &[train_part.images(), x])?;
    let lead = format!(
        "Three networks learned to read 1,437 handwritten digits: LeNet, which reads {:.1}% of 360 other digits, a \
         residual network of 19 convolutions ({:.1}%), and the same without its shortcuts ({:.1}%). Everything below was \
         computed from them in one run, on a processor, in a single program.",
        100.0 * of_lenet,
        100.0 * of_residual,
        100.0 * of_plain,
    );
    let mut gallery = Gallery::new("Inside networks that read digits").lead(lead);
    let mut add = |name: &str, section: Result<cnn_report::Section>| -> Result<()> {
        gallery = gallery.clone().section(section?);
        println!("{name:12} after {:5.1} s", start.elapsed().as_secs_f64());
        Ok(())
    };
    add("filters", attribution::filters(&lenet, x))?;
    add("patches", attribution::patches(&lenet, all.view()))?;
    add("pixels", attribution::pixels(&lenet, x))?;
    add("cams", attribution::cams(&residual, x))?;
    add("occlusion", attribution::occlusion(&lenet, x))?;
    add("sanity", attribution::sanity(&lenet, x))?;
    add("models", learned::models(&lenet))?;
    add("inversion", learned::inversion(&lenet, x))?;
    add("attacks", robust::attacks(&lenet, &residual, x, labels))?;
    add("shifts", robust::shifts(&lenet, &residual, x, labels))?;
    add("fields", whole::fields(&lenet, &residual, x))?;
    add("embedding", whole::embedding(&lenet, x, labels))?;
    add("transfer", whole::transfer(&lenet, SEED))?;
    add("surface", whole::surfaces(&residual, &plain, x, labels))?;
    add("deletion", whole::deletion(&residual, &plain, x, labels))?;
    gallery.save(&out)?;
    println!("{} after {:.1} s", out.display(), start.elapsed().as_secs_f64());
    Ok(())
}
