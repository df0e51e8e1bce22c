//! Layers of several inputs.

use super::{Gradients, Layer, Real, Tensor};

/// The sum of all inputs; one with a single channel, row or column counts in every one.
#[derive(Clone, Copy, Debug)]
pub struct Add;

impl<T: Real> Layer<T> for Add {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        Tensor::from_fn(joined(inputs), |at| inputs.iter().map(|x| x[broadcast(x, at)]).sum())
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_inputs: Vec<_> = inputs.iter().map(|x| Tensor::zeros(x.dims)).collect();
        for at in d_output.indices() {
            for d_x in &mut d_inputs {
                let place = broadcast(d_x, at);
                d_x[place] += d_output[at];
            }
        }
        Gradients { inputs: d_inputs, params: vec![] }
    }
}

/// The product of all inputs; one with a single channel, row or column counts in every one.
#[derive(Clone, Copy, Debug)]
pub struct Mul;

/// Where an input is read for the output at `at`.
fn broadcast<T>(x: &Tensor<T>, at: [usize; 4]) -> [usize; 4] {
    [0, 1, 2, 3].map(|axis| if x.dims[axis] == 1 { 0 } else { at[axis] })
}

/// The shape of the output.
fn joined<T>(inputs: &[Tensor<T>]) -> [usize; 4] {
    [0, 1, 2, 3].map(|axis| inputs.iter().map(|x| x.dims[axis]).max().unwrap_or(1))
}

impl<T: Real> Layer<T> for Mul {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        Tensor::from_fn(joined(inputs), |at| {
            inputs.iter().fold(T::of(1.0), |product, x| product * x[broadcast(x, at)])
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_inputs: Vec<_> = inputs.iter().map(|x| Tensor::zeros(x.dims)).collect();
        for at in d_output.indices() {
            for (which, d_x) in d_inputs.iter_mut().enumerate() {
                let mut d = d_output[at];
                for (_, x) in inputs.iter().enumerate().filter(|(other, _)| *other != which) {
                    d = d * x[broadcast(x, at)];
                }
                let place = broadcast(d_x, at);
                d_x[place] += d;
            }
        }
        Gradients { inputs: d_inputs, params: vec![] }
    }
}

/// The channels of all inputs, one input after the other.
#[derive(Clone, Copy, Debug)]
pub struct Concat;

impl<T: Real> Layer<T> for Concat {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let [n, _, height, width] = inputs[0].dims;
        let channels = inputs.iter().map(|x| x.dims[1]).sum();
        let mut y = Tensor::zeros([n, channels, height, width]);
        let mut first = 0;
        for x in inputs {
            for at @ [n, c, i, j] in x.indices() {
                y[[n, first + c, i, j]] = x[at];
            }
            first += x.dims[1];
        }
        y
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut first = 0;
        let mut d_inputs = vec![];
        for x in inputs {
            d_inputs.push(Tensor::from_fn(x.dims, |[n, c, i, j]| d_output[[n, first + c, i, j]]));
            first += x.dims[1];
        }
        Gradients { inputs: d_inputs, params: vec![] }
    }
}
