//! Maximum over a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = max of x over the window;  saved = number of the (first) maximum in the window
//! backward:  dx[row] += dy where saved is this element, over the windows that reach the row
//! ```
//! As in PyTorch, padding is never the maximum and a NaN always is. The input's halo is not read,
//! since its zeros might be a maximum.

use super::windows::{Gather, Row, forward_saving, grids};
use crate::activation::Activation;
use crate::choice::choice;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::geometry::{PoolGeometry, check_places, place as place_of};
use crate::layers::pooling::unpool::found;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::{self, Simd, simd_fn};

/// Maximum over a window of each channel. Its kept places are a tensor of the output's shape
/// without a halo.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    g: PoolGeometry,
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
}

impl MaxPool {
    /// The pool. Every window must meet the image.
    pub const fn new(g: PoolGeometry, frame: Frame) -> Self {
        check_places(&g);
        let g = g.meeting_the_image();
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { g, x, y, dx, dy }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }
}

/// Row `i` of a block's pool; `x` has the block's rows from `top` on.
pub(crate) fn row(g: &PoolGeometry, x: &[f32], grid: &Grid, top: usize, i: usize, y: &mut [f32]) {
    simd::run(Row { gather: Largest, g, x, grid, top, i, y, saved: &mut [] });
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

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (g, dy, saved) = (&self.g, &*t.d_output, t.saved);
        let places = self.y.bare();
        write_rows(cx.exec, d_input, self.dx, &|[image, block, row], dx| {
            dx.fill(0.0);
            g.seeing(0, row, |i, a| {
                let at = [image, block, i];
                let (dy, saved) = (self.dy.row(dy, at), places.row(saved, at));
                // Few wide windows are better taken one after the other.
                let few = g.adaptive || g.output[1] < g.kernel[1];
                if choice!("few wide windows", few) {
                    backward_windows(g, a, dy, saved, dx);
                } else {
                    backward_row(g, a, dy, saved, dx);
                }
            });
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

simd_fn! {
    /// What row `a` of the windows adds to a row of the input's gradient.
    fn backward_row<S>(s, g: &PoolGeometry, a: usize, dy: &[f32], places: &[f32], dx: &mut [f32]) {
        let step = g.stride[1] * LANES;
        for b in 0..g.kernel[1] {
            let k = a * g.kernel[1] + b;
            let windows = g.reaching(1, b);
            let mut at = (windows.start * g.stride[1] + b * g.dilation[1]).wrapping_sub(g.pad[2]);
            at = at.wrapping_mul(LANES);
            for j in windows {
                let (d, place) = (s.load(&dy[j * LANES..]), s.load(&places[j * LANES..]));
                let dx = &mut dx[at..];
                s.store(s.add(s.load(dx), s.select(found(s, place, k), d, s.splat(0.0))), dx);
                at += step;
            }
        }
    }
    /// The same, window after window.
    fn backward_windows<S>(s, g: &PoolGeometry, a: usize, dy: &[f32], places: &[f32], dx: &mut [f32]) {
        for (j, (dy, place)) in dy.chunks_exact(LANES).zip(places.chunks_exact(LANES)).enumerate() {
            let (d, place, left) = (s.load(dy), s.load(place), g.start(1, j));
            for b in g.taps(1, j) {
                let near = found(s, place, a * g.kernel[1] + b);
                let dx = &mut dx[(left + b * g.dilation[1] - g.pad[2]) * LANES..];
                s.store(s.add(s.load(dx), s.select(near, d, s.splat(0.0))), dx);
            }
        }
    }
}
