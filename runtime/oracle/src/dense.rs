//! Fully connected layer.

use super::{Gradients, Layer, Real, Tensor};

/// `y = W x + bias`, with parameters `weight` (outputs × inputs) and, perhaps, `bias`. An input
/// volume counts as a vector.
#[derive(Clone, Copy, Debug)]
pub struct Dense {
    /// Elements of the output.
    pub outputs: usize,
}

impl<T: Real> Layer<T> for Dense {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let (weight, x) = (&params[0], &inputs[0]);
        let len = x.image_len();
        Tensor::from_fn([x.dims[0], self.outputs, 1, 1], |[n, o, ..]| {
            let mut sum = params.get(1).map_or(T::default(), |bias| bias[o]);
            for i in 0..len {
                sum += weight[o * len + i] * x.data[n * len + i];
            }
            sum
        })
    }

    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let (weight, x) = (&params[0], &inputs[0]);
        let len = x.image_len();
        let mut d_x = Tensor::zeros(x.dims);
        let mut d_params: Vec<_> = params.iter().map(|p| vec![T::default(); p.len()]).collect();
        for at @ [n, o, ..] in d_output.indices() {
            let d = d_output[at];
            for i in 0..len {
                d_x.data[n * len + i] += weight[o * len + i] * d;
                d_params[0][o * len + i] += x.data[n * len + i] * d;
            }
            if let Some(d_bias) = d_params.get_mut(1) {
                d_bias[o] += d;
            }
        }
        Gradients { inputs: vec![d_x], params: d_params }
    }
}
