//! What is a good learning rate: the loss at many of them.

mod svg;

use crate::error::Error;
use crate::train::argument::Arguments;
use crate::train::schedule::Schedule;
use std::path::Path;

/// How learning rates are tried out: [`Trainer::find_rate`](crate::train::Trainer::find_rate). Leslie Smith's range
/// test (2015, <https://arxiv.org/abs/1506.01186>) with a rate that grows by the same factor from step to step, as
/// in fastai and Lightning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateFinder {
    from: f64,
    to: f64,
    steps: u64,
    smoothing: f64,
    worst: f64,
}

impl RateFinder {
    /// From one rate to another, finite numbers above 0, in 100 steps.
    pub const fn new(from: f32, to: f32) -> Self {
        Self { from: from as f64, to: to as f64, steps: 100, smoothing: 0.98, worst: 4.0 }
    }

    /// In that number of steps, at least 2.
    pub const fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// How much of the mean of the losses so far stays at each step, from 0 to below 1: 0.98 if nothing is said.
    /// The mean is `s ← smoothing·s + (1 − smoothing)·loss`, over `1 − smoothingⁿ` after `n` steps.
    pub const fn smoothing(mut self, part: f32) -> Self {
        self.smoothing = part as f64;
        self
    }

    /// Ends where the smoothed loss is that many times the least one so far, a number above 1: 4 if nothing is
    /// said.
    pub const fn worst(mut self, times: f32) -> Self {
        self.worst = times as f64;
        self
    }

    /// Whether all numbers make sense, with an optimizer of that rate.
    pub(crate) fn check(&self, base: f32) -> Result<(), Error> {
        let finder = Arguments { owner: "RateFinder" };
        let positive = |x: f64| x.is_finite() && x > 0.0;
        finder.check("from", self.from, "a finite number above 0", positive)?;
        finder.check("to", self.to, "a finite number above `from`", |to| {
            to.is_finite() && to > self.from
        })?;
        finder.check("steps", self.steps, "at least 2", |steps| steps >= 2)?;
        finder.check("smoothing", self.smoothing, "a number from 0 to below 1", |part| {
            (0.0..1.0).contains(&part)
        })?;
        finder.check("worst", self.worst, "a number above 1", |times| times > 1.0)?;
        let optimizer = Arguments { owner: "Trainer::find_rate" };
        optimizer.check("the optimizer's rate", base, "a finite number above 0", |rate| {
            positive(rate.into())
        })
    }

    pub(crate) fn wanted(&self) -> usize {
        usize::try_from(self.steps).unwrap_or(usize::MAX)
    }

    pub(crate) fn sweep(&self, base: f32, start: u64) -> Sweep {
        Sweep { finder: *self, base: base.into(), start }
    }
}

/// The rates as a schedule.
#[derive(Clone, Debug)]
pub(crate) struct Sweep {
    finder: RateFinder,
    /// The optimizer's rate.
    base: f64,
    /// The number of the first step.
    start: u64,
}

impl Sweep {
    /// The rate of the trainer's optimizer at that step.
    pub(crate) fn rate_of(&self, step: u64) -> f32 {
        let RateFinder { from, to, steps, .. } = self.finder;
        let part = step.saturating_sub(self.start) as f64 / (steps - 1) as f64;
        (from * (to / from).powf(part)) as f32
    }
}

impl Schedule for Sweep {
    fn rate(&self, base: f32, step: u64) -> f32 {
        (f64::from(self.rate_of(step)) * f64::from(base) / self.base) as f32
    }
}

/// The loss at many learning rates, each a step after the one before.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RateCurve {
    /// Learning rates, from small to large.
    pub rates: Vec<f32>,
    /// The loss of the batch at each of them, before the step.
    pub losses: Vec<f32>,
    /// The same, smoothed.
    pub smoothed: Vec<f32>,
    /// The sum whose share is the smoothed loss.
    sum: f64,
    least: f64,
}

/// The part of the points at the beginning where a slope says little: the smoothed loss still jumps.
const SKIPPED: usize = 10;

impl RateCurve {
    /// Takes in a point, and says whether there is reason to go on.
    pub(crate) fn take(&mut self, finder: &RateFinder, rate: f32, loss: f32) -> bool {
        self.rates.push(rate);
        self.losses.push(loss);
        let n = self.rates.len() as f64;
        self.sum = finder.smoothing * self.sum + (1.0 - finder.smoothing) * f64::from(loss);
        let smoothed = self.sum / (1.0 - finder.smoothing.powf(n));
        self.smoothed.push(smoothed as f32);
        if n == 1.0 || smoothed < self.least {
            self.least = smoothed;
        }
        // As so many times the least one, also where losses are negative.
        smoothed <= self.least + (finder.worst - 1.0) * self.least.abs()
    }

    /// Where the smoothed loss falls most steeply with the logarithm of the rate, as Lightning suggests: the rate
    /// at which most is learned in a step. Without the first ten points or a tenth of them, if that is less, and
    /// the last. None if it falls nowhere, or there are fewer than three points left.
    pub fn suggestion(&self) -> Option<f32> {
        let n = self.smoothed.len();
        let skipped = SKIPPED.min(n / 10);
        let middle = self.smoothed.get(skipped..n.saturating_sub(1)).filter(|m| m.len() >= 3)?;
        let last = middle.len() - 1;
        // The rates are equally far from each other in the logarithm.
        let slope = |i: usize| {
            let (before, after) = (i.saturating_sub(1), (i + 1).min(last));
            f64::from(middle[after] - middle[before]) / (after - before) as f64
        };
        let steepest = (0..=last).min_by(|&a, &b| slope(a).total_cmp(&slope(b)))?;
        (slope(steepest) < 0.0).then(|| self.rates[skipped + steepest])
    }

    /// The curve as a picture: the rates from left to right, on a logarithmic axis, and the loss at each.
    pub fn to_svg(&self) -> String {
        svg::draw(self)
    }

    /// Writes [`RateCurve::to_svg`] to a file.
    ///
    /// # Errors
    /// It can't be written.
    pub fn save_svg(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        std::fs::write(path, self.to_svg()).map_err(Error::io(path, "write"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Losses that stay, fall around 10⁻² and then rise.
    fn curve(finder: &RateFinder) -> RateCurve {
        let (mut curve, sweep) = (RateCurve::default(), finder.sweep(0.5, 7));
        for step in 7..7 + finder.steps {
            let rate = sweep.rate_of(step);
            let decades = f64::from(rate).log10();
            let fall = 2.0 / (1.0 + (-(decades + 2.0) * 4.0).exp());
            let rise = (decades * 6.0).exp();
            if !curve.take(finder, rate, (2.3 - fall + rise) as f32) {
                break;
            }
        }
        curve
    }

    #[test]
    fn the_steepest_descent_is_found_and_the_search_ends_where_losses_explode() {
        let finder = RateFinder::new(1e-6, 10.0).steps(200).smoothing(0.0);
        let curve = curve(&finder);
        let rate = curve.suggestion().expect("a rate");
        assert!((0.008..0.0125).contains(&rate), "{rate}");
        assert!(curve.rates.len() < 200, "stopped at {}", curve.rates[curve.rates.len() - 1]);
        assert_eq!(curve.losses, curve.smoothed);
        assert!(curve.rates.is_sorted() && curve.rates[0] == 1e-6);
        // What is smoothed lags behind, but is a mean of what was seen.
        let smooth = self::curve(&finder.smoothing(0.9));
        assert!(smooth.suggestion().expect("a rate") > rate);
        assert!((smooth.smoothed[0] - smooth.losses[0]).abs() < 1e-6);
    }

    #[test]
    fn groups_keep_their_proportion() {
        let sweep = RateFinder::new(0.001, 1.0).steps(4).sweep(0.5, 0);
        for (step, expected) in [0.001, 0.01, 0.1, 1.0].into_iter().enumerate() {
            let (own, other) = (sweep.rate(0.5, step as u64), sweep.rate(0.05, step as u64));
            assert!(
                (own / expected - 1.0f32).abs() < 1e-5 && (other * 10.0 / own - 1.0).abs() < 1e-5
            );
        }
    }

    #[test]
    fn nothing_is_suggested_where_nothing_falls() {
        let finder = RateFinder::new(1e-3, 1.0).steps(20);
        let mut rising = RateCurve::default();
        (0..20).for_each(|i| {
            rising.take(&finder, 0.1 * (i + 1) as f32, 1.0 + 0.01 * i as f32);
        });
        assert_eq!(rising.suggestion(), None);
        assert_eq!(RateCurve::default().suggestion(), None);
        for wrong in [
            RateFinder::new(0.0, 1.0),
            RateFinder::new(1.0, 0.1),
            RateFinder::new(0.1, 1.0).steps(1),
            RateFinder::new(0.1, 1.0).smoothing(1.0),
            RateFinder::new(0.1, 1.0).worst(1.0),
        ] {
            assert!(wrong.check(0.1).unwrap_err().to_string().contains("of `RateFinder`: found"));
        }
        assert!(finder.check(0.0).is_err());
        assert!(RateCurve::default().to_svg().contains("no steps"));
    }
}
