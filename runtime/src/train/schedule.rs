//! Learning rates that change from step to step.

use std::f64::consts::PI;

/// The learning rate of each step.
pub trait Schedule: Send {
    /// The rate of step number `step`, counted from 0, where the optimiser was made with the rate
    /// `base`.
    fn rate(&self, base: f32, step: u64) -> f32;
}

/// Always the optimiser's own rate.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constant;

impl Schedule for Constant {
    fn rate(&self, base: f32, _: u64) -> f32 {
        base
    }
}

/// Up to the optimiser's rate and down to almost nothing, both along a half cosine, as PyTorch's
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
    /// A cycle of so many steps: 30% of them up from 1/25 of the rate, then down to 1/250,000.
    pub const fn new(steps: u64) -> Self {
        Self { steps, warm_up: 0.3, start: 25.0, end: 1e4 }
    }

    /// The part of the steps, between 0 and 1, in which the rate rises (`pct_start`).
    pub const fn warm_up(mut self, part: f64) -> Self {
        self.warm_up = part;
        self
    }

    /// The first rate is the largest divided by this (`div_factor`).
    pub const fn start(mut self, divisor: f64) -> Self {
        self.start = divisor;
        self
    }

    /// The last rate is the first divided by this (`final_div_factor`).
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
}

/// Down from the optimiser's rate along a half cosine, as PyTorch's `CosineAnnealingLR`.
///
/// Loshchilov and Hutter, *SGDR* (2017), <https://arxiv.org/abs/1608.03983>.
#[derive(Clone, Copy, Debug)]
pub struct Cosine {
    steps: u64,
    end: f64,
}

impl Cosine {
    /// Down to zero in so many steps.
    pub const fn new(steps: u64) -> Self {
        Self { steps, end: 0.0 }
    }

    /// Down to this rate instead (`eta_min`).
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
}

/// From `start` to `end` along a half cosine, `step` of `steps` done.
fn anneal(start: f64, end: f64, step: f64, steps: f64) -> f32 {
    let part = if steps > 0.0 { step / steps } else { 1.0 };
    (end + (start - end) / 2.0 * (1.0 + (PI * part).cos())) as f32
}
