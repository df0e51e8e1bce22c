//! Adaptive and global pooling: windows that share the image out.

use super::{Gradients, Layer, Real, Tensor};

/// The elements that count for the output `[n, c, i, j]` of `size`: of `N` rows, those from
/// `floor(i·N/O)` to, but without, `ceil((i + 1)·N/O)`.
fn covered(size: [usize; 2], dims: [usize; 4], [n, c, i, j]: [usize; 4]) -> Vec<[usize; 4]> {
    let counts = |position: usize, at: usize, n: usize, outputs: usize| {
        // Without rounding: the position's interval of length 1 meets the output's of length N/O.
        (position + 1) * outputs > at * n && position * outputs < (at + 1) * n
    };
    let [_, _, height, width] = dims;
    let mut all = vec![];
    for row in (0..height).filter(|&row| counts(row, i, height, size[0])) {
        for column in (0..width).filter(|&column| counts(column, j, width, size[1])) {
            all.push([n, c, row, column]);
        }
    }
    all
}

/// The mean under windows that share the image out.
#[derive(Clone, Copy, Debug)]
pub struct AdaptiveAvgPool {
    /// Height and width of the output.
    pub size: [usize; 2],
}

impl<T: Real> Layer<T> for AdaptiveAvgPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let [n, c, ..] = x.dims;
        Tensor::from_fn([n, c, self.size[0], self.size[1]], |at| {
            let elements = covered(self.size, x.dims, at);
            let count = T::of(elements.len() as f64);
            elements.into_iter().map(|i| x[i]).sum::<T>() / count
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_x = Tensor::zeros(inputs[0].dims);
        for at in d_output.indices() {
            let elements = covered(self.size, d_x.dims, at);
            for &i in &elements {
                d_x[i] += d_output[at] / T::of(elements.len() as f64);
            }
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// The largest element under windows that share the image out.
#[derive(Clone, Copy, Debug)]
pub struct AdaptiveMaxPool {
    /// Height and width of the output.
    pub size: [usize; 2],
}

impl AdaptiveMaxPool {
    /// Where the largest element is: the first of several equal ones, and, as in PyTorch, the last
    /// NaN if there is one.
    fn largest<T: Real>(&self, x: &Tensor<T>, output: [usize; 4]) -> [usize; 4] {
        let elements = covered(self.size, x.dims, output);
        let mut best = elements[0];
        for at in elements {
            if x[at] > x[best] || x[at].to_f64().is_nan() {
                best = at;
            }
        }
        best
    }
}

impl<T: Real> Layer<T> for AdaptiveMaxPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let [n, c, ..] = x.dims;
        Tensor::from_fn([n, c, self.size[0], self.size[1]], |at| x[self.largest(x, at)])
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let x = &inputs[0];
        let mut d_x = Tensor::zeros(x.dims);
        for at in d_output.indices() {
            d_x[self.largest(x, at)] += d_output[at];
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// The largest element of each channel.
#[derive(Clone, Copy, Debug)]
pub struct GlobalMaxPool;

impl<T: Real> Layer<T> for GlobalMaxPool {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        AdaptiveMaxPool { size: [1, 1] }.forward(params, inputs)
    }

    fn backward(&self, params: &[Vec<T>], inputs: &[Tensor<T>], d: &Tensor<T>) -> Gradients<T> {
        AdaptiveMaxPool { size: [1, 1] }.backward(params, inputs, d)
    }
}
