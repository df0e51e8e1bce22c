//! Upsampling.

use super::{Gradients, Layer, Real, Tensor};

/// Each channel larger by a whole factor, its pixels repeated or interpolated.
#[derive(Clone, Copy, Debug)]
pub struct Upsample {
    /// Rows and columns for each of the input.
    pub factor: [usize; 2],
    /// Whether pixels are interpolated.
    pub bilinear: bool,
}

impl Upsample {
    /// The rows or columns of the input that have a share in one of the output's, and their shares.
    fn shares(&self, d: usize, at: usize, n: usize) -> Vec<(usize, f64)> {
        let s = self.factor[d];
        if !self.bilinear {
            return vec![(at / s, 1.0)];
        }
        let place = ((at as f64 + 0.5) / s as f64 - 0.5).clamp(0.0, (n - 1) as f64);
        let below = place.floor();
        let all = [(below as usize, 1.0 - (place - below)), (below as usize + 1, place - below)];
        all.into_iter().filter(|&(_, share)| share > 0.0).collect()
    }

    /// Calls `f` with an output, an input and the share that it has.
    fn products(
        &self,
        [n, c, height, width]: [usize; 4],
        mut f: impl FnMut([usize; 4], [usize; 4], f64),
    ) {
        for (image, channel) in (0..n).flat_map(|i| (0..c).map(move |k| (i, k))) {
            for i in 0..height * self.factor[0] {
                for j in 0..width * self.factor[1] {
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
        let [n, c, height, width] = x.dims;
        let mut y = Tensor::zeros([n, c, height * self.factor[0], width * self.factor[1]]);
        self.products(x.dims, |o, i, share| y[o] += T::of(share) * x[i]);
        y
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_x = Tensor::zeros(inputs[0].dims);
        self.products(d_x.dims, |o, i, share| d_x[i] += T::of(share) * d_output[o]);
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}
