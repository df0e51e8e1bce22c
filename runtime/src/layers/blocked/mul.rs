//! The product of any number of inputs, in blocks of sixteen channels; one of `C×1×1` scales the
//! channels of the others.
//!
//! ```text
//! forward:   y = x₀ · x₁ · …
//! backward:  dxₖ = dy · Π of the others, summed over the positions where xₖ has one a channel
//! ```

use super::{d_halo, write_rows};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::vector::sum_lanes;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::tree::{RUN, Tree};
use crate::simd::{Scalar, simd_fn};
use crate::view::View;

/// The product of any number of inputs.
#[derive(Clone, Copy, Debug)]
pub struct Mul {
    dims: [usize; 3],
    broadcast: &'static [bool],
    frame: Frame,
}

impl Mul {
    /// The layer over images of `dims`; inputs marked in `broadcast` have one element a channel.
    pub const fn new(dims: [usize; 3], broadcast: &'static [bool], frame: Frame) -> Self {
        Self { dims, broadcast, frame }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }

    /// The shape of input `i`.
    fn dims(&self, i: usize) -> [usize; 3] {
        if self.broadcast[i] { [self.dims[0], 1, 1] } else { self.dims }
    }

    /// The row of input `i`, or its one pixel.
    fn row<'x>(&self, i: usize, x: &'x [f32], [image, block, row]: [usize; 3]) -> &'x [f32] {
        let row = if self.broadcast[i] { 0 } else { row };
        self.frame.input(i, self.dims(i)).row(x, [image, block, row])
    }

    /// Adds what the gradient of a broadcast input `k` gets from a row of the output's.
    fn gather(
        &self,
        k: usize,
        inputs: &[&[f32]],
        place: [usize; 3],
        dy: &[f32],
        tree: &mut Tree<Scalar, 1, 1>,
    ) {
        const CHUNK: usize = RUN * LANES;
        let mut products = [0.0; CHUNK];
        for (chunk, dy) in dy.chunks(CHUNK).enumerate() {
            let products = &mut products[..dy.len()];
            products.copy_from_slice(dy);
            for (i, x) in inputs.iter().enumerate().filter(|(i, _)| *i != k) {
                let x = self.row(i, x, place);
                scale(if self.broadcast[i] { x } else { &x[chunk * CHUNK..] }, products);
            }
            tree.add(Scalar, [[sum_lanes(products)]]);
        }
    }
}

impl Kernel<Blocked> for Mul {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let grid = self.frame.output(self.dims);
        write_rows(cx.exec, t.output, grid, &|place, y| {
            let [first, second, others @ ..] = t.inputs else {
                unreachable!("a product of two or more")
            };
            product(self.row(0, first, place), self.row(1, second, place), y);
            for (i, x) in others.iter().enumerate() {
                scale(self.row(i + 2, x, place), y);
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (dy, inputs) = (&*t.d_output, t.inputs);
        let dy_grid = Grid::new(self.dims, self.frame.d_output);
        for (k, dx) in t.d_inputs.iter_mut().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            let grid = Grid::new(self.dims(k), d_halo(&self.frame, k));
            if !self.broadcast[k] {
                write_rows(cx.exec, dx, grid, &|place, dx| {
                    dx.copy_from_slice(dy_grid.row(dy, place));
                    for (i, x) in inputs.iter().enumerate().filter(|(i, _)| *i != k) {
                        scale(self.row(i, x, place), dx);
                    }
                });
                continue;
            }
            View::new(dx, grid).pieces(cx.exec, dy.len() / exec::GRAIN, 1, &|mut view| {
                view.clear_halo();
                for [image, block, _] in view.places() {
                    let dx = view.row(image, block, 0);
                    let mut tree = Tree::new();
                    for row in 0..dy_grid.height {
                        let place = [image, block, row];
                        self.gather(k, inputs, place, dy_grid.row(dy, place), &mut tree);
                    }
                    dx.copy_from_slice(&tree.lanes(Scalar));
                }
            });
        }
    }
}

simd_fn! {
    /// `y *= x`, the one vector of `x` at every pixel if there is but one.
    fn scale<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == LANES { 0 } else { LANES };
        for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
            s.store(s.mul(s.load(y), s.load(&x[p * step..])), y);
        }
    }

    /// `y = a · b`, the one vector of a factor at every pixel if there is but one.
    fn product<S>(s, a: &[f32], b: &[f32], y: &mut [f32]) {
        let [a_step, b_step] = [a, b].map(|x| if x.len() == LANES { 0 } else { LANES });
        for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
            s.store(s.mul(s.load(&a[p * a_step..]), s.load(&b[p * b_step..])), y);
        }
    }
}
