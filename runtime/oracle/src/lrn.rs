//! Local response normalization.

use super::{Gradients, Layer, Real, Tensor};

/// `x / (k + alpha · mean of the squares of size channels)^beta`, where the channels that are not
/// there count as zeros; even windows have one channel more before than after.
#[derive(Clone, Copy, Debug)]
pub struct Lrn {
    /// Channels of a window.
    pub size: usize,
    /// Weight of the mean.
    pub alpha: f64,
    /// The exponent.
    pub beta: f64,
    /// What is added to the mean.
    pub k: f64,
}

impl Lrn {
    /// Whether channel `j` is in the window of channel `c`.
    fn sees(&self, c: usize, j: usize) -> bool {
        j + self.size / 2 >= c && j < c + self.size - self.size / 2
    }

    fn divisor<T: Real>(&self, x: &Tensor<T>, [n, c, i, j]: [usize; 4]) -> T {
        let seen = (0..x.dims[1]).filter(|&other| self.sees(c, other));
        let squares: T = seen.map(|other| x[[n, other, i, j]] * x[[n, other, i, j]]).sum();
        T::of(self.k) + T::of(self.alpha / self.size as f64) * squares
    }
}

/// `dᵉ`
fn power<T: Real>(d: T, e: f64) -> T {
    (d.ln() * T::of(e)).exp()
}

impl<T: Real> Layer<T> for Lrn {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        Tensor::from_fn(x.dims, |at| x[at] * power(self.divisor(x, at), -self.beta))
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let x = &inputs[0];
        let mut d_x = Tensor::zeros(x.dims);
        for at @ [n, c, i, j] in x.indices() {
            let d = self.divisor(x, at);
            d_x[at] += d_output[at] * power(d, -self.beta);
            let factor = T::of(-2.0 * self.alpha * self.beta / self.size as f64);
            let term = factor * d_output[at] * x[at] * power(d, -self.beta - 1.0);
            for other in (0..x.dims[1]).filter(|&other| self.sees(c, other)) {
                d_x[[n, other, i, j]] += term * x[[n, other, i, j]];
            }
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}
