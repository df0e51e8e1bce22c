//! Convolution.
//!
//! ```text
//! y[n][f][i][j] = bias[f] + Σ over c, a, b of w[f][c][a][b] · x[n][group of f, c][i·S + a·D - pad][…]
//! ```

use super::{Gradients, Layer, Real, Tensor, Window};

/// A convolution with parameters `weight` (filters × channels / groups × kernel) and, perhaps,
/// `bias`.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    /// Rows and columns of the window.
    pub window: Window,
    /// Output channels.
    pub filters: usize,
    /// Groups of channels and filters.
    pub groups: usize,
}

impl Conv {
    fn output_dims(&self, [n, _, height, width]: [usize; 4]) -> [usize; 4] {
        [n, self.filters, self.window[0].windows(height), self.window[1].windows(width)]
    }

    /// Calls `f` with an output, a weight's place and an input for every product.
    pub(super) fn products(
        &self,
        dims: [usize; 4],
        mut f: impl FnMut([usize; 4], usize, [usize; 4]),
    ) {
        let [images, channels, height, width] = dims;
        let [_, filters, rows, columns] = self.output_dims(dims);
        let [vertical, horizontal] = self.window;
        let per_group = channels / self.groups;
        for n in 0..images {
            for filter in 0..filters {
                let group = filter / (filters / self.groups);
                for i in 0..rows {
                    for j in 0..columns {
                        for c in 0..per_group {
                            for a in 0..vertical.kernel {
                                for b in 0..horizontal.kernel {
                                    let weight = ((filter * per_group + c) * vertical.kernel + a)
                                        * horizontal.kernel
                                        + b;
                                    let y = vertical.inside(i, a, height);
                                    let x = horizontal.inside(j, b, width);
                                    if let (Some(y), Some(x)) = (y, x) {
                                        f(
                                            [n, filter, i, j],
                                            weight,
                                            [n, group * per_group + c, y, x],
                                        );
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl<T: Real> Layer<T> for Conv {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let (weight, x) = (&params[0], &inputs[0]);
        let dims = self.output_dims(x.dims);
        let mut y =
            Tensor::from_fn(dims, |[_, f, ..]| params.get(1).map_or(T::default(), |bias| bias[f]));
        self.products(x.dims, |o, w, i| y[o] += weight[w] * x[i]);
        y
    }

    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let (weight, x) = (&params[0], &inputs[0]);
        let mut d_x = Tensor::zeros(x.dims);
        let mut d_params: Vec<_> = params.iter().map(|p| vec![T::default(); p.len()]).collect();
        self.products(x.dims, |o, w, i| {
            d_x[i] += weight[w] * d_output[o];
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
