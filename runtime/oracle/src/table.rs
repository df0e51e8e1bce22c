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
    /// Calls `f` with an output, a weight's place and an input for every product.
    fn products(&self, dims: [usize; 4], mut f: impl FnMut([usize; 4], usize, [usize; 4])) {
        let taps = self.window[0].kernel * self.window[1].kernel;
        let mut places = vec![None; self.table.len() * dims[1] * taps];
        let mut place = 0;
        for (filter, seen) in self.table.iter().enumerate() {
            for &c in seen {
                for tap in 0..taps {
                    places[(filter * dims[1] + c) * taps + tap] = Some(place);
                    place += 1;
                }
            }
        }
        let whole = Conv { window: self.window, filters: self.table.len(), groups: 1 };
        whole.products(dims, |output, weight, input| {
            if let Some(weight) = places[weight] {
                f(output, weight, input);
            }
        });
    }
}

impl<T: Real> Layer<T> for ConvTable {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let [n, _, height, width] = x.dims;
        let [vertical, horizontal] = &self.window;
        let dims = [n, self.table.len(), vertical.windows(height), horizontal.windows(width)];
        let mut y =
            Tensor::from_fn(dims, |[_, f, ..]| params.get(1).map_or(T::default(), |bias| bias[f]));
        self.products(x.dims, |o, w, i| y[o] += params[0][w] * x[i]);
        y
    }

    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let x = &inputs[0];
        let mut d_x = Tensor::zeros(x.dims);
        let mut d_params: Vec<_> = params.iter().map(|p| vec![T::default(); p.len()]).collect();
        self.products(x.dims, |o, w, i| {
            d_x[i] += params[0][w] * d_output[o];
            d_params[0][w] += x[i] * d_output[o];
        });
        if let Some(d_bias) = d_params.get_mut(1) {
            for at in d_output.indices() {
                d_bias[at[1]] += d_output[at];
            }
        }
        Gradients { inputs: vec![d_x], params: d_params }
    }
}
