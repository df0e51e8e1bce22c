//! Steps in proportion to the size of a layer's weights.

use super::{MOST_KEPT, Optimizer, Update};
use crate::error::Error;
use crate::simd::{flushed, simd_fn};
use crate::train::argument::Arguments;

/// LARS, for large batches: gradient descent with momentum in which each tensor of two or more dimensions
/// has a learning rate of its own, in proportion to its size and to how small its gradient is.
///
/// ```text
/// g ← g + decay·p;   m ← momentum·m + rate·trust·‖p‖/(‖g₀‖ + decay·‖p‖)·g;   p ← p − m
/// ```
///
/// Here `g₀` is the gradient without the decay. Tensors of one dimension, which are biases and the weights of
/// norms, and those whose size or gradient is 0, have the factor 1 in place of the quotient.
///
/// You, Gitman and Ginsburg (2017), <https://arxiv.org/abs/1708.03888>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lars {
    rate: f32,
    momentum: f32,
    trust: f32,
    decay: f32,
}

impl Lars {
    /// LARS at that learning rate, with a momentum of 0.9, a trust of 0.001 and no weight decay.
    pub const fn new(rate: f32) -> Self {
        Self { rate, momentum: 0.9, trust: 0.001, decay: 0.0 }
    }

    /// How much of the last step's movement is kept, from 0 to 1.
    pub const fn momentum(mut self, momentum: f32) -> Self {
        self.momentum = momentum;
        self
    }

    /// The part of its size that a tensor moves by at most in a step at the rate 1, a number above 0.
    pub const fn trust(mut self, trust: f32) -> Self {
        self.trust = trust;
        self
    }

    /// The factor of the parameters that is added to their gradients, at least 0.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.decay = decay;
        self
    }
}

impl Optimizer for Lars {
    fn rate(&self) -> f32 {
        self.rate
    }

    fn decay(&self) -> f32 {
        self.decay
    }

    fn kept(&self) -> usize {
        1
    }

    fn whole_tensors(&self) -> bool {
        true
    }

    fn update(
        &self,
        step: &Update<'_>,
        params: &mut [f32],
        gradients: &[f32],
        [velocity, ..]: [&mut [f32]; MOST_KEPT],
    ) {
        let norm = |x: &[f32]| x.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        let (size, gradient) = (norm(params), norm(gradients));
        let local = if step.dims.len() < 2 || size == 0.0 || gradient == 0.0 {
            1.0
        } else {
            f64::from(self.trust) * size / (gradient + f64::from(step.decay) * size)
        };
        let rate = (f64::from(step.rate) * local) as f32;
        lars([rate, step.decay, self.momentum], params, gradients, velocity);
    }

    fn check(&self) -> Result<(), Error> {
        let lars = Arguments { owner: "Lars" };
        lars.not_negative("rate", self.rate)?;
        lars.part("momentum", self.momentum)?;
        lars.positive("trust", self.trust)?;
        lars.not_negative("weight_decay", self.decay)
    }
}

simd_fn! {
    fn lars<S elementwise>(
        s, factors: [f32; 3], params: &mut [f32], gradients: &[f32], velocity: &mut [f32],
    ) {
        let _ = s;
        let [rate, decay, momentum] = factors;
        for ((p, &g), m) in params.iter_mut().zip(gradients).zip(velocity) {
            *m = flushed(momentum * *m + rate * (g + decay * *p));
            *p = flushed(*p - *m);
        }
    }
}
