//! Maximum over a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = max of x over the window;  saved = number of the (first) maximum in the window
//! backward:  dx[row] += dy where saved is this element, over the windows that reach the row
//! ```
//! As in PyTorch, padding is never the maximum and a NaN always is. The input's halo is not read,
//! since its zeros might be a maximum.

use super::windows::{self, Gather, Row, forward_saving, grids};
use crate::activation::Activation;
use crate::kernel::band::{Band, Banded, Given, Rows};
use crate::kernel::{Forward, Kernel, Pass};
use crate::layers::pooling::geometry::{PoolGeometry, check_places, place as place_of};
use crate::layout::{Blocked, Frame, Grid};
use crate::simd::{self, Simd};

/// Maximum over a window of each channel. Its kept places are a tensor of the output's shape
/// without a halo.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    pub(super) g: PoolGeometry,
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl MaxPool {
    /// The pool. Every window must meet the image.
    pub const fn new(g: PoolGeometry, frame: Frame) -> Self {
        check_places(&g);
        let g = g.meeting_the_image();
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { g, x, y, dx, dy }
    }
}

/// Row `i` of a block's pool; `x` has the block's rows from `top` on.
pub(crate) fn row(g: &PoolGeometry, x: &[f32], grid: &Grid, top: usize, i: usize, y: &mut [f32]) {
    simd::run(Row { gather: Largest, g, x, grid, top, i, y, saved: &mut [] });
}

impl MaxPool {
    /// How a chain of layers cuts it into bands.
    pub const fn rows(&self) -> Rows {
        windows::rows(&self.g, self.x, self.y)
    }
}

impl Banded for MaxPool {
    fn band(&self, _: Given<'_>, t: Band<'_>) {
        windows::band(t, &|x, grid, top, i, y| row(&self.g, x, grid, top, i, y));
    }
}

impl Kernel<Blocked> for MaxPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (g, grid) = (&self.g, &self.x);
        forward_saving(cx, t, [grid, &self.y], activation, &|x, i, y, saved| {
            if saved.is_empty() {
                row(g, x, grid, 0, i, y);
            } else {
                simd::run(Row { gather: LargestPlace, g, x, grid, top: 0, i, y, saved });
            }
        });
    }
}

/// The largest element.
#[derive(Clone, Copy)]
struct Largest;

impl Gather for Largest {
    type Kept<S: Simd> = S::V;

    #[inline(always)]
    fn start<S: Simd>(self, s: S, _: usize) -> S::V {
        s.splat(f32::NEG_INFINITY)
    }
    #[inline(always)]
    fn take<S: Simd>(self, s: S, best: S::V, x: S::V, _: usize) -> S::V {
        s.select(s.is_nan(x), x, s.max(x, best))
    }
    #[inline(always)]
    fn finish<S: Simd>(self, _: S, best: S::V, _: usize) -> [S::V; 2] {
        [best, best]
    }
}

/// The largest element and its number in the window.
#[derive(Clone, Copy)]
struct LargestPlace;

impl Gather for LargestPlace {
    type Kept<S: Simd> = [S::V; 2];

    /// The first element stands even if it is -∞.
    #[inline(always)]
    fn start<S: Simd>(self, s: S, first: usize) -> [S::V; 2] {
        [s.splat(f32::NEG_INFINITY), s.splat(place_of(first))]
    }
    #[inline(always)]
    fn take<S: Simd>(self, s: S, [best, place]: [S::V; 2], x: S::V, k: usize) -> [S::V; 2] {
        let (nan, k) = (s.is_nan(x), s.splat(place_of(k)));
        let place = s.select(nan, k, s.select(s.lt(best, x), k, place));
        [s.select(nan, x, s.max(x, best)), place]
    }
    #[inline(always)]
    fn finish<S: Simd>(self, _: S, kept: [S::V; 2], _: usize) -> [S::V; 2] {
        kept
    }
}
