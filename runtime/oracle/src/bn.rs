//! Batch normalization: `y[n][c] = weight[c] · (x[n][c] - mean[c]) / √(var[c] + eps) + bias[c]`.

use super::{Gradients, Layer, Real, Tensor};

/// Batch normalization with parameters `weight` and `bias`, or none.
#[derive(Clone, Debug)]
pub struct BatchNorm<T> {
    /// Added to the variance.
    pub eps: T,
    /// Means and variances to use (evaluation) instead of the batch's (training).
    pub running: Option<[Vec<T>; 2]>,
}

impl<T: Real> BatchNorm<T> {
    /// The batch's mean and variance of each channel; the variance divides by the number of
    /// elements, less one if it is to be unbiased.
    pub fn statistics(x: &Tensor<T>, unbiased: bool) -> [Vec<T>; 2] {
        let [images, channels, height, width] = x.dims;
        let count = images * height * width;
        let (mut mean, mut var) = (vec![T::default(); channels], vec![T::default(); channels]);
        for at in x.indices() {
            mean[at[1]] += x[at] / T::of(count as f64);
        }
        for at in x.indices() {
            let d = x[at] - mean[at[1]];
            var[at[1]] += d * d / T::of((count - usize::from(unbiased)) as f64);
        }
        [mean, var]
    }

    /// The running mean and variance after a training pass over `x`.
    pub fn updated(x: &Tensor<T>, running: &[Vec<T>; 2], momentum: T) -> [Vec<T>; 2] {
        let batch = Self::statistics(x, true);
        [0, 1].map(|i| {
            let mix = |(&old, &new): (&T, &T)| (T::of(1.0) - momentum) * old + momentum * new;
            running[i].iter().zip(&batch[i]).map(mix).collect()
        })
    }

    /// The mean of each channel and `1 / √(var + eps)`.
    fn normalization(&self, x: &Tensor<T>) -> [Vec<T>; 2] {
        let [mean, var] = self.running.clone().unwrap_or_else(|| Self::statistics(x, false));
        [mean, var.into_iter().map(|v| T::of(1.0) / (v + self.eps).sqrt()).collect()]
    }
}

impl<T: Real> Layer<T> for BatchNorm<T> {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let [mean, inverse] = self.normalization(x);
        Tensor::from_fn(x.dims, |at| {
            let c = at[1];
            let normal = (x[at] - mean[c]) * inverse[c];
            match params {
                [weight, bias] => weight[c] * normal + bias[c],
                _ => normal,
            }
        })
    }

    /// With `z` the normalized input and `g = weight · d_output`, over a channel's elements:
    /// `d_x = (g - mean(g) - z · mean(g · z)) / √(var + eps)`; the means are the batch
    /// statistics' own gradients and absent in evaluation.
    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let x = &inputs[0];
        let [images, channels, height, width] = x.dims;
        let count = T::of((images * height * width) as f64);
        let [mean, inverse] = self.normalization(x);
        let z = |at: [usize; 4]| (x[at] - mean[at[1]]) * inverse[at[1]];
        let (mut sum, mut product) = (vec![T::default(); channels], vec![T::default(); channels]);
        for at in x.indices() {
            sum[at[1]] += d_output[at];
            product[at[1]] += d_output[at] * z(at);
        }
        let d_x = Tensor::from_fn(x.dims, |at| {
            let c = at[1];
            let weight = params.first().map_or(T::of(1.0), |w| w[c]);
            let statistics = match self.running {
                Some(_) => T::default(),
                None => (sum[c] + z(at) * product[c]) / count,
            };
            weight * inverse[c] * (d_output[at] - statistics)
        });
        let params = if params.is_empty() { vec![] } else { vec![product, sum] };
        Gradients { inputs: vec![d_x], params }
    }
}
