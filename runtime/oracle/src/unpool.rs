//! Max-unpooling.

use super::{Gradients, Layer, Real, Tensor, Window};

/// Every element back in the place where a maximum pool found its window's, zeros elsewhere; the
/// last of several windows with the same place counts. The second input holds the places, as
/// numbers in the window.
#[derive(Clone, Copy, Debug)]
pub struct Unpool {
    /// Rows and columns of the pool's window.
    pub window: Window,
    /// Height and width of the output.
    pub size: [usize; 2],
}

impl Unpool {
    fn place<T: Real>(&self, places: &Tensor<T>, at @ [n, c, i, j]: [usize; 4]) -> [usize; 4] {
        let [vertical, horizontal] = &self.window;
        let place = places[at].to_f64().round() as usize;
        let row = vertical.inside(i, place / horizontal.kernel, self.size[0]);
        let column = horizontal.inside(j, place % horizontal.kernel, self.size[1]);
        [n, c, row.expect("a place in the image"), column.expect("a place in the image")]
    }
}

impl<T: Real> Layer<T> for Unpool {
    fn forward(&self, _: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T> {
        let (x, places) = (&inputs[0], &inputs[1]);
        let [n, c, ..] = x.dims;
        let mut y = Tensor::zeros([n, c, self.size[0], self.size[1]]);
        for at in x.indices() {
            y[self.place(places, at)] = x[at];
        }
        y
    }

    fn backward(&self, _: &[Vec<T>], inputs: &[Tensor<T>], d_output: &Tensor<T>) -> Gradients<T> {
        let (x, places) = (&inputs[0], &inputs[1]);
        let mut d_x = Tensor::zeros(x.dims);
        // The last element in a place has its gradient, and those before have been overwritten.
        let mut left = d_output.clone();
        let mut in_order: Vec<_> = x.indices().collect();
        in_order.reverse();
        for at in in_order {
            d_x[at] = std::mem::take(&mut left[self.place(places, at)]);
        }
        Gradients { inputs: vec![d_x, Tensor::zeros(x.dims)], params: vec![] }
    }
}
