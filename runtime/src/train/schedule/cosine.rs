//! Along half cosines.

use super::{Schedule, check_steps};
use crate::error::Error;
use crate::train::argument::Arguments;
use std::f64::consts::PI;

/// Up to the optimizer's rate and down to almost nothing, both along a half cosine, as PyTorch's
/// `OneCycleLR` (with `cycle_momentum=False`).
///
/// Smith and Topin, *Super-Convergence* (2018), <https://arxiv.org/abs/1708.07120>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    steps: u64,
    warm_up: f64,
    start: f64,
    end: f64,
}

impl OneCycle {
    /// A cycle of `steps` steps, at least 1: 30% of them up from 1/25 of the rate, then down to 1/250,000.
    pub const fn new(steps: u64) -> Self {
        Self { steps, warm_up: 0.3, start: 25.0, end: 1e4 }
    }

    /// The part of the steps, from 0 to 1, in which the rate rises (`pct_start`).
    pub const fn warm_up(mut self, part: f64) -> Self {
        self.warm_up = part;
        self
    }

    /// The first rate is the largest divided by this (`div_factor`), a number above 0.
    pub const fn start(mut self, divisor: f64) -> Self {
        self.start = divisor;
        self
    }

    /// The last rate is the first divided by this (`final_div_factor`), a number above 0.
    pub const fn end(mut self, divisor: f64) -> Self {
        self.end = divisor;
        self
    }
}

impl Schedule for OneCycle {
    /// Steps after the cycle keep its last rate.
    fn rate(&self, base: f32, step: u64) -> f32 {
        let top = f64::from(base);
        let first = top / self.start;
        let last = self.steps as f64 - 1.0;
        let peak = self.warm_up * self.steps as f64 - 1.0;
        let step = (step as f64).min(last);
        if step <= peak {
            anneal(first, top, step, peak)
        } else {
            anneal(top, first / self.end, step - peak, last - peak)
        }
    }

    fn check(&self) -> Result<(), Error> {
        let schedule = Arguments { owner: "OneCycle" };
        check_steps(&schedule, self.steps)?;
        schedule.check("warm_up", self.warm_up, "a number from 0 to 1", |part| {
            (0.0..=1.0).contains(&part)
        })?;
        for (name, divisor) in [("start", self.start), ("end", self.end)] {
            schedule.check(name, divisor, "a finite number above 0", |divisor| {
                divisor.is_finite() && divisor > 0.0
            })?;
        }
        Ok(())
    }
}

/// Down from the optimizer's rate along a half cosine, as PyTorch's `CosineAnnealingLR`.
///
/// Loshchilov and Hutter, *SGDR* (2017), <https://arxiv.org/abs/1608.03983>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cosine {
    steps: u64,
    end: f64,
}

impl Cosine {
    /// Down to zero in `steps` steps, at least 1.
    pub const fn new(steps: u64) -> Self {
        Self { steps, end: 0.0 }
    }

    /// Down to this rate instead (`eta_min`), a number of at least 0.
    pub const fn end(mut self, rate: f64) -> Self {
        self.end = rate;
        self
    }
}

impl Schedule for Cosine {
    /// Steps after the last keep its rate.
    fn rate(&self, base: f32, step: u64) -> f32 {
        anneal(f64::from(base), self.end, step.min(self.steps) as f64, self.steps as f64)
    }

    fn check(&self) -> Result<(), Error> {
        let schedule = Arguments { owner: "Cosine" };
        check_steps(&schedule, self.steps)?;
        check_end(&schedule, self.end)
    }
}

/// [`Cosine`] again and again, each time from the optimizer's rate, as PyTorch's
/// `CosineAnnealingWarmRestarts`.
///
/// Loshchilov and Hutter, *SGDR* (2017), <https://arxiv.org/abs/1608.03983>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineRestarts {
    steps: u64,
    longer: u64,
    end: f64,
}

impl CosineRestarts {
    /// Down to almost zero in `steps` steps, at least 1, and so again.
    pub const fn new(steps: u64) -> Self {
        Self { steps, longer: 1, end: 0.0 }
    }

    /// Each time takes this number of times longer than the one before (`T_mult`), at least 1.
    pub const fn longer(mut self, times: u64) -> Self {
        self.longer = times;
        self
    }

    /// Down to this rate instead (`eta_min`), a number of at least 0.
    pub const fn end(mut self, rate: f64) -> Self {
        self.end = rate;
        self
    }
}

impl Schedule for CosineRestarts {
    fn rate(&self, base: f32, step: u64) -> f32 {
        let (mut step, mut steps) = (step, self.steps.max(1));
        if self.longer <= 1 {
            step %= steps;
        }
        while step >= steps {
            step -= steps;
            steps = steps.saturating_mul(self.longer);
        }
        anneal(f64::from(base), self.end, step as f64, steps as f64)
    }

    fn check(&self) -> Result<(), Error> {
        let schedule = Arguments { owner: "CosineRestarts" };
        check_steps(&schedule, self.steps)?;
        schedule.check("longer", self.longer, "at least 1", |times| times > 0)?;
        check_end(&schedule, self.end)
    }
}

fn check_end(schedule: &Arguments, rate: f64) -> Result<(), Error> {
    schedule
        .check("end", rate, "a finite number of at least 0", |rate| rate.is_finite() && rate >= 0.0)
}

/// From `start` to `end` along a half cosine, `step` of `steps` done.
fn anneal(start: f64, end: f64, step: f64, steps: f64) -> f32 {
    let part = if steps > 0.0 { step / steps } else { 1.0 };
    (end + (start - end) / 2.0 * (1.0 + (PI * part).cos())) as f32
}
