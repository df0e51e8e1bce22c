//! Transposed convolution.
//!
//! ```text
//! y[n][f][i·S + a·D - pad][j·S + b·D - pad] += w[c][f in its group][a][b] · x[n][c][i][j]
//! ```

use super::{Gradients, Layer, Real, Tensor, Window};

/// A transposed convolution with parameters `weight` (channels × filters / groups × kernel) and,
/// perhaps, `bias`.
#[derive(Clone, Copy, Debug)]
pub struct Deconv {
    /// Rows and columns of the window.
    pub window: Window,
    /// Output channels.
    pub filters: usize,
    /// Groups of channels and filters.
    pub groups: usize,
    /// Rows and columns more at the end of the output.
    pub extra: [usize; 2],
}

impl Deconv {
    fn output_dims(&self, [n, _, height, width]: [usize; 4]) -> [usize; 4] {
        let size = |d: usize, n: usize| {
            let axis = &self.window[d];
            // As far as the last element of the kernel gets, without the padding.
            let last = (n - 1) * axis.stride + (axis.kernel - 1) * axis.dilation;
            last + 1 + self.extra[d] - axis.pad[0] - axis.pad[1]
        };
        [n, self.filters, size(0, height), size(1, width)]
    }

    /// Calls `f` with an output, a weight's place and an input for every product.
    fn products(&self, dims: [usize; 4], mut f: impl FnMut([usize; 4], usize, [usize; 4])) {
        let [images, channels, rows, columns] = dims;
        let [_, filters, height, width] = self.output_dims(dims);
        let [vertical, horizontal] = self.window;
        let per_group = filters / self.groups;
        for n in 0..images {
            for c in 0..channels {
                let group = c / (channels / self.groups);
                for k in 0..per_group {
                    for a in 0..vertical.kernel {
                        for b in 0..horizontal.kernel {
                            let weight =
                                ((c * per_group + k) * vertical.kernel + a) * horizontal.kernel + b;
                            for i in 0..rows {
                                for j in 0..columns {
                                    let y = vertical.inside(i, a, height);
                                    let x = horizontal.inside(j, b, width);
                                    if let (Some(y), Some(x)) = (y, x) {
                                        f([n, group * per_group + k, y, x], weight, [n, c, i, j]);
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

impl<T: Real> Layer<T> for Deconv {
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
