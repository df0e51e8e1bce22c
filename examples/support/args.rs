//! The options that the training examples share.

use lexopt::{Arg, Parser, ValueExt};
use std::error::Error;
use std::fmt::Display;
use std::str::FromStr;

/// How to train.
#[derive(Clone, Debug)]
pub(crate) struct Training {
    /// Passes over the training images; the example's own number where none is given.
    pub(crate) epochs: Option<usize>,
    /// Of the initial weights and the order of the images.
    pub(crate) seed: u64,
    /// Threads; 0 is as many as the machine has.
    pub(crate) threads: usize,
    /// Images a step.
    pub(crate) batch: usize,
    /// The highest learning rate.
    pub(crate) rate: f32,
}

pub(crate) const HELP: &str = "  --epochs N    passes over the training images
  --seed S      of the initial weights and the order of the images
  --threads T   threads (all that the machine has)
  --batch B     images a step
  --lr R        highest learning rate";

impl Training {
    /// Reads the command line over the defaults in `self`. `other` sees each argument that is not
    /// one of these, and says whether it took it.
    pub(crate) fn parse(
        mut self,
        help: &str,
        mut other: impl FnMut(&str, &mut Parser) -> Result<bool, Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut parser = Parser::from_env();
        while let Some(arg) = parser.next()? {
            let name = match arg {
                Arg::Long(name) => name.to_owned(),
                Arg::Short('h') => "help".to_owned(),
                _ => return Err(format!("{}; --help lists the options", arg.unexpected()).into()),
            };
            match name.as_str() {
                "epochs" => {
                    self.epochs = Some(number(&name, &mut parser, |&n| n >= 1, "1 or more")?);
                }
                "seed" => self.seed = number(&name, &mut parser, |_| true, "0 or more")?,
                "threads" => self.threads = number(&name, &mut parser, |&n| n >= 1, "1 or more")?,
                "batch" => self.batch = number(&name, &mut parser, |&n| n >= 1, "1 or more")?,
                "lr" => {
                    let sound = |&rate: &f32| rate > 0.0 && rate.is_finite();
                    self.rate = number(&name, &mut parser, sound, "above 0")?;
                }
                "help" => {
                    println!("{help}");
                    std::process::exit(0);
                }
                _ if other(&name, &mut parser)? => {}
                _ => {
                    return Err(format!("unknown option --{name}; --help lists the options").into());
                }
            }
        }
        Ok(self)
    }
}

/// The value after `--name`, if it is a number in its range.
fn number<T: FromStr<Err: Display>>(
    name: &str,
    parser: &mut Parser,
    in_range: impl Fn(&T) -> bool,
    range: &str,
) -> Result<T, Box<dyn Error>> {
    let text = parser.value()?.string()?;
    match text.parse() {
        Ok(n) if in_range(&n) => Ok(n),
        Ok(_) => Err(format!("--{name}: found {text}, expected a number {range}").into()),
        Err(error) => {
            Err(format!("--{name}: found `{text}`, expected a number {range} ({error})").into())
        }
    }
}
