//! Product over a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = Π of x over the window
//! backward:  dx[window[k]] += dy · Π of the elements before k · Π of those after k
//! ```
//! As in [`crate::layers::pooling::prodpool`], nothing is divided.

use super::windows::{Gather, Row, grids};
use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::{self, Simd};

/// Product over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct ProdPool {
    pub(super) g: PoolGeometry,
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl ProdPool {
    /// The pool.
    pub const fn new(g: PoolGeometry, frame: Frame) -> Self {
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { g, x, y, dx, dy }
    }

    /// Scratch of the backward pass: a window for each block.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.x.blocks() * self.window())
    }

    /// Floats of a window.
    pub(super) const fn window(&self) -> usize {
        self.g.kernel[0] * self.g.kernel[1] * BLOCK
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
