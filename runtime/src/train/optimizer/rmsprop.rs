//! Steps scaled by the root of a running mean of squares.

use super::{MOST_KEPT, Optimizer, Update};
use crate::error::Error;
use crate::simd::{flushed, simd_fn};
use crate::train::argument::Arguments;

/// RMSprop, as PyTorch defines it.
///
/// ```text
/// g ← g + decay·p;   v ← αv + (1 − α)g²;   a ← αa + (1 − α)g
/// d ← √(centered ? v − a² : v) + ε;   m ← momentum·m + g/d;   p ← p − rate·m
/// ```
///
/// Where the divisor is 0, since a parameter never had a gradient and ε is 0, the quotient counts as 0.
///
/// Tieleman and Hinton, lecture 6.5 of *Neural Networks for Machine Learning* (2012); centered: Graves
/// (2013), <https://arxiv.org/abs/1308.0850>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    rate: f32,
    smoothing: f32,
    epsilon: f32,
    momentum: f32,
    centered: bool,
    decay: f32,
}

impl RmsProp {
    /// RMSprop at that learning rate, with α = 0.99, ε = 10⁻⁸ and neither momentum nor weight decay.
    pub const fn new(rate: f32) -> Self {
        Self { rate, smoothing: 0.99, epsilon: 1e-8, momentum: 0.0, centered: false, decay: 0.0 }
    }

    /// How much of the running means a step keeps (α): from 0 to below 1.
    pub const fn smoothing(mut self, part: f32) -> Self {
        self.smoothing = part;
        self
    }

    /// What is added to the divisor, a number of at least 0.
    pub const fn epsilon(mut self, epsilon: f32) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// How much of the last step's movement is kept, from 0 to 1.
    pub const fn momentum(mut self, momentum: f32) -> Self {
        self.momentum = momentum;
        self
    }

    /// Divides by the gradient's deviation from its mean instead of its size.
    pub const fn centered(mut self) -> Self {
        self.centered = true;
        self
    }

    /// The factor of the parameters that is added to their gradients, at least 0.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.decay = decay;
        self
    }
}

impl Optimizer for RmsProp {
    fn rate(&self) -> f32 {
        self.rate
    }

    fn decay(&self) -> f32 {
        self.decay
    }

    fn kept(&self) -> usize {
        MOST_KEPT
    }

    fn update(
        &self,
        step: &Update<'_>,
        params: &mut [f32],
        gradients: &[f32],
        kept: [&mut [f32]; MOST_KEPT],
    ) {
        let factors = [step.rate, step.decay, self.smoothing, self.epsilon, self.momentum];
        rmsprop(factors, self.centered, params, gradients, kept);
    }

    fn check(&self) -> Result<(), Error> {
        let rmsprop = Arguments { owner: "RmsProp" };
        rmsprop.not_negative("rate", self.rate)?;
        let expected = "a number of at least 0 and below 1";
        rmsprop.check("smoothing", self.smoothing, expected, |part| (0.0..1.0).contains(&part))?;
        rmsprop.not_negative("epsilon", self.epsilon)?;
        rmsprop.part("momentum", self.momentum)?;
        rmsprop.not_negative("weight_decay", self.decay)
    }
}

simd_fn! {
    fn rmsprop<S elementwise>(
        s, factors: [f32; 5], centered: bool, params: &mut [f32], gradients: &[f32],
        kept: [&mut [f32]; MOST_KEPT],
    ) {
        let _ = s;
        let [rate, decay, smoothing, epsilon, momentum] = factors;
        let [square, mean, velocity] = kept;
        let least = (f32::MIN_POSITIVE / (1.0 - smoothing)).sqrt();
        let kept = square.iter_mut().zip(mean).zip(velocity);
        for ((p, &g), ((v, a), m)) in params.iter_mut().zip(gradients).zip(kept) {
            let g = g + decay * *p;
            let seen = if g.abs() < least { 0.0 } else { g };
            *v = flushed(smoothing * *v + (1.0 - smoothing) * seen * seen);
            *a = flushed(*a + (1.0 - smoothing) * (g - *a));
            // Rounding may take the difference below 0.
            let variance = if centered { (*v - *a * *a).max(0.0) } else { *v };
            let divisor = variance.sqrt() + epsilon;
            let quotient = if divisor == 0.0 { 0.0 } else { g / divisor };
            *m = flushed(momentum * *m + quotient);
            *p = flushed(*p - rate * *m);
        }
    }
}
