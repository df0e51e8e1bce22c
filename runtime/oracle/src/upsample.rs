//! Upsampling.

use super::{Gradients, Layer, Real, Tensor};

/// Where a pixel of the output lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// On a pixel.
    Nearest,
    /// Between the centers of square pixels.
    Bilinear,
    /// Between pixels, the corners in their places.
    Aligned,
}

/// Each channel larger, its pixels repeated or interpolated.
#[derive(Clone, Copy, Debug)]
pub struct Upsample {
    /// Rows and columns of the output.
    pub output: [usize; 2],
    /// Where its pixels lie.
    pub interpolation: Interpolation,
}

impl Upsample {
    /// The rows or columns of the input that have a share in one of the output's, and their shares.
    fn shares(&self, d: usize, at: usize, n: usize) -> Vec<(usize, f64)> {
        let (at, o) = (at as f64, self.output[d] as f64);
        let place = match self.interpolation {
            Interpolation::Nearest if self.output[d].is_multiple_of(n) => {
                return vec![((at / (o / n as f64)).floor() as usize, 1.0)];
            }
            // PyTorch's arithmetic on single-precision numbers.
            Interpolation::Nearest => {
                let scale = n as f32 / o as f32;
                return vec![((at as f32 * scale).floor() as usize, 1.0)];
            }
            Interpolation::Bilinear => (at + 0.5) * n as f64 / o - 0.5,
            Interpolation::Aligned if o == 1.0 => 0.0,
            Interpolation::Aligned => at * (n - 1) as f64 / (o - 1.0),
        };
        let place = place.clamp(0.0, (n - 1) as f64);
        let below = place.floor();
        let all = [(below as usize, 1.0 - (place - below)), (below as usize + 1, place - below)];
        all.into_iter().filter(|&(row, share)| share > 0.0 && row < n).collect()
    }

    /// Calls `f` with an output, an input and the share that it has.
    fn products(
        &self,
        [n, c, height, width]: [usize; 4],
        mut f: impl FnMut([usize; 4], [usize; 4], f64),
    ) {
        for (image, channel) in (0..n).flat_map(|i| (0..c).map(move |k| (i, k))) {
            for i in 0..self.output[0] {
                for j in 0..self.output[1] {
                    for (row, down) in self.shares(0, i, height) {
                        for (column, across) in self.shares(1, j, width) {
                            let (to, from) =
                                ([image, channel, i, j], [image, channel, row, column]);
                            f(to, from, down * across);
                        }
                    }
                }
            }
        }
    }
}

impl<T: Real> Layer<T> for Upsample {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let [n, c, ..] = x.dims;
        let mut y = Tensor::zeros([n, c, self.output[0], self.output[1]]);
        self.products(x.dims, |o, i, share| y[o] += T::of(share) * x[i]);
        y
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_x = Tensor::zeros(inputs[0].dims);
        self.products(d_x.dims, |o, i, share| d_x[i] += T::of(share) * d_output[o]);
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}
