//! Softmax over the channels at each position, its logarithm, and cross entropy.

use super::{Gradients, Layer, Real, Tensor};

/// `e^x[c] / Σ e^x[k]`
#[derive(Clone, Copy, Debug)]
pub struct Softmax;

/// `x[c] - ln Σ e^x[k]`
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax;

/// The channel `c` at the same image and position.
fn channel([n, _, i, j]: [usize; 4], c: usize) -> [usize; 4] {
    [n, c, i, j]
}

fn log_softmax<T: Real>(x: &Tensor<T>) -> Tensor<T> {
    Tensor::from_fn(x.dims, |at| {
        let all = (0..x.dims[1]).map(|c| x[channel(at, c)]);
        let largest = all.clone().fold(x[at], |a, b| if b > a { b } else { a });
        let sum: T = all.map(|x| (x - largest).exp()).sum();
        x[at] - largest - sum.ln()
    })
}

impl<T: Real> Layer<T> for Softmax {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        log_softmax(&inputs[0]).map(T::exp)
    }

    /// `d_x[c] = y[c] · (d_y[c] - Σ d_y[k] y[k])`
    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let y = self.forward(&[], inputs);
        let d_x = Tensor::from_fn(y.dims, |at| {
            let sum = (0..y.dims[1]).map(|c| d_output[channel(at, c)] * y[channel(at, c)]).sum();
            y[at] * (d_output[at] - sum)
        });
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

impl<T: Real> Layer<T> for LogSoftmax {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        log_softmax(&inputs[0])
    }

    /// `d_x[c] = d_y[c] - e^y[c] · Σ d_y[k]`
    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let y = log_softmax(&inputs[0]);
        let d_x = Tensor::from_fn(y.dims, |at| {
            let sum = (0..y.dims[1]).map(|c| d_output[channel(at, c)]).sum();
            d_output[at] - y[at].exp() * sum
        });
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// The mean over the batch of `-ln softmax(x)[label]`: one number.
#[derive(Clone, Debug)]
pub struct CrossEntropy {
    /// The right class of each image.
    pub labels: Vec<usize>,
}

impl<T: Real> Layer<T> for CrossEntropy {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let y = log_softmax(&inputs[0]);
        let sum: T = self.labels.iter().enumerate().map(|(n, &label)| -y[[n, label, 0, 0]]).sum();
        Tensor { dims: [1; 4], data: vec![sum / T::of(self.labels.len() as f64)] }
    }

    /// `d_x = (softmax(x) - 1 at the label) / images`
    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let y = log_softmax(&inputs[0]);
        let scale = d_output.data[0] / T::of(self.labels.len() as f64);
        let d_x = Tensor::from_fn(y.dims, |at| {
            let target = T::of(f64::from(self.labels[at[0]] == at[1]));
            scale * (y[at].exp() - target)
        });
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}
