//! The p-norm of a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   S = Σ |x|ᵖ over the window;  y = S^(1/p);  saved = y / S, or 0 where S is 0
//! backward:  dx[row] = (Σ dy · saved over the windows that see the element) · |x|^(p - 1) · sign x
//! ```

use super::windows::{Gather, Row, forward_saving, grids};
use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layers::pooling::lppool::{self, Power, root};
use crate::layout::{Blocked, Frame, Grid};
use crate::simd::{self, Simd};

/// The p-norm of a window of each channel. What it saves is a tensor of the output's shape without
/// a halo.
#[derive(Clone, Copy, Debug)]
pub struct LpPool {
    pub(super) pool: lppool::LpPool,
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl LpPool {
    /// The pool with exponent `p`, at least 1; padding adds nothing.
    pub const fn new(g: PoolGeometry, p: f32, frame: Frame) -> Self {
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { pool: lppool::LpPool::new(g, p), x, y, dx, dy }
    }
}

impl Kernel<Blocked> for LpPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (g, grid) = (&self.pool.geometry, &self.x);
        let gather = Norm { power: Power::of(self.pool.p), inverse: Power::of(1.0 / self.pool.p) };
        forward_saving(cx, t, [grid, &self.y], activation, &|x, i, y, saved| {
            simd::run(Row { gather, g, x, grid, top: 0, i, y, saved });
        });
    }
}

/// The norm, and its quotient by the sum of powers.
#[derive(Clone, Copy)]
struct Norm {
    power: Power,
    inverse: Power,
}

impl Gather for Norm {
    const SUMS: bool = true;
    type Kept<S: Simd> = S::V;

    #[inline(always)]
    fn start<S: Simd>(self, s: S, _: usize) -> S::V {
        s.splat(0.0)
    }
    #[inline(always)]
    fn take<S: Simd>(self, s: S, sum: S::V, x: S::V, _: usize) -> S::V {
        s.add(sum, self.power.raise(s, s.abs(x)))
    }
    #[inline(always)]
    fn finish<S: Simd>(self, s: S, sum: S::V, _: usize) -> [S::V; 2] {
        root(s, self.inverse, sum)
    }
    #[inline(always)]
    fn sum<S: Simd>(self, s: S, row: &Row<'_, Self>, j: usize) -> Option<S::V> {
        Some(row.total(s, self.power, j))
    }
}
