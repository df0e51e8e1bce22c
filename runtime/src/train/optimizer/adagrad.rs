//! Steps that get shorter with all that was moved before.

use super::{MOST_KEPT, Optimizer, Update};
use crate::error::Error;
use crate::simd::{flushed, simd_fn};
use crate::train::argument::Arguments;

/// Adagrad, as PyTorch defines it.
///
/// ```text
/// g ← g + decay·p;   v ← v + g²;   p ← p − rate/(1 + (t − 1)·slowing) · g/(√v + ε)
/// ```
///
/// Where the divisor is 0, since a parameter never had a gradient and ε is 0, it stays where it is.
///
/// Duchi, Hazan and Singer (2011), <https://jmlr.org/papers/v12/duchi11a.html>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad {
    rate: f32,
    slowing: f32,
    epsilon: f32,
    decay: f32,
}

impl Adagrad {
    /// Adagrad at that learning rate, with ε = 10⁻¹⁰ and neither slowing nor weight decay.
    pub const fn new(rate: f32) -> Self {
        Self { rate, slowing: 0.0, epsilon: 1e-10, decay: 0.0 }
    }

    /// How much faster the rate falls (`lr_decay`), at least 0.
    pub const fn slowing(mut self, slowing: f32) -> Self {
        self.slowing = slowing;
        self
    }

    /// What is added to the divisor, a number of at least 0.
    pub const fn epsilon(mut self, epsilon: f32) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// The factor of the parameters that is added to their gradients, at least 0.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.decay = decay;
        self
    }
}

impl Optimizer for Adagrad {
    fn rate(&self) -> f32 {
        self.rate
    }

    fn decay(&self) -> f32 {
        self.decay
    }

    fn kept(&self) -> usize {
        1
    }

    fn update(
        &self,
        step: &Update<'_>,
        params: &mut [f32],
        gradients: &[f32],
        [sum, ..]: [&mut [f32]; MOST_KEPT],
    ) {
        let slower = 1.0 + (step.step - 1) as f64 * f64::from(self.slowing);
        let rate = (f64::from(step.rate) / slower) as f32;
        adagrad([rate, step.decay, self.epsilon], params, gradients, sum);
    }

    fn check(&self) -> Result<(), Error> {
        let adagrad = Arguments { owner: "Adagrad" };
        adagrad.not_negative("rate", self.rate)?;
        adagrad.not_negative("slowing", self.slowing)?;
        adagrad.not_negative("epsilon", self.epsilon)?;
        adagrad.not_negative("weight_decay", self.decay)
    }
}

simd_fn! {
    fn adagrad<S elementwise>(
        s, factors: [f32; 3], params: &mut [f32], gradients: &[f32], sum: &mut [f32],
    ) {
        let _ = s;
        let [rate, decay, epsilon] = factors;
        for ((p, &g), v) in params.iter_mut().zip(gradients).zip(sum) {
            let g = g + decay * *p;
            *v = flushed(*v + g * g);
            let divisor = v.sqrt() + epsilon;
            *p = flushed(if divisor == 0.0 { *p } else { *p - rate * g / divisor });
        }
    }
}
