//! Product over a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = Π of x over the window
//! backward:  dx[window[k]] += dy · Π of the elements before k · Π of those after k
//! ```
//! As in [`crate::layers::pooling::prodpool`], nothing is divided.

use super::windows::{Gather, Row, grids};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layers::pooling::prodpool::backward_plane;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::{self, Simd};

/// Product over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct ProdPool {
    g: PoolGeometry,
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
}

impl ProdPool {
    /// The pool.
    pub const fn new(g: PoolGeometry, frame: Frame) -> Self {
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { g, x, y, dx, dy }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass: a window for each block.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.x.blocks() * self.window())
    }

    /// Floats of a window.
    const fn window(&self) -> usize {
        self.g.kernel[0] * self.g.kernel[1] * LANES
    }
}

impl Kernel<Blocked> for ProdPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (g, grid) = (&self.g, &self.x);
        write_rows(cx.exec, t.output, self.y, &|[image, block, i], y| {
            let x = &t.inputs[0][image * grid.step + block * grid.plane()..][..grid.plane()];
            simd::run(Row { gather: Product, g, x, grid, top: 0, i, y, saved: &mut [] });
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (x, dy, planes) = (t.inputs[0], &*t.d_output, cx.images * self.x.blocks());
        let scratch = &mut t.scratch[..planes * self.window()];
        let tensors = [(&mut **d_input, self.dx.plane()), (scratch, self.window())];
        exec::split(cx.exec, planes, tensors, &|plane, [dx, after]| {
            let x = &x[plane * self.x.plane()..][..self.x.plane()];
            let dy = &dy[plane * self.dy.plane()..][..self.dy.plane()];
            backward_plane(LANES, &self.g, [&self.x, &self.dy, &self.dx], x, dy, dx, after);
        });
    }
}

/// The product.
#[derive(Clone, Copy)]
struct Product;

impl Gather for Product {
    type Kept<S: Simd> = S::V;

    #[inline(always)]
    fn start<S: Simd>(self, s: S, _: usize) -> S::V {
        s.splat(1.0)
    }
    #[inline(always)]
    fn take<S: Simd>(self, s: S, product: S::V, x: S::V, _: usize) -> S::V {
        s.mul(product, x)
    }
    #[inline(always)]
    fn finish<S: Simd>(self, _: S, product: S::V, _: usize) -> [S::V; 2] {
        [product, product]
    }
}
