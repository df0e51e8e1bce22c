//! Convolution whose filters see only some channels.

use super::{Conv, Gradients, Layer, Real, Tensor, Window};

/// A convolution with parameters `weight` (connections × kernel) and, perhaps, `bias`.
#[derive(Clone, Debug)]
pub struct ConvTable {
    /// Rows and columns of the window.
    pub window: Window,
    /// For each filter the channels that it sees, in the order of its weights.
    pub table: Vec<Vec<usize>>,
}

impl ConvTable {
    /// Calls `f` with a weight's place, and its place among those of a filter that sees all channels.
    fn weights(&self, channels: usize, mut f: impl FnMut(usize, usize)) {
        let taps = self.window[0].kernel * self.window[1].kernel;
        let mut from = 0;
        for (filter, seen) in self.table.iter().enumerate() {
            for &c in seen {
                for tap in 0..taps {
                    f(from, (filter * channels + c) * taps + tap);
                    from += 1;
                }
            }
        }
    }

    fn whole(&self) -> Conv {
        Conv { window: self.window, filters: self.table.len(), groups: 1 }
    }

    /// The parameters with a zero for each connection that is not there.
    fn with_zeros<T: Real>(&self, channels: usize, params: &[Vec<T>]) -> Vec<Vec<T>> {
        let taps = self.window[0].kernel * self.window[1].kernel;
        let mut weight = vec![T::default(); self.table.len() * channels * taps];
        self.weights(channels, |from, to| weight[to] = params[0][from]);
        std::iter::once(weight).chain(params[1..].iter().cloned()).collect()
    }
}

impl<T: Real> Layer<T> for ConvTable {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        self.whole().forward(&self.with_zeros(inputs[0].dims[1], params), inputs)
    }

    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let channels = inputs[0].dims[1];
        let all = self.with_zeros(channels, params);
        let mut gradients = self.whole().backward(&all, inputs, d_output);
        let mut d_weight = vec![T::default(); params[0].len()];
        self.weights(channels, |to, from| d_weight[to] = gradients.params[0][from]);
        gradients.params[0] = d_weight;
        gradients
    }
}
