//! Learning rates that change from step to step.

use crate::error::Error;
use crate::train::argument::Arguments;
use std::f64::consts::PI;

/// The learning rate of each step.
///
/// ```
/// use cnn::train::Schedule;
///
/// /// A tenth of the rate after this number of steps.
/// struct Drop(u64);
///
/// impl Schedule for Drop {
///     fn rate(&self, base: f32, step: u64) -> f32 {
///         if step < self.0 { base } else { base / 10.0 }
///     }
/// }
/// assert_eq!(Drop(100).rate(0.5, 100), 0.05);
/// ```
pub trait Schedule: Send {
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
}

/// A schedule's number of steps.
fn check_steps(schedule: &Arguments, steps: u64) -> Result<(), Error> {
    schedule.check("steps", steps, "at least 1", |steps| steps > 0)
}

/// Always the optimizer's own rate.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constant;

impl Schedule for Constant {
    fn rate(&self, base: f32, _: u64) -> f32 {
        base
    }
}

/// Up to the optimizer's rate and down to almost nothing, both along a half cosine, as PyTorch's
/// `OneCycleLR` (with `cycle_momentum=False`).
///
/// Smith and Topin, *Super-Convergence* (2018), <https://arxiv.org/abs/1708.07120>.
#[derive(Clone, Copy, Debug)]
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
#[derive(Clone, Copy, Debug)]
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
        schedule.check("end", self.end, "a finite number of at least 0", |rate| {
            rate.is_finite() && rate >= 0.0
        })
    }
}

/// From `start` to `end` along a half cosine, `step` of `steps` done.
fn anneal(start: f64, end: f64, step: f64, steps: f64) -> f32 {
    let part = if steps > 0.0 { step / steps } else { 1.0 };
    (end + (start - end) / 2.0 * (1.0 + (PI * part).cos())) as f32
}

#[cfg(test)]
#[allow(clippy::excessive_precision)] // the numbers are as printed
mod tests {
    use super::*;

    fn assert_rates(schedule: impl Schedule, expected: &[f32]) {
        for (step, &expected) in expected.iter().enumerate() {
            let rate = schedule.rate(0.1, step as u64);
            assert!(
                (rate - expected).abs() <= 1e-7 * expected.max(0.01),
                "{step}: {rate} {expected}"
            );
        }
    }

    // p = torch.zeros(1, requires_grad=True); o = torch.optim.SGD([p], 0.1)
    // s = torch.optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=10, cycle_momentum=False)
    // for t in range(10): print(o.param_groups[0]["lr"]); o.step(); s.step()
    #[test]
    fn one_cycle_is_pytorchs() {
        let expected = [
            0.004,
            0.052,
            0.1,
            0.095048463,
            0.081174565,
            0.061126202,
            0.038874198,
            0.018825835,
            0.0049519368,
            4e-07,
        ];
        assert_rates(OneCycle::new(10), &expected);
        assert_eq!(OneCycle::new(10).rate(0.1, 1000), OneCycle::new(10).rate(0.1, 9));
    }

    // as above with torch.optim.lr_scheduler.CosineAnnealingLR(o, 5, eta_min=0.01)
    #[test]
    fn cosine_is_pytorchs() {
        let expected = [0.1, 0.091405765, 0.068905765, 0.041094235, 0.018594235, 0.01, 0.01];
        assert_rates(Cosine::new(5).end(0.01), &expected);
    }

    #[test]
    fn rates_are_numbers_however_few_the_steps() {
        for steps in 0..5 {
            for step in 0..6 {
                assert!(OneCycle::new(steps).rate(0.1, step).is_finite(), "{steps} {step}");
                assert!(Cosine::new(steps).rate(0.1, step).is_finite(), "{steps} {step}");
            }
        }
        assert_eq!(Constant.rate(0.1, 7), 0.1);
    }
}
