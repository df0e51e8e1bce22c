//! Steps scaled by running means.

use super::{MOST_KEPT, Optimizer, Update};
use crate::error::Error;
use crate::simd::{flushed, simd_fn};
use crate::train::argument::Arguments;

/// Adam: steps scaled by running means of the gradient and of its square, as PyTorch defines it.
///
/// ```text
/// g ← g + decay·p;   m ← β₁m + (1 − β₁)g;   v ← β₂v + (1 − β₂)g²
/// p ← p − rate/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
/// ```
///
/// With ε = 0, a parameter whose divisor is 0, since it never had a gradient, stays where it is.
///
/// Kingma and Ba (2015), <https://arxiv.org/abs/1412.6980>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    rate: f32,
    betas: (f32, f32),
    epsilon: f32,
    decay: f32,
}

impl Adam {
    /// Adam at that learning rate, with β = (0.9, 0.999), ε = 10⁻⁸ and no weight decay.
    pub const fn new(rate: f32) -> Self {
        Self { rate, betas: (0.9, 0.999), epsilon: 1e-8, decay: 0.0 }
    }

    /// How much of the running mean of the gradient, and of its square, a step keeps: from 0 to
    /// below 1.
    pub const fn betas(mut self, mean: f32, square: f32) -> Self {
        self.betas = (mean, square);
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

    /// [`Optimizer::check`] under that name.
    fn check_as(&self, owner: &'static str) -> Result<(), Error> {
        let adam = Arguments { owner };
        adam.not_negative("rate", self.rate)?;
        for beta in [self.betas.0, self.betas.1] {
            let expected = "two numbers of at least 0 and below 1";
            adam.check("betas", beta, expected, |beta| (0.0..1.0).contains(&beta))?;
        }
        adam.not_negative("epsilon", self.epsilon)?;
        adam.not_negative("weight_decay", self.decay)
    }

    /// A step in which the gradient gets `coupled` times, and the parameters lose `shrink` times
    /// the parameters.
    fn step(
        &self,
        step: &Update<'_>,
        [coupled, shrink]: [f32; 2],
        params: &mut [f32],
        gradients: &[f32],
        [mean, square, _]: [&mut [f32]; MOST_KEPT],
    ) {
        let (b1, b2) = self.betas;
        let t = i32::try_from(step.step).unwrap_or(i32::MAX);
        let scale = (f64::from(step.rate) / (1.0 - f64::from(b1).powi(t))) as f32;
        let root = (1.0 - f64::from(b2).powi(t)).sqrt() as f32;
        let factors = [b1, b2, self.epsilon, coupled, shrink, scale, root];
        adam(factors, params, gradients, mean, square);
    }
}

impl Optimizer for Adam {
    fn rate(&self) -> f32 {
        self.rate
    }

    fn decay(&self) -> f32 {
        self.decay
    }

    fn kept(&self) -> usize {
        2
    }

    fn update(
        &self,
        step: &Update<'_>,
        params: &mut [f32],
        gradients: &[f32],
        kept: [&mut [f32]; MOST_KEPT],
    ) {
        self.step(step, [step.decay, 0.0], params, gradients, kept);
    }

    fn check(&self) -> Result<(), Error> {
        self.check_as("Adam")
    }
}

/// Adam with weight decay apart from the gradient: `p ← p − rate·decay·p` before Adam's step.
///
/// Loshchilov and Hutter (2019), <https://arxiv.org/abs/1711.05101>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW(Adam);

impl AdamW {
    /// AdamW at that learning rate, with a weight decay of 0.01 and otherwise as [`Adam::new`].
    pub const fn new(rate: f32) -> Self {
        Self(Adam::new(rate).weight_decay(0.01))
    }

    /// As [`Adam::betas`].
    pub const fn betas(mut self, mean: f32, square: f32) -> Self {
        self.0.betas = (mean, square);
        self
    }

    /// As [`Adam::epsilon`].
    pub const fn epsilon(mut self, epsilon: f32) -> Self {
        self.0.epsilon = epsilon;
        self
    }

    /// The part of the parameters, per unit of learning rate, that a step takes away, at least 0.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.0.decay = decay;
        self
    }
}

impl Optimizer for AdamW {
    fn rate(&self) -> f32 {
        self.0.rate
    }

    fn decay(&self) -> f32 {
        self.0.decay
    }

    fn kept(&self) -> usize {
        2
    }

    fn update(
        &self,
        step: &Update<'_>,
        params: &mut [f32],
        gradients: &[f32],
        kept: [&mut [f32]; MOST_KEPT],
    ) {
        self.0.step(step, [0.0, step.rate * step.decay], params, gradients, kept);
    }

    fn check(&self) -> Result<(), Error> {
        self.0.check_as("AdamW")
    }
}

simd_fn! {
    fn adam<S elementwise>(
        s, factors: [f32; 7], params: &mut [f32], gradients: &[f32], mean: &mut [f32], square: &mut [f32],
    ) {
        let _ = s;
        let [b1, b2, epsilon, coupled, shrink, scale, root] = factors;
        // The square of a smaller gradient, as it enters the mean, would be below the normal range.
        let least = (f32::MIN_POSITIVE / (1.0 - b2)).sqrt();
        for (((p, &g), m), v) in params.iter_mut().zip(gradients).zip(mean).zip(square) {
            let kept = *p * (1.0 - shrink);
            let g = g + coupled * *p;
            *m = flushed(*m + (1.0 - b1) * (g - *m));
            let g = if g.abs() < least { 0.0 } else { g };
            *v = flushed(b2 * *v + (1.0 - b2) * g * g);
            let divisor = v.sqrt() / root + epsilon;
            *p = flushed(if divisor == 0.0 { kept } else { kept - scale * *m / divisor });
        }
    }
}
