//! Down when nothing gets better.

use super::Schedule;
use crate::error::Error;
use crate::train::argument::Arguments;

/// Times a factor when what is observed has not become better for some time, as PyTorch's
/// `ReduceLROnPlateau`.
///
/// Nothing is better than the best before unless it is by more than a relative 10⁻⁴.
#[derive(Clone, Debug, PartialEq)]
pub struct Plateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    least: f64,
    larger_is_better: bool,
    best: Option<f64>,
    /// Observations since the best one.
    bad: u64,
    /// Times that the rate went down.
    drops: u64,
}

impl Plateau {
    /// Times `factor`, a number from 0 to 1, at the first observation after `patience` ones that were not
    /// better; smaller is better, as of a loss.
    pub const fn new(factor: f64, patience: u64) -> Self {
        Self {
            factor,
            patience,
            threshold: 1e-4,
            least: 0.0,
            larger_is_better: false,
            best: None,
            bad: 0,
            drops: 0,
        }
    }

    /// Larger is better, as of an accuracy (`mode="max"`).
    pub const fn larger_is_better(mut self) -> Self {
        self.larger_is_better = true;
        self
    }

    /// Never below this rate (`min_lr`), a finite number of at least 0.
    pub const fn least(mut self, rate: f64) -> Self {
        self.least = rate;
        self
    }

    /// By which part of the best something must be better (`threshold`), a finite number of at least 0.
    pub const fn threshold(mut self, part: f64) -> Self {
        self.threshold = part;
        self
    }
}

impl Schedule for Plateau {
    fn rate(&self, base: f32, _: u64) -> f32 {
        let drops = i32::try_from(self.drops).unwrap_or(i32::MAX);
        let rate = f64::from(base) * self.factor.powi(drops);
        // A rate that was below from the start stays.
        rate.max(self.least.min(f64::from(base))) as f32
    }

    fn check(&self) -> Result<(), Error> {
        let plateau = Arguments { owner: "Plateau" };
        plateau.check("factor", self.factor, "a number from 0 to 1", |factor| {
            (0.0..=1.0).contains(&factor)
        })?;
        for (name, number) in [("least", self.least), ("threshold", self.threshold)] {
            plateau.check(name, number, "a finite number of at least 0", |number| {
                number.is_finite() && number >= 0.0
            })?;
        }
        Ok(())
    }

    fn observe(&mut self, metric: f64) {
        let better = match self.best {
            None => !metric.is_nan(),
            Some(best) if self.larger_is_better => metric > best * (1.0 + self.threshold),
            Some(best) => metric < best * (1.0 - self.threshold),
        };
        if better {
            (self.best, self.bad) = (Some(metric), 0);
            return;
        }
        self.bad += 1;
        if self.bad > self.patience {
            (self.bad, self.drops) = (0, self.drops + 1);
        }
    }

    fn state(&self) -> Vec<f64> {
        vec![self.best.unwrap_or(f64::NAN), self.bad as f64, self.drops as f64]
    }

    fn restore(&mut self, state: &[f64]) {
        if let [best, bad, drops] = *state {
            self.best = Some(best).filter(|best| !best.is_nan());
            (self.bad, self.drops) = (bad as u64, drops as u64);
        }
    }
}
