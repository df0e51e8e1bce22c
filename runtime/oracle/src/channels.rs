//! Layers that treat each channel as a whole: chosen, moved, scaled or dropped.

use super::{Gradients, Layer, Real, Tensor};

/// Output channel `c` is input channel `from[c]`.
#[derive(Clone, Debug)]
pub struct Channels {
    /// An input channel for each output channel.
    pub from: Vec<usize>,
}

impl Channels {
    /// Part `i` of `n` equal parts of the channels.
    pub fn split(channels: usize, n: usize, i: usize) -> Self {
        Self { from: (0..channels / n).map(|c| i * (channels / n) + c).collect() }
    }

    /// The first channel of each group, then the second of each, and so on.
    pub fn shuffle(channels: usize, groups: usize) -> Self {
        let each = channels / groups;
        Self { from: (0..each).flat_map(|k| (0..groups).map(move |g| g * each + k)).collect() }
    }
}

impl<T: Real> Layer<T> for Channels {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let [n, _, height, width] = inputs[0].dims;
        Tensor::from_fn([n, self.from.len(), height, width], |[n, c, i, j]| {
            inputs[0][[n, self.from[c], i, j]]
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_x = Tensor::zeros(inputs[0].dims);
        for at @ [n, c, i, j] in d_output.indices() {
            d_x[[n, self.from[c], i, j]] += d_output[at];
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

/// `weight[c] · x + bias[c]`, with parameters `weight` and, perhaps, `bias`.
#[derive(Clone, Copy, Debug)]
pub struct Scale;

impl<T: Real> Layer<T> for Scale {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        Tensor::from_fn(inputs[0].dims, |at| {
            let bias = params.get(1).map_or(T::default(), |bias| bias[at[1]]);
            params[0][at[1]] * inputs[0][at] + bias
        })
    }

    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let x = &inputs[0];
        let d_x = Tensor::from_fn(x.dims, |at| params[0][at[1]] * d_output[at]);
        let mut d_params: Vec<_> = params.iter().map(|p| vec![T::default(); p.len()]).collect();
        for at in x.indices() {
            d_params[0][at[1]] += d_output[at] * x[at];
            if let Some(d_bias) = d_params.get_mut(1) {
                d_bias[at[1]] += d_output[at];
            }
        }
        Gradients { inputs: vec![d_x], params: d_params }
    }
}
