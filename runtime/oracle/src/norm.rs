//! Normalization of an image by means and variances of its own.

use super::{Gradients, Layer, Real, Tensor};

/// What a mean and a variance are of.
#[derive(Clone, Copy, Debug)]
pub enum Over {
    /// The channels of a position.
    Position,
    /// The channels of one of this number of groups, at all positions.
    Groups(usize),
}

/// `y = weight · (x - mean) / √(var + eps) + bias`, with parameters `weight` and `bias`, one for each
/// channel or for each element of an image, or none.
#[derive(Clone, Copy, Debug)]
pub struct Normalize<T> {
    /// What a mean and a variance are of.
    pub over: Over,
    /// Added to the variance.
    pub eps: T,
}

impl<T: Real> Normalize<T> {
    /// The number of the mean that an element belongs to.
    fn region(&self, [_, channels, height, width]: [usize; 4], at: [usize; 4]) -> usize {
        let [n, c, i, j] = at;
        match self.over {
            Over::Position => (n * height + i) * width + j,
            Over::Groups(groups) => n * groups + c / (channels / groups),
        }
    }

    /// The sum over each region of `f(element)`, and the elements of a region.
    fn sums(&self, x: &Tensor<T>, f: impl Fn([usize; 4]) -> T) -> (Vec<T>, T) {
        let [images, channels, height, width] = x.dims;
        let regions = match self.over {
            Over::Position => height * width,
            Over::Groups(groups) => groups,
        };
        let mut sums = vec![T::default(); images * regions];
        for at in x.indices() {
            sums[self.region(x.dims, at)] += f(at);
        }
        (sums, T::of((channels * height * width / regions) as f64))
    }

    /// `(x - mean) / √(var + eps)`, and the divisors.
    fn normal(&self, x: &Tensor<T>) -> (Tensor<T>, Vec<T>) {
        let region = |at| self.region(x.dims, at);
        let (sums, count) = self.sums(x, |at| x[at]);
        let centered = Tensor::from_fn(x.dims, |at| x[at] - sums[region(at)] / count);
        let (squares, _) = self.sums(x, |at| centered[at] * centered[at]);
        let divisors: Vec<T> =
            squares.into_iter().map(|sum| (sum / count + self.eps).sqrt()).collect();
        (Tensor::from_fn(x.dims, |at| centered[at] / divisors[region(at)]), divisors)
    }
}

/// The parameter of an element, of which there is one a channel or one each.
fn of(params: usize, [_, channels, height, width]: [usize; 4], at: [usize; 4]) -> usize {
    let [_, c, i, j] = at;
    if params == channels { c } else { (c * height + i) * width + j }
}

impl<T: Real> Layer<T> for Normalize<T> {
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let (normal, _) = self.normal(&inputs[0]);
        Tensor::from_fn(normal.dims, |at| match params {
            [weight, bias] => {
                let k = of(weight.len(), normal.dims, at);
                weight[k] * normal[at] + bias[k]
            }
            _ => normal[at],
        })
    }

    /// With `z` the normalized input and `g = weight · d_output`, over a region's elements:
    /// `d_x = (g - mean(g) - z · mean(g · z)) / √(var + eps)`.
    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T> {
        let x = &inputs[0];
        let (z, divisors) = self.normal(x);
        let g = Tensor::from_fn(x.dims, |at| {
            params.first().map_or(T::of(1.0), |w| w[of(w.len(), x.dims, at)]) * d_output[at]
        });
        let (sums, count) = self.sums(x, |at| g[at]);
        let (products, _) = self.sums(x, |at| g[at] * z[at]);
        let d_x = Tensor::from_fn(x.dims, |at| {
            let r = self.region(x.dims, at);
            (g[at] - sums[r] / count - z[at] * products[r] / count) / divisors[r]
        });
        let mut d_params: Vec<_> = params.iter().map(|p| vec![T::default(); p.len()]).collect();
        if let [d_weight, d_bias] = &mut d_params[..] {
            for at in x.indices() {
                let k = of(d_weight.len(), x.dims, at);
                d_weight[k] += d_output[at] * z[at];
                d_bias[k] += d_output[at];
            }
        }
        Gradients { inputs: vec![d_x], params: d_params }
    }
}
