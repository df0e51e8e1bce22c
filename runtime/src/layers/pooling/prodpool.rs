//! Product over a window of each channel.
//!
//! ```text
//! forward:   y = Π of x over the window
//! backward:  dx[window[k]] += dy · Π of the elements before k · Π of those after k
//! ```
//! Padding counts as 1. Backward divides by nothing, so that it is right where elements are 0, and
//! where the product leaves the range of `f32`: it goes through a window from its end, keeping the
//! products of what comes after each element in scratch, and then from its begin.

use super::geometry::PoolGeometry;
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::layout::{Grid, Layout};
use crate::simd::simd_fn;

/// Product over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct ProdPool(pub(super) PoolGeometry);

impl ProdPool {
    /// The pool.
    pub const fn new(geometry: PoolGeometry) -> Self {
        Self(geometry)
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.0.channels * self.0.kernel[0] * self.0.kernel[1])
    }
}

impl<L: Layout> Kernel<L> for ProdPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let g = &self.0;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        exec::split(cx.exec, cx.groups::<L>() * g.channels, [(t.output, y_len)], &|i, [y]| {
            forward_plane(L::IMAGES, g, &t.inputs[0][i * x_len..][..x_len], y);
            activation.apply(y);
        });
    }
}

simd_fn! {
    fn forward_plane<S>(s by lanes, g: &PoolGeometry, x: &[f32], y: &mut [f32]) {
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let mut product = s.splat(1.0);
            g.window(i, j, |_, at| product = s.mul(product, s.load(&x[at * S::LANES..])));
            s.store(product, &mut y[o * S::LANES..]);
        }
    }

    /// The gradient of a plane of `x`; the forms are those of `x`, `dy` and `dx`, and `after` is
    /// scratch for a window.
    pub(crate) fn backward_plane<S>(
        s by lanes, g: &PoolGeometry, grids: [&Grid; 3], x: &[f32], dy: &[f32], dx: &mut [f32],
        after: &mut [f32],
    ) {
        let [x_grid, dy_grid, dx_grid] = grids;
        let whole = g.whole(1);
        dx.fill(0.0);
        for i in 0..g.output[0] {
            let (rows, top) = (g.taps(0, i), g.start(0, i));
            let row = |a: usize| top + a * g.dilation[0] - g.pad[0];
            for j in 0..g.output[1] {
                let columns = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
                let left = g.start(1, j);
                let column = |b: usize| (left + b * g.dilation[1] - g.pad[2]) * S::LANES;
                let after = &mut after[..rows.len() * columns.len() * S::LANES];
                let mut product = s.splat(1.0);
                let mut places = after.chunks_exact_mut(S::LANES).rev();
                for a in rows.clone().rev() {
                    let x = &x[x_grid.pixel(row(a), 0)..];
                    for (b, place) in columns.clone().rev().zip(&mut places) {
                        s.store(product, place);
                        product = s.mul(product, s.load(&x[column(b)..]));
                    }
                }
                let mut product = s.load(&dy[dy_grid.pixel(i, j)..]);
                let mut places = after.chunks_exact(S::LANES);
                for a in rows.clone() {
                    let x = &x[x_grid.pixel(row(a), 0)..];
                    let dx = &mut dx[dx_grid.pixel(row(a), 0)..];
                    for (b, place) in columns.clone().zip(&mut places) {
                        let dx = &mut dx[column(b)..];
                        s.store(s.mul_add(product, s.load(place), s.load(dx)), dx);
                        product = s.mul(product, s.load(&x[column(b)..]));
                    }
                }
            }
        }
    }
}
