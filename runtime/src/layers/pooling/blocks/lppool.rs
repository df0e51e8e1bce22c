//! The p-norm of a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   S = Σ |x|ᵖ over the window;  y = S^(1/p);  saved = y / S, or 0 where S is 0
//! backward:  dx[row] = (Σ dy · saved over the windows that see the element) · |x|^(p - 1) · sign x
//! ```

use super::windows::{Gather, Row, forward_saving, grids};
use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layers::pooling::lppool::{self, Power, root, slope};
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::{self, Simd, simd_fn};

/// The p-norm of a window of each channel. What it saves is a tensor of the output's shape without
/// a halo.
#[derive(Clone, Copy, Debug)]
pub struct LpPool {
    pool: lppool::LpPool,
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
}

impl LpPool {
    /// The pool with exponent `p`, at least 1; padding adds nothing.
    pub const fn new(g: PoolGeometry, p: f32, frame: Frame) -> Self {
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { pool: lppool::LpPool::new(g, p), x, y, dx, dy }
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

impl Kernel<Blocked> for LpPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (g, grid) = (&self.pool.geometry, &self.x);
        let gather = Norm { power: Power::of(self.pool.p), inverse: Power::of(1.0 / self.pool.p) };
        forward_saving(cx, t, [grid, &self.y], activation, &|x, i, y, saved| {
            simd::run(Row { gather, g, x, grid, top: 0, i, y, saved });
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (g, x, dy, saved) = (&self.pool.geometry, t.inputs[0], &*t.d_output, t.saved);
        let quotients = self.y.bare();
        write_rows(cx.exec, d_input, self.dx, &|[image, block, row], dx| {
            dx.fill(0.0);
            g.seeing(0, row, |i, _| {
                let at = [image, block, i];
                spread_row(g, self.dy.row(dy, at), quotients.row(saved, at), dx);
            });
            multiply_slopes(self.pool.p, self.x.row(x, [image, block, row]), dx);
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

simd_fn! {
    /// What one row of windows adds to a row of the input's gradient, before the slopes.
    fn spread_row<S>(s, g: &PoolGeometry, dy: &[f32], quotients: &[f32], dx: &mut [f32]) {
        let pixels = dy.chunks_exact(LANES).zip(quotients.chunks_exact(LANES));
        for (j, (dy, quotient)) in pixels.enumerate() {
            let (d, left) = (s.mul(s.load(dy), s.load(quotient)), g.start(1, j));
            for b in g.taps(1, j) {
                let dx = &mut dx[(left + b * g.dilation[1] - g.pad[2]) * LANES..];
                s.store(s.add(s.load(dx), d), dx);
            }
        }
    }

    fn multiply_slopes<S>(s, p: f32, x: &[f32], dx: &mut [f32]) {
        for (x, dx) in x.chunks_exact(LANES).zip(dx.chunks_exact_mut(LANES)) {
            s.store(s.mul(s.load(dx), slope(s, p, s.load(x))), dx);
        }
    }
}
