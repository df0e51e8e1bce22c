//! Steps, powers and straight lines.

use super::{Schedule, check_steps};
use crate::error::Error;
use crate::train::argument::Arguments;

/// Always the optimizer's own rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Constant;

impl Schedule for Constant {
    fn rate(&self, base: f32, _: u64) -> f32 {
        base
    }
}

/// Times a factor every so often, as PyTorch's `StepLR`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Every {
    steps: u64,
    factor: f64,
}

impl Every {
    /// Times `factor`, a finite number of at least 0, after every `steps` steps, at least 1.
    pub const fn new(steps: u64, factor: f64) -> Self {
        Self { steps, factor }
    }
}

impl Schedule for Every {
    fn rate(&self, base: f32, step: u64) -> f32 {
        power(base, self.factor, step / self.steps.max(1))
    }

    fn check(&self) -> Result<(), Error> {
        let every = Arguments { owner: "Every" };
        check_steps(&every, self.steps)?;
        check_factor(&every, self.factor)
    }
}

/// Times a factor after certain numbers of steps, as PyTorch's `MultiStepLR`.
#[derive(Clone, Debug, PartialEq)]
pub struct Drops {
    after: Vec<u64>,
    factor: f64,
}

impl Drops {
    /// Times `factor`, a finite number of at least 0, after each of these numbers of steps.
    pub fn new(after: impl Into<Vec<u64>>, factor: f64) -> Self {
        Self { after: after.into(), factor }
    }
}

impl Schedule for Drops {
    fn rate(&self, base: f32, step: u64) -> f32 {
        power(base, self.factor, self.after.iter().filter(|&&after| step >= after).count() as u64)
    }

    fn check(&self) -> Result<(), Error> {
        check_factor(&Arguments { owner: "Drops" }, self.factor)
    }
}

/// Times a factor after every step, as PyTorch's `ExponentialLR`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    factor: f64,
}

impl Exponential {
    /// Times `factor`, a finite number of at least 0, after every step.
    pub const fn new(factor: f64) -> Self {
        Self { factor }
    }
}

impl Schedule for Exponential {
    fn rate(&self, base: f32, step: u64) -> f32 {
        power(base, self.factor, step)
    }

    fn check(&self) -> Result<(), Error> {
        check_factor(&Arguments { owner: "Exponential" }, self.factor)
    }
}

/// Down to 0 as a power of the part of the steps that is left, as PyTorch's `PolynomialLR`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polynomial {
    steps: u64,
    power: f64,
}

impl Polynomial {
    /// Down in `steps` steps, at least 1, by that power, a finite number above 0; 1 is a straight line.
    pub const fn new(steps: u64, power: f64) -> Self {
        Self { steps, power }
    }
}

impl Schedule for Polynomial {
    /// Steps after the last keep the rate 0.
    fn rate(&self, base: f32, step: u64) -> f32 {
        let steps = self.steps.max(1);
        let left = (steps - step.min(steps)) as f64 / steps as f64;
        (f64::from(base) * left.powf(self.power)) as f32
    }

    fn check(&self) -> Result<(), Error> {
        let polynomial = Arguments { owner: "Polynomial" };
        check_steps(&polynomial, self.steps)?;
        polynomial.check("power", self.power, "a finite number above 0", |power| {
            power.is_finite() && power > 0.0
        })
    }
}

/// Up in a straight line to the optimizer's rate, and down in another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Triangle {
    steps: u64,
    start: f64,
    peak: f64,
    end: f64,
}

impl Triangle {
    /// In `steps` steps, at least 1, from 0 to the rate, reached after half of them, and back.
    pub const fn new(steps: u64) -> Self {
        Self { steps, start: 0.0, peak: 0.5, end: 0.0 }
    }

    /// The first rate as a part of the largest, a finite number of at least 0.
    pub const fn start(mut self, part: f64) -> Self {
        self.start = part;
        self
    }

    /// The part of the steps, from 0 to 1, after which the rate is largest.
    pub const fn peak(mut self, part: f64) -> Self {
        self.peak = part;
        self
    }

    /// The last rate as a part of the largest, a finite number of at least 0.
    pub const fn end(mut self, part: f64) -> Self {
        self.end = part;
        self
    }
}

impl Schedule for Triangle {
    /// The last rate is that of the step after the last; later ones keep it.
    fn rate(&self, base: f32, step: u64) -> f32 {
        let at = (step as f64 / self.steps.max(1) as f64).min(1.0);
        let between = |from: f64, to: f64, part: f64| from + (to - from) * part;
        let factor = if at < self.peak {
            between(self.start, 1.0, at / self.peak)
        } else if self.peak < 1.0 {
            between(1.0, self.end, (at - self.peak) / (1.0 - self.peak))
        } else {
            1.0
        };
        (f64::from(base) * factor) as f32
    }

    fn check(&self) -> Result<(), Error> {
        let triangle = Arguments { owner: "Triangle" };
        check_steps(&triangle, self.steps)?;
        for (name, part) in [("start", self.start), ("end", self.end)] {
            triangle.check(name, part, "a finite number of at least 0", |part| {
                part.is_finite() && part >= 0.0
            })?;
        }
        triangle
            .check("peak", self.peak, "a number from 0 to 1", |part| (0.0..=1.0).contains(&part))
    }
}

fn power(base: f32, factor: f64, times: u64) -> f32 {
    (f64::from(base) * factor.powi(i32::try_from(times).unwrap_or(i32::MAX))) as f32
}

fn check_factor(schedule: &Arguments, factor: f64) -> Result<(), Error> {
    schedule.check("factor", factor, "a finite number of at least 0", |factor| {
        factor.is_finite() && factor >= 0.0
    })
}
