//! Gradient descent.

use super::{MOST_KEPT, Optimizer, Update};
use crate::error::Error;
use crate::simd::{flushed, simd_fn};
use crate::train::argument::Arguments;

/// Stochastic gradient descent, with PyTorch's definition of momentum, dampening, Nesterov's momentum and
/// weight decay.
///
/// ```text
/// g ← g + decay·p;   m ← momentum·m + (1 − dampening)·g, at first g
/// p ← p − rate·(nesterov ? g + momentum·m : m)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    rate: f32,
    momentum: f32,
    dampening: f32,
    nesterov: bool,
    decay: f32,
}

impl Sgd {
    /// Plain gradient descent at that learning rate, a number of at least 0.
    pub const fn new(rate: f32) -> Self {
        Self { rate, momentum: 0.0, dampening: 0.0, nesterov: false, decay: 0.0 }
    }

    /// How much of the last step's movement is kept, from 0 to 1.
    pub const fn momentum(mut self, momentum: f32) -> Self {
        self.momentum = momentum;
        self
    }

    /// How much less of the gradient enters the movement, from 0 to 1.
    pub const fn dampening(mut self, dampening: f32) -> Self {
        self.dampening = dampening;
        self
    }

    /// Looks ahead along the momentum, which must then be above 0, without dampening.
    pub const fn nesterov(mut self) -> Self {
        self.nesterov = true;
        self
    }

    /// The factor of the parameters that is added to their gradients, at least 0.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.decay = decay;
        self
    }
}

impl Optimizer for Sgd {
    fn rate(&self) -> f32 {
        self.rate
    }

    fn decay(&self) -> f32 {
        self.decay
    }

    fn kept(&self) -> usize {
        usize::from(self.momentum != 0.0)
    }

    fn update(
        &self,
        step: &Update<'_>,
        params: &mut [f32],
        gradients: &[f32],
        [velocity, ..]: [&mut [f32]; MOST_KEPT],
    ) {
        if self.momentum == 0.0 {
            return plain(step.rate, step.decay, params, gradients);
        }
        let part = if step.step == 1 { 1.0 } else { 1.0 - self.dampening };
        let factors = [step.rate, step.decay, self.momentum, part];
        momentum(factors, self.nesterov, params, gradients, velocity);
    }

    fn check(&self) -> Result<(), Error> {
        let sgd = Arguments { owner: "Sgd" };
        sgd.not_negative("rate", self.rate)?;
        sgd.part("momentum", self.momentum)?;
        sgd.part("dampening", self.dampening)?;
        if self.nesterov {
            let expected = "a number above 0, since it is Nesterov's";
            sgd.check("momentum", self.momentum, expected, |momentum| momentum > 0.0)?;
            let expected = "0, since the momentum is Nesterov's";
            sgd.check("dampening", self.dampening, expected, |dampening| dampening == 0.0)?;
        }
        sgd.not_negative("weight_decay", self.decay)
    }
}

simd_fn! {
    fn plain<S elementwise>(s, rate: f32, decay: f32, params: &mut [f32], gradients: &[f32]) {
        let _ = s;
        for (p, &g) in params.iter_mut().zip(gradients) {
            *p = flushed(*p - rate * (g + decay * *p));
        }
    }

    fn momentum<S elementwise>(
        s, factors: [f32; 4], nesterov: bool, params: &mut [f32], gradients: &[f32], velocity: &mut [f32],
    ) {
        let _ = s;
        let [rate, decay, momentum, part] = factors;
        for ((p, &g), m) in params.iter_mut().zip(gradients).zip(velocity) {
            let g = g + decay * *p;
            *m = flushed(momentum * *m + part * g);
            *p = flushed(*p - rate * if nesterov { g + momentum * *m } else { *m });
        }
    }
}
