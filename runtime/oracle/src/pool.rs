//! Pooling: the largest, or the mean, of each window.

use super::{Axis, Gradients, Layer, Real, Tensor, Window};

pub(super) fn output_dims(window: &Window, [n, c, height, width]: [usize; 4]) -> [usize; 4] {
    [n, c, window[0].windows(height), window[1].windows(width)]
}

/// The elements of the image that the window of the output `[n, c, i, j]` covers, in order.
pub(super) fn covered(
    window: &Window,
    dims: [usize; 4],
    [n, c, i, j]: [usize; 4],
) -> Vec<[usize; 4]> {
    let [vertical, horizontal] = window;
    let mut all = vec![];
    for a in 0..vertical.kernel {
        for b in 0..horizontal.kernel {
            let row = vertical.inside(i, a, dims[2]);
            let column = horizontal.inside(j, b, dims[3]);
            if let (Some(row), Some(column)) = (row, column) {
                all.push([n, c, row, column]);
            }
        }
    }
    all
}

/// The largest element of each window; padding is -∞.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    /// Rows and columns of the window.
    pub window: Window,
}

impl MaxPool {
    /// Where the largest element is: the first of several equal ones, and, as in PyTorch, the last
    /// NaN if there is one.
    fn largest<T: Real>(&self, x: &Tensor<T>, output: [usize; 4]) -> [usize; 4] {
        let elements = covered(&self.window, x.dims, output);
        let mut best = elements[0];
        for at in elements {
            let is_nan = x[at].to_f64().is_nan();
            if x[at] > x[best] || is_nan {
                best = at;
            }
        }
        best
    }
}

impl<T: Real> Layer<T> for MaxPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        Tensor::from_fn(output_dims(&self.window, x.dims), |at| x[self.largest(x, at)])
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

/// The mean of each window; padding is 0.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool {
    /// Rows and columns of the window.
    pub window: Window,
    /// Whether padding counts in the divisor. What lies beyond the padding never does.
    pub count_pad: bool,
}

impl AvgPool {
    fn divisor<T: Real>(&self, dims: [usize; 4], [_, _, i, j]: [usize; 4]) -> T {
        let along = |axis: &Axis, window: usize, n: usize| {
            let end = (n + axis.pad[1]) as isize;
            let counts = |&k: &usize| match self.count_pad {
                true => axis.position(window, k) < end,
                false => axis.inside(window, k, n).is_some(),
            };
            (0..axis.kernel).filter(counts).count()
        };
        let [vertical, horizontal] = &self.window;
        T::of((along(vertical, i, dims[2]) * along(horizontal, j, dims[3])) as f64)
    }
}

impl<T: Real> Layer<T> for AvgPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        Tensor::from_fn(output_dims(&self.window, x.dims), |at| {
            let sum: T = covered(&self.window, x.dims, at).into_iter().map(|i| x[i]).sum();
            sum / self.divisor(x.dims, at)
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let dims = inputs[0].dims;
        let mut d_x = Tensor::zeros(dims);
        for at in d_output.indices() {
            for i in covered(&self.window, dims, at) {
                d_x[i] += d_output[at] / self.divisor(dims, at);
            }
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// The mean of each channel.
#[derive(Clone, Copy, Debug)]
pub struct GlobalAvgPool;

impl<T: Real> Layer<T> for GlobalAvgPool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let [images, channels, height, width] = x.dims;
        let mut y = Tensor::zeros([images, channels, 1, 1]);
        for at @ [n, c, ..] in x.indices() {
            y[[n, c, 0, 0]] += x[at] / T::of((height * width) as f64);
        }
        y
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let dims @ [_, _, height, width] = inputs[0].dims;
        let d_x = Tensor::from_fn(dims, |[n, c, ..]| {
            d_output[[n, c, 0, 0]] / T::of((height * width) as f64)
        });
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}
