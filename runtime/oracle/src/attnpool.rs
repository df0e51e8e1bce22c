//! Attention pooling: a mean over the positions, weighted by a query.

use super::{Gradients, Layer, Real, Tensor};

/// `a = softmax(l)` with `l[p] = Σ w[c] · x[c][p]`, and `y[c] = Σ a[p] · x[c][p]`.
#[derive(Clone, Copy, Debug)]
pub struct AttnPool;

/// The weights of an image's positions, in rows.
fn attention<T: Real>(w: &[T], x: &Tensor<T>, n: usize) -> Vec<T> {
    let scores = products(w, x, n);
    let most = scores.iter().fold(scores[0], |most, &l| if l > most { l } else { most });
    let powers: Vec<T> = scores.into_iter().map(|l| (l + -most).exp()).collect();
    let total: T = powers.iter().copied().sum();
    powers.into_iter().map(|e| e / total).collect()
}

/// `Σ q[c] · x[c][p]` for every position of an image.
fn products<T: Real>(q: &[T], x: &Tensor<T>, n: usize) -> Vec<T> {
    let [_, channels, height, width] = x.dims;
    let positions = (0..height).flat_map(|i| (0..width).map(move |j| (i, j)));
    positions.map(|(i, j)| (0..channels).map(|c| q[c] * x[[n, c, i, j]]).sum()).collect()
}

impl<T: Real> Layer<T> for AttnPool {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let [images, channels, _, width] = x.dims;
        let weights: Vec<_> = (0..images).map(|n| attention(&params[0], x, n)).collect();
        let mut y = Tensor::zeros([images, channels, 1, 1]);
        for at @ [n, c, i, j] in x.indices() {
            y[[n, c, 0, 0]] += weights[n][i * width + j] * x[at];
        }
        y
    }

    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let (w, x) = (&params[0], &inputs[0]);
        let [images, channels, _, width] = x.dims;
        let (mut d_x, mut d_w) = (Tensor::zeros(x.dims), vec![T::of(0.0); channels]);
        for n in 0..images {
            let a = attention(w, x, n);
            let dy: Vec<T> = (0..channels).map(|c| d_output[[n, c, 0, 0]]).collect();
            let g = products(&dy, x, n);
            let mean: T = a.iter().zip(&g).map(|(&a, &g)| a * g).sum();
            for at @ [image, c, i, j] in x.indices() {
                let p = i * width + j;
                if image == n {
                    let d_score = a[p] * (g[p] + -mean);
                    d_x[at] = a[p] * dy[c] + d_score * w[c];
                    d_w[c] += d_score * x[at];
                }
            }
        }
        Gradients { inputs: vec![d_x], params: vec![d_w] }
    }
}
