//! Ending when nothing gets better.

use crate::error::Error;
use crate::params::Params;
use crate::train::argument::Arguments;

/// When to end a run that gets no better: [`Trainer::stop_early`](crate::train::Trainer::stop_early).
///
/// Smaller is better, as of a loss, unless [`EarlyStopping::larger_is_better`] says otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyStopping {
    patience: u64,
    min_delta: f64,
    larger_is_better: bool,
}

impl EarlyStopping {
    /// After that number of observations in a row, at least 1, none of which was better than the best before, as
    /// Keras' `EarlyStopping`.
    pub const fn new(patience: u64) -> Self {
        Self { patience, min_delta: 0.0, larger_is_better: false }
    }

    /// Larger is better, as of an accuracy (`mode="max"`).
    pub const fn larger_is_better(mut self) -> Self {
        self.larger_is_better = true;
        self
    }

    /// By how much an observation must be better to count as better: a finite number of at least 0.
    pub const fn min_delta(mut self, by: f64) -> Self {
        self.min_delta = by;
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let early = Arguments { owner: "EarlyStopping" };
        early.check("patience", self.patience, "at least 1", |patience| patience > 0)?;
        early.check("min_delta", self.min_delta, "a finite number of at least 0", |delta| {
            delta.is_finite() && delta >= 0.0
        })
    }
}

/// What was observed of a run, and its best weights.
#[derive(Debug)]
pub(crate) struct Early {
    pub(crate) rule: EarlyStopping,
    best: Option<f64>,
    /// Observations since the best one.
    bad: u64,
    /// The weights at the best observation; before it, any. None if there was no room for them yet.
    pub(crate) params: Option<Params>,
}

impl Early {
    pub(crate) fn new(rule: EarlyStopping) -> Self {
        Self { rule, best: None, bad: 0, params: None }
    }

    /// Makes room for the best weights.
    ///
    /// # Errors
    /// There is no memory for them.
    pub(crate) fn start(&mut self, params: &Params) -> Result<(), Error> {
        if self.params.is_none() {
            self.params = Some(params.try_clone()?);
        }
        Ok(())
    }

    pub(crate) fn observe(&mut self, metric: f64, params: &Params) {
        let EarlyStopping { min_delta, larger_is_better, .. } = self.rule;
        let better = match self.best {
            None => !metric.is_nan(),
            Some(best) if larger_is_better => metric > best + min_delta,
            Some(best) => metric < best - min_delta,
        };
        if !better {
            self.bad += 1;
            return;
        }
        (self.best, self.bad) = (Some(metric), 0);
        match &mut self.params {
            Some(kept) => kept.copy_from(params),
            // Observed before the first step, which would have made room or said that there is none.
            None => self.params = params.try_clone().ok(),
        }
    }

    /// Why the run should end, if it should.
    pub(crate) fn reason(&self) -> Option<String> {
        let best = self.best.map_or("NaN".to_owned(), |best| format!("{best}"));
        let text = format!("{} observations in a row were not better than {best}", self.bad);
        (self.bad >= self.rule.patience).then_some(text)
    }

    /// The best weights, if there was anything to observe.
    pub(crate) fn best(&self) -> Option<&Params> {
        self.best.and(self.params.as_ref())
    }

    pub(crate) fn state(&self) -> Vec<f64> {
        vec![self.best.unwrap_or(f64::NAN), self.bad as f64]
    }

    pub(crate) fn restore(&mut self, state: &[f64]) {
        if let [best, bad] = *state {
            (self.best, self.bad) = (Some(best).filter(|best| !best.is_nan()), bad as u64);
        }
    }
}
