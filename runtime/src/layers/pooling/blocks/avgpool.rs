//! Mean over a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = Σ of x over the window / divisor
//! backward:  dx[row] += dy / divisor over the windows that reach the row
//! ```
//! The divisor is that of [`crate::layers::pooling::avgpool`].

use super::windows::{self, Gather, Row, grids};
use crate::activation::Activation;
use crate::kernel::band::{Band, Banded, Given, Rows};
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::avgpool::{self, Itself};
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layout::{Blocked, Frame, Grid};
use crate::simd::{self, Simd};
use core::ops::Range;

/// Mean over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool {
    pub(super) pool: avgpool::AvgPool,
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl AvgPool {
    /// The pool; `count_pad` says whether padding counts as elements (zeros).
    pub const fn new(g: PoolGeometry, count_pad: bool, frame: Frame) -> Self {
        Self::of(avgpool::AvgPool::new(g, count_pad), frame)
    }

    /// A mean or a sum.
    pub(crate) const fn of(pool: avgpool::AvgPool, frame: Frame) -> Self {
        let [x, y, dx, dy] = grids(&pool.geometry, &frame);
        Self { pool, x, y, dx, dy }
    }
}

/// Row `i` of a block's pool; `x` has the block's rows from `top` on.
pub(crate) fn row(
    pool: &avgpool::AvgPool,
    x: &[f32],
    grid: &Grid,
    top: usize,
    i: usize,
    y: &mut [f32],
) {
    let g = &pool.geometry;
    let whole = g.whole(1);
    let gather = Mean::new(pool, i, &whole);
    simd::run(Row { gather, g, x, grid, top, i, y, saved: &mut [] });
}

impl AvgPool {
    /// How a chain of layers cuts it into bands.
    pub const fn rows(&self) -> Rows {
        windows::rows(&self.pool.geometry, self.x, self.y)
    }
}

impl Banded for AvgPool {
    fn band(&self, _: Given<'_>, t: Band<'_>) {
        windows::band(t, &|x, grid, top, i, y| row(&self.pool, x, grid, top, i, y));
    }
}

impl Kernel<Blocked> for AvgPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let grid = &self.x;
        write_rows(cx.exec, t.output, self.y, &|[image, block, i], y| {
            let x = &t.inputs[0][image * grid.step + block * grid.plane()..][..grid.plane()];
            row(&self.pool, x, grid, 0, i, y);
            activation.apply(y);
        });
    }
}

/// The mean of windows in one row.
#[derive(Clone, Copy)]
pub(super) struct Mean<'a> {
    pool: &'a avgpool::AvgPool,
    /// Rows that count.
    rows: usize,
    /// One over the divisor of a window that lies inside from left to right.
    scale: f32,
    whole: &'a Range<usize>,
}

impl<'a> Mean<'a> {
    pub(super) fn new(pool: &'a avgpool::AvgPool, i: usize, whole: &'a Range<usize>) -> Self {
        let g = &pool.geometry;
        let rows = pool.count(0, i);
        Self { pool, rows, scale: pool.scale_of(rows, g.kernel[1]), whole }
    }

    /// One over the divisor in column `j`.
    #[inline(always)]
    pub(super) fn scale(&self, j: usize) -> f32 {
        if self.whole.contains(&j) { self.scale } else { self.pool.scale(self.rows, j) }
    }
}

impl Gather for Mean<'_> {
    const SUMS: bool = true;
    type Kept<S: Simd> = S::V;

    #[inline(always)]
    fn start<S: Simd>(self, s: S, _: usize) -> S::V {
        s.splat(0.0)
    }
    #[inline(always)]
    fn take<S: Simd>(self, s: S, sum: S::V, x: S::V, _: usize) -> S::V {
        s.add(sum, x)
    }
    #[inline(always)]
    fn finish<S: Simd>(self, s: S, sum: S::V, j: usize) -> [S::V; 2] {
        let mean = s.mul(sum, s.splat(self.scale(j)));
        [mean, mean]
    }
    #[inline(always)]
    fn sum<S: Simd>(self, s: S, row: &Row<'_, Self>, j: usize) -> Option<S::V> {
        Some(row.total(s, Itself, j))
    }
}
