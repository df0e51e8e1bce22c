//! Learning rates that change from step to step.

mod combined;
mod cosine;
mod plateau;
mod simple;

pub use combined::{Then, WarmUp};
pub use cosine::{Cosine, CosineRestarts, OneCycle};
pub use plateau::Plateau;
pub use simple::{Constant, Drops, Every, Exponential, Polynomial, Triangle};

use crate::error::Error;
use crate::train::argument::Arguments;
use std::fmt;

/// The learning rate of each step.
///
/// ```
/// use cnn::train::{Constant, Cosine, Schedule};
///
/// /// A tenth of the rate after this number of steps.
/// #[derive(Debug)]
/// struct Drop(u64);
///
/// impl Schedule for Drop {
///     fn rate(&self, base: f32, step: u64) -> f32 {
///         if step < self.0 { base } else { base / 10.0 }
///     }
/// }
/// assert_eq!(Drop(100).rate(0.5, 100), 0.05);
///
/// // Ten steps up, then down along a half cosine in ninety more.
/// let schedule = Cosine::new(100).warm_up(10, 0.1);
/// assert_eq!(schedule.rate(1.0, 0), 0.1);
/// // The rate as it is for fifty steps, then down in fifty more.
/// assert_eq!(Constant.then(50, Cosine::new(50)).rate(1.0, 100), 0.0);
/// ```
pub trait Schedule: fmt::Debug + Send {
    /// The rate of step number `step`, counted from 0, where the optimizer was made with the rate
    /// `base`: a finite number of at least 0, or a trainer refuses the step.
    fn rate(&self, base: f32, step: u64) -> f32;

    /// Whether the schedule was made with numbers that it can work with. A trainer asks before each
    /// step.
    ///
    /// # Errors
    /// It was not.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Learns how well training goes: [`Trainer::observe`](crate::train::Trainer::observe) says so, after each
    /// epoch as a rule.
    fn observe(&mut self, metric: f64) {
        let _ = metric;
    }

    /// What the schedule has learned, which a checkpoint keeps.
    fn state(&self) -> Vec<f64> {
        Vec::new()
    }

    /// What [`Schedule::state`] gave, of a schedule made with the same numbers.
    fn restore(&mut self, state: &[f64]) {
        let _ = state;
    }

    /// This schedule for `steps` steps, then `next` from its own first step on: PyTorch's `SequentialLR`.
    fn then<S: Schedule>(self, steps: u64, next: S) -> Then<Self, S>
    where
        Self: Sized,
    {
        Then::new(self, steps, next)
    }

    /// Times a factor that rises from `start` to 1 in `steps` steps, in a straight line: PyTorch's `LinearLR`,
    /// chained.
    fn warm_up(self, steps: u64, start: f32) -> WarmUp<Self>
    where
        Self: Sized,
    {
        WarmUp::new(self, steps, start)
    }
}

impl<S: Schedule + ?Sized> Schedule for Box<S> {
    fn rate(&self, base: f32, step: u64) -> f32 {
        (**self).rate(base, step)
    }

    fn check(&self) -> Result<(), Error> {
        (**self).check()
    }

    fn observe(&mut self, metric: f64) {
        (**self).observe(metric);
    }

    fn state(&self) -> Vec<f64> {
        (**self).state()
    }

    fn restore(&mut self, state: &[f64]) {
        (**self).restore(state);
    }
}

/// A schedule's number of steps.
fn check_steps(schedule: &Arguments, steps: u64) -> Result<(), Error> {
    schedule.check("steps", steps, "at least 1", |steps| steps > 0)
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
