//! What one sees of a training run.

use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

/// Runs a program and prints its error, if there is one.
pub(crate) fn report(program: impl FnOnce() -> Result<(), Box<dyn Error>>) -> ExitCode {
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A progress bar, which is there only in a terminal, and a line for each epoch.
pub(crate) struct Log {
    bar: ProgressBar,
    start: Instant,
    epoch: Instant,
    epochs: u64,
    loss: f64,
    images: usize,
}

impl Log {
    pub(crate) fn new(epochs: u64, steps: u64) -> Self {
        let style = "{bar:40} {percent:>3}%  {msg}  {eta} to go";
        let bar = ProgressBar::new(epochs * steps)
            .with_style(ProgressStyle::with_template(style).expect("a well-formed template"));
        println!("epoch    loss    test   rate after   images/s");
        let now = Instant::now();
        Self { bar, start: now, epoch: now, epochs: 0, loss: 0.0, images: 0 }
    }

    pub(crate) fn step(&mut self, loss: f32, images: usize) {
        self.loss += f64::from(loss) * images as f64;
        self.images += images;
        self.bar.inc(1);
        self.bar.set_message(format!("loss {loss:.4}"));
    }

    pub(crate) fn epoch(&mut self, rate: f32, test: f64) {
        self.epochs += 1;
        let speed = self.images as f64 / self.epoch.elapsed().as_secs_f64();
        let (epoch, loss) = (self.epochs, self.loss / self.images.max(1) as f64);
        self.bar.suspend(|| {
            println!("{epoch:>5}  {loss:.4}  {test:.4}  {rate:>11.3e}  {speed:>9.0}");
        });
        (self.epoch, self.loss, self.images) = (Instant::now(), 0.0, 0);
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
        println!("trained in {:.1} s", self.start.elapsed().as_secs_f64());
    }
}
