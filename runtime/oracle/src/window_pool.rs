//! Pooling by other functions of a window than its largest element and its mean.

use super::pool::{covered, output_dims};
use super::{Gradients, Layer, Real, Tensor, Window};

/// The sum of each window; padding is 0.
#[derive(Clone, Copy, Debug)]
pub struct SumPool {
    /// Rows and columns of the window.
    pub window: Window,
}

impl<T: Real> Layer<T> for SumPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        Tensor::from_fn(output_dims(&self.window, x.dims), |at| {
            covered(&self.window, x.dims, at).into_iter().map(|i| x[i]).sum()
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_x = Tensor::zeros(inputs[0].dims);
        for at in d_output.indices() {
            for i in covered(&self.window, d_x.dims, at) {
                d_x[i] += d_output[at];
            }
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// The p-norm of each window, `(Σ |x|ᵖ)^(1/p)`; padding is 0. Where the norm is 0, so is its
/// gradient.
#[derive(Clone, Copy, Debug)]
pub struct LpPool {
    /// Rows and columns of the window.
    pub window: Window,
    /// The exponent, at least 1.
    pub p: f64,
}

/// `xᵖ` of a number that is not negative.
fn power<T: Real>(x: T, p: f64) -> T {
    if p == 0.0 { T::of(1.0) } else { (T::of(p) * x.ln()).exp() }
}

fn size<T: Real>(x: T) -> T {
    if x < T::of(0.0) { -x } else { x }
}

impl<T: Real> Layer<T> for LpPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        Tensor::from_fn(output_dims(&self.window, x.dims), |at| {
            let elements = covered(&self.window, x.dims, at).into_iter();
            power(elements.map(|i| power(size(x[i]), self.p)).sum(), 1.0 / self.p)
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let (x, zero) = (&inputs[0], T::of(0.0));
        let y = self.forward(&[], inputs);
        let mut d_x = Tensor::zeros(x.dims);
        for at in d_output.indices().filter(|&at| y[at] != zero) {
            for i in covered(&self.window, x.dims, at).into_iter().filter(|&i| x[i] != zero) {
                let slope = power(size(x[i]) / y[at], self.p - 1.0);
                d_x[i] += d_output[at] * if x[i] < zero { -slope } else { slope };
            }
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// The product of each window; padding is 1.
#[derive(Clone, Copy, Debug)]
pub struct ProdPool {
    /// Rows and columns of the window.
    pub window: Window,
}

impl<T: Real> Layer<T> for ProdPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        Tensor::from_fn(output_dims(&self.window, x.dims), |at| {
            let elements = covered(&self.window, x.dims, at).into_iter();
            elements.fold(T::of(1.0), |product, i| product * x[i])
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let x = &inputs[0];
        let mut d_x = Tensor::zeros(x.dims);
        for at in d_output.indices() {
            let elements = covered(&self.window, x.dims, at);
            for &i in &elements {
                let others = elements.iter().filter(|&&other| other != i);
                d_x[i] += others.fold(d_output[at], |product, &other| product * x[other]);
            }
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}
