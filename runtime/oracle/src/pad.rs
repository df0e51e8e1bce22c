//! Padding, cropping and upsampling.

use super::{Gradients, Layer, Real, Tensor};

/// What lies beyond the border of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Border {
    /// This number.
    Constant(f64),
    /// `c b | a b c | b a`
    Reflect,
    /// `a a | a b c | c c`
    Replicate,
    /// `b c | a b c | a b`
    Circular,
}

/// Rows and columns more at the top, bottom, left and right, or fewer where that is negative.
#[derive(Clone, Copy, Debug)]
pub struct Pad {
    /// How many.
    pub more: [isize; 4],
    /// What they hold.
    pub border: Border,
}

/// Fewer rows and columns.
#[derive(Clone, Copy, Debug)]
pub struct Crop {
    /// How many at the top, bottom, left and right.
    pub less: [usize; 4],
}

impl Pad {
    fn output_dims(&self, [n, c, height, width]: [usize; 4]) -> [usize; 4] {
        let [top, bottom, left, right] = self.more;
        [n, c, height.strict_add_signed(top + bottom), width.strict_add_signed(left + right)]
    }

    /// Goes back and forth from `at` until it is inside.
    fn source(&self, mut at: isize, n: usize) -> Option<usize> {
        let n = n as isize;
        while !(0..n).contains(&at) {
            at = match self.border {
                Border::Constant(_) => return None,
                Border::Reflect if at < 0 => -at,
                Border::Reflect => 2 * (n - 1) - at,
                Border::Replicate if at < 0 => at + 1,
                Border::Replicate => at - 1,
                Border::Circular if at < 0 => at + n,
                Border::Circular => at - n,
            };
        }
        Some(at as usize)
    }

    fn copied(&self, dims: [usize; 4], [n, c, i, j]: [usize; 4]) -> Option<[usize; 4]> {
        let row = self.source(i as isize - self.more[0], dims[2])?;
        let column = self.source(j as isize - self.more[2], dims[3])?;
        Some([n, c, row, column])
    }
}

impl<T: Real> Layer<T> for Pad {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let x = &inputs[0];
        let outside = match self.border {
            Border::Constant(value) => T::of(value),
            _ => T::default(),
        };
        Tensor::from_fn(self.output_dims(x.dims), |at| {
            self.copied(x.dims, at).map_or(outside, |from| x[from])
        })
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_x = Tensor::zeros(inputs[0].dims);
        for at in d_output.indices() {
            if let Some(from) = self.copied(d_x.dims, at) {
                d_x[from] += d_output[at];
            }
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}

impl Crop {
    fn inside(&self, [n, c, i, j]: [usize; 4]) -> [usize; 4] {
        [n, c, i + self.less[0], j + self.less[2]]
    }
}

impl<T: Real> Layer<T> for Crop {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let [n, c, height, width] = inputs[0].dims;
        let [top, bottom, left, right] = self.less;
        let dims = [n, c, height - top - bottom, width - left - right];
        Tensor::from_fn(dims, |at| inputs[0][self.inside(at)])
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let mut d_x = Tensor::zeros(inputs[0].dims);
        for at in d_output.indices() {
            d_x[self.inside(at)] = d_output[at];
        }
        Gradients { inputs: vec![d_x], params: vec![] }
    }
}
