//! Dropout with a given mask.

use super::{Gradients, Layer, Real, Tensor};

/// `x / (1 - p)` where the mask keeps it, 0 elsewhere.
#[derive(Clone, Debug)]
pub struct Dropout {
    /// The probability that an element is dropped.
    pub p: f64,
    /// Which elements of the batch are kept.
    pub kept: Vec<bool>,
}

impl Dropout {
    fn mask<T: Real>(&self, x: &Tensor<T>) -> Tensor<T> {
        let scale =
            |(&x, &kept): (&T, &bool)| if kept { x / T::of(1.0 - self.p) } else { T::default() };
        Tensor { dims: x.dims, data: x.data.iter().zip(&self.kept).map(scale).collect() }
    }
}

impl<T: Real> Layer<T> for Dropout {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        self.mask(&inputs[0])
    }

    fn backward(&self, _: &[Vec<T>], _: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        Gradients { inputs: vec![self.mask(d_output)], params: vec![] }
    }
}
