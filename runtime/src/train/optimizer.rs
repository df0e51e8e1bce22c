//! From gradients to parameters: loops over one contiguous slice each.

use crate::error::Error;
use crate::simd::{flushed, simd_fn};
use crate::train::argument::Arguments;

/// Changes parameters by their gradients.
///
/// ```
/// use cnn::train::{Optimizer, Sgd};
///
/// let mut params = [1.0, 2.0];
/// Sgd::new(0.5).step(0.5, &mut params, &[1.0, -1.0]);
/// assert_eq!(params, [0.5, 2.5]);
/// ```
pub trait Optimizer: Send {
    /// The learning rate it was made with, which a schedule scales.
    fn rate(&self) -> f32;

    /// One step at the learning rate `rate`. All trainable parameters of a network are one slice,
    /// their gradients another; the gaps between tensors are zero in both, and a trainer makes them
    /// zero again after the step. State is made at the first step, and anew should the number of
    /// parameters change.
    ///
    /// # Panics
    /// May panic if the slices differ in length.
    fn step(&mut self, rate: f32, params: &mut [f32], grads: &[f32]);

    /// Whether the optimizer was made with numbers that it can work with. A trainer asks before each
    /// step.
    ///
    /// # Errors
    /// It was not.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Stochastic gradient descent, with PyTorch's definition of momentum, Nesterov's momentum and
/// weight decay.
///
/// ```text
/// g ← g + decay·p;   m ← momentum·m + g;   p ← p − rate·(nesterov ? g + momentum·m : m)
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    rate: f32,
    momentum: f32,
    nesterov: bool,
    decay: f32,
    velocity: Vec<f32>,
}

impl Sgd {
    /// Plain gradient descent at that learning rate, a number of at least 0.
    pub const fn new(rate: f32) -> Self {
        Self { rate, momentum: 0.0, nesterov: false, decay: 0.0, velocity: Vec::new() }
    }

    /// How much of the last step's movement is kept, from 0 to 1.
    pub const fn momentum(mut self, momentum: f32) -> Self {
        self.momentum = momentum;
        self
    }

    /// Looks ahead along the momentum, which must then be above 0.
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

    fn check(&self) -> Result<(), Error> {
        let sgd = Arguments { owner: "Sgd" };
        sgd.not_negative("rate", self.rate)?;
        let from_0_to_1 = |momentum| (0.0..=1.0).contains(&momentum);
        sgd.check("momentum", self.momentum, "a number from 0 to 1", from_0_to_1)?;
        if self.nesterov {
            let expected = "a number above 0, since it is Nesterov's";
            sgd.check("momentum", self.momentum, expected, |momentum| momentum > 0.0)?;
        }
        sgd.not_negative("weight_decay", self.decay)
    }

    fn step(&mut self, rate: f32, params: &mut [f32], grads: &[f32]) {
        let Self { momentum, nesterov, decay, .. } = *self;
        if momentum == 0.0 {
            return pieces(params, grads, [], &|params, grads, []| {
                for (p, &g) in params.iter_mut().zip(grads) {
                    *p = flushed(*p - rate * (g + decay * *p));
                }
            });
        }
        self.velocity.resize(params.len(), 0.0);
        pieces(params, grads, [&mut self.velocity], &|params, grads, [velocity]| {
            sgd([rate, momentum, decay], nesterov, grads, params, velocity);
        });
    }
}

simd_fn! {
    /// A step with momentum, compiled for what the processor has.
    fn sgd<S>(s, factors: [f32; 3], nesterov: bool, grads: &[f32], params: &mut [f32], velocity: &mut [f32]) {
        let _ = s;
        let [rate, momentum, decay] = factors;
        for ((p, &g), m) in params.iter_mut().zip(grads).zip(velocity) {
            let g = g + decay * *p;
            *m = flushed(momentum * *m + g);
            *p = flushed(*p - rate * if nesterov { g + momentum * *m } else { *m });
        }
    }
}

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
#[derive(Clone, Debug)]
pub struct Adam {
    rate: f32,
    betas: (f32, f32),
    epsilon: f32,
    decay: f32,
    steps: i32,
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Adam {
    /// Adam at that learning rate, with β = (0.9, 0.999), ε = 10⁻⁸ and no weight decay.
    pub const fn new(rate: f32) -> Self {
        Self {
            rate,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            decay: 0.0,
            steps: 0,
            mean: Vec::new(),
            square: Vec::new(),
        }
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
    fn update(&mut self, rate: f32, coupled: f32, shrink: f32, params: &mut [f32], grads: &[f32]) {
        self.mean.resize(params.len(), 0.0);
        self.square.resize(params.len(), 0.0);
        self.steps = self.steps.saturating_add(1);
        let Self { betas: (b1, b2), epsilon, steps, .. } = *self;
        let scale = (f64::from(rate) / (1.0 - f64::from(b1).powi(steps))) as f32;
        let root = (1.0 - f64::from(b2).powi(steps)).sqrt() as f32;
        // The square of a smaller gradient, as it enters the mean, would be below the normal range.
        let least = (f32::MIN_POSITIVE / (1.0 - b2)).sqrt();
        pieces(
            params,
            grads,
            [&mut self.mean, &mut self.square],
            &|params, grads, [mean, square]| {
                for (((p, &g), m), v) in params.iter_mut().zip(grads).zip(mean).zip(square) {
                    let kept = *p * (1.0 - shrink);
                    let g = g + coupled * *p;
                    *m = flushed(*m + (1.0 - b1) * (g - *m));
                    let g = if g.abs() < least { 0.0 } else { g };
                    *v = flushed(b2 * *v + (1.0 - b2) * g * g);
                    let divisor = v.sqrt() / root + epsilon;
                    *p = flushed(if divisor == 0.0 { kept } else { kept - scale * *m / divisor });
                }
            },
        );
    }
}

impl Optimizer for Adam {
    fn rate(&self) -> f32 {
        self.rate
    }

    fn step(&mut self, rate: f32, params: &mut [f32], grads: &[f32]) {
        self.update(rate, self.decay, 0.0, params, grads);
    }

    fn check(&self) -> Result<(), Error> {
        self.check_as("Adam")
    }
}

/// Adam with weight decay apart from the gradient: `p ← p − rate·decay·p` before Adam's step.
///
/// Loshchilov and Hutter (2019), <https://arxiv.org/abs/1711.05101>.
#[derive(Clone, Debug)]
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

    fn step(&mut self, rate: f32, params: &mut [f32], grads: &[f32]) {
        self.0.update(rate, 0.0, rate * self.0.decay, params, grads);
    }

    fn check(&self) -> Result<(), Error> {
        self.0.check_as("AdamW")
    }
}

/// One piece of parameters, gradients and `K` states.
type Work<'w, const K: usize> = &'w (dyn Fn(&mut [f32], &[f32], [&mut [f32]; K]) + Sync);

/// Runs `work` on the elements in pieces, on several threads inside a pool. The elements are
/// independent of each other.
fn pieces<const K: usize>(
    params: &mut [f32],
    grads: &[f32],
    states: [&mut [f32]; K],
    work: Work<'_, K>,
) {
    const PIECE: usize = 1 << 15;
    assert_eq!(params.len(), grads.len(), "a gradient for each parameter");
    if params.len() <= PIECE || rayon::current_thread_index().is_none() {
        return work(params, grads, states);
    }
    let middle = params.len().next_power_of_two() / 2;
    let (params, more_params) = params.split_at_mut(middle);
    let (grads, more_grads) = grads.split_at(middle);
    let mut more_states = [(); K].map(|()| Default::default());
    let mut more = more_states.iter_mut();
    let states = states.map(|state| {
        let (state, rest) = state.split_at_mut(middle);
        if let Some(more) = more.next() {
            *more = rest;
        }
        state
    });
    rayon::join(
        || pieces(params, grads, states, work),
        || pieces(more_params, more_grads, more_states, work),
    );
}

#[cfg(test)]
#[allow(clippy::excessive_precision)] // the numbers are as printed
mod tests {
    use super::*;

    /// Three steps from fixed parameters with fixed gradients.
    ///
    /// ```python
    /// p = torch.tensor([1.0, -2.0, 0.5], requires_grad=True)
    /// o = torch.optim.SGD([p], 0.1)  # or another
    /// for t in range(3):
    ///     p.grad = torch.tensor([0.5, -1.0, 0.25]) * (t + 1) - 0.1 * t
    ///     o.step(); print(p.tolist())
    /// ```
    fn assert_steps(mut optimizer: impl Optimizer, expected: [[f32; 3]; 3]) {
        let mut params = [1.0, -2.0, 0.5];
        for (t, expected) in expected.into_iter().enumerate() {
            let t = t as f32;
            let grads = [0.5, -1.0, 0.25].map(|g| g * (t + 1.0) - 0.1 * t);
            let rate = optimizer.rate();
            optimizer.step(rate, &mut params, &grads);
            for (p, e) in params.iter().zip(expected) {
                assert!((p - e).abs() <= 3e-7 * e.abs().max(1.0), "{t}: {params:?} {expected:?}");
            }
        }
    }

    #[test]
    fn sgd() {
        let expected = [
            [0.94999999, -1.9, 0.47499999],
            [0.86000001, -1.6899999, 0.435],
            [0.73000002, -1.3699999, 0.38],
        ];
        assert_steps(Sgd::new(0.1), expected);
    }

    #[test]
    fn sgd_with_weight_decay() {
        let expected = [
            [0.949, -1.898, 0.4745],
            [0.858051, -1.686102, 0.4340255],
            [0.72719294, -1.3644159, 0.37859148],
        ];
        assert_steps(Sgd::new(0.1).weight_decay(0.01), expected);
    }

    #[test]
    fn sgd_with_momentum() {
        let expected = [
            [0.949, -1.898, 0.4745],
            [0.81215101, -1.5943021, 0.4110755],
            [0.55817479, -0.99937958, 0.29858238],
        ];
        assert_steps(Sgd::new(0.1).momentum(0.9).weight_decay(0.01), expected);
    }

    #[test]
    fn sgd_with_nesterovs_momentum() {
        let expected = [
            [0.90499997, -1.8099999, 0.45249999],
            [0.69349998, -1.3299999, 0.35624999],
            [0.33715001, -0.47899997, 0.20112498],
        ];
        assert_steps(Sgd::new(0.1).momentum(0.9).nesterov(), expected);
    }

    #[test]
    fn adam() {
        let expected = [
            [0.99000001, -1.99, 0.49000001],
            [0.98024148, -1.9804013, 0.48013884],
            [0.97055089, -1.970872, 0.47032785],
        ];
        assert_steps(Adam::new(0.01), expected);
    }

    #[test]
    fn adam_with_weight_decay() {
        let expected = [
            [0.99000001, -1.99, 0.49000004],
            [0.98004025, -1.9801407, 0.47998509],
            [0.96999705, -1.9701958, 0.46988147],
        ];
        let adam = Adam::new(0.01).betas(0.8, 0.99).epsilon(1e-6).weight_decay(0.1);
        assert_steps(adam, expected);
    }

    #[test]
    fn adamw() {
        let expected = [
            [0.98900002, -1.988, 0.48950002],
            [0.97825253, -1.9764134, 0.47914934],
            [0.96758372, -1.9649078, 0.46885923],
        ];
        assert_steps(AdamW::new(0.01).weight_decay(0.1), expected);
    }

    #[test]
    fn gaps_stay_zero() {
        let all: [Box<dyn Optimizer>; 5] = [
            Box::new(Sgd::new(0.1).momentum(0.9).weight_decay(0.1)),
            Box::new(Adam::new(0.1).weight_decay(0.1)),
            Box::new(AdamW::new(0.1)),
            Box::new(Adam::new(0.1).epsilon(0.0)),
            Box::new(AdamW::new(0.1).epsilon(0.0)),
        ];
        for mut optimizer in all {
            let mut params = [1.0, 0.0];
            for _ in 0..3 {
                optimizer.step(0.1, &mut params, &[1.0, 0.0]);
            }
            assert_eq!(params[1].to_bits(), 0);
        }
    }

    #[test]
    fn threads_do_not_change_the_step() {
        let n = 100_001;
        let start: Vec<f32> = (0..n).map(|i| (i as f32).sin()).collect();
        let grads: Vec<f32> = (0..n).map(|i| (i as f32).cos()).collect();
        let steps = || {
            let (mut params, mut adam) = (start.clone(), Adam::new(0.1));
            (0..3).for_each(|_| adam.step(0.1, &mut params, &grads));
            params
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("three threads");
        assert_eq!(steps(), pool.install(steps));
    }
}
