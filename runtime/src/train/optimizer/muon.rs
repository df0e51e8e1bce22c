//! Steps whose matrix has no small and no large directions.

use super::{MOST_KEPT, Optimizer, Sgd, Update};
use crate::error::Error;
use crate::simd::flushed;
use crate::train::argument::Arguments;
use ndarray::{Array2, ArrayView2};

/// Muon: gradient descent with Nesterov's momentum whose steps are made orthogonal, for the weights of
/// convolutions and dense layers as matrices of outputs × inputs.
///
/// ```text
/// m ← momentum·m + g;   u ← g + momentum·m;   p ← p·(1 − rate·decay) − rate·scale·orthogonal(u)
/// ```
///
/// The singular values of `u` become about 1 by a few steps of a Newton–Schulz iteration of fifth degree, and
/// `scale` is √max(1, rows/columns). Tensors of one dimension are for another optimizer, in a
/// [`Group`](crate::train::Group) of their own; here they take a step of [`Sgd`] with the same momentum.
///
/// Jordan, *Muon: An optimizer for hidden layers in neural networks* (2024),
/// <https://kellerjordan.github.io/posts/muon/>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Muon {
    rate: f32,
    momentum: f32,
    iterations: usize,
    unit: bool,
    decay: f32,
}

/// The coefficients of the iteration `x ← a·x + (b·xxᵀ + c·(xxᵀ)²)·x`.
const ITERATION: [f32; 3] = [3.4445, -4.775, 2.0315];

impl Muon {
    /// Muon at that learning rate, with a momentum of 0.95, five iterations and no weight decay.
    pub const fn new(rate: f32) -> Self {
        Self { rate, momentum: 0.95, iterations: 5, unit: false, decay: 0.0 }
    }

    /// How much of the last steps' movement is kept, from 0 to 1.
    pub const fn momentum(mut self, momentum: f32) -> Self {
        self.momentum = momentum;
        self
    }

    /// Steps of the Newton–Schulz iteration, from 1 to 100.
    pub const fn iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }

    /// Before each step, gives a matrix the length √rows, and leaves the scale of the step out: for weights
    /// that a norm follows, whose length changes nothing.
    pub const fn unit_rows(mut self) -> Self {
        self.unit = true;
        self
    }

    /// The part of the parameters, per unit of learning rate, that a step takes away, at least 0.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.decay = decay;
        self
    }
}

impl Optimizer for Muon {
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
        [velocity, second, third]: [&mut [f32]; MOST_KEPT],
    ) {
        let [rows, inner @ ..] = step.dims else { return };
        if inner.is_empty() {
            let sgd = Sgd::new(step.rate).momentum(self.momentum).nesterov();
            return sgd.update(step, params, gradients, [velocity, second, third]);
        }
        let (rows, columns) = (*rows, inner.iter().product::<usize>());
        let mut ahead = Array2::zeros((rows, columns));
        for ((u, &g), m) in ahead.iter_mut().zip(gradients).zip(velocity) {
            *m = flushed(self.momentum * *m + g);
            *u = g + self.momentum * *m;
        }
        let direction = orthogonal(ahead, self.iterations);
        let (mut shrink, mut rate) = (1.0 - step.rate * step.decay, step.rate);
        if self.unit {
            let size = length(params);
            if size > 0.0 {
                shrink *= ((rows as f64).sqrt() / size) as f32;
            }
        } else {
            rate *= (rows as f32 / columns as f32).max(1.0).sqrt();
        }
        for (p, d) in params.iter_mut().zip(&direction) {
            *p = flushed(*p * shrink - rate * d);
        }
    }

    fn check(&self) -> Result<(), Error> {
        let muon = Arguments { owner: "Muon" };
        muon.not_negative("rate", self.rate)?;
        let expected = "a number above 0 and at most 1";
        muon.check("momentum", self.momentum, expected, |m| m > 0.0 && m <= 1.0)?;
        muon.check("iterations", self.iterations, "a number from 1 to 100", |n| {
            (1..=100).contains(&n)
        })?;
        muon.not_negative("weight_decay", self.decay)
    }
}

/// The root of the sum of squares.
fn length(x: &[f32]) -> f64 {
    x.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt()
}

/// The matrix with singular values near 1 in place of its own, which are positive; zeros stay zeros.
fn orthogonal(mut x: Array2<f32>, iterations: usize) -> Array2<f32> {
    // The products are of the smaller side.
    let tall = x.nrows() > x.ncols();
    if tall {
        x = x.reversed_axes();
    }
    let squares = x.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    let size = squares.sqrt() + 1e-7;
    x.mapv_inplace(|x| (f64::from(x) / size) as f32);
    let [a, b, c] = ITERATION;
    for _ in 0..iterations {
        let view: ArrayView2<'_, f32> = x.view();
        let square = view.dot(&view.t());
        let polynomial = &square * b + square.dot(&square) * c;
        x = &x * a + polynomial.dot(&x);
    }
    if tall { x.reversed_axes() } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_of_any_shape_have_singular_values_near_one() {
        for (rows, columns) in [(3, 7), (7, 3), (4, 4), (1, 5), (5, 1)] {
            let numbers = (0..rows * columns).map(|i| ((i * i * 7 + 3) % 11) as f32 / 5.0 - 1.0);
            let x = Array2::from_shape_vec((rows, columns), numbers.collect()).expect("its size");
            let y = orthogonal(x, 12);
            assert_eq!(y.dim(), (rows, columns));
            let small = if rows < columns { y.dot(&y.t()) } else { y.t().dot(&y) };
            for ((i, j), &p) in small.indexed_iter() {
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((p - expected).abs() < 0.6, "{rows}x{columns}: {small}");
            }
        }
        assert_eq!(orthogonal(Array2::zeros((2, 3)), 5), Array2::<f32>::zeros((2, 3)));
    }
}
