//! Mean over a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = Σ of x over the window / divisor
//! backward:  dx[row] += dy / divisor over the windows that reach the row
//! ```
//! The divisor is that of [`crate::layers::avgpool`].

use super::maxpool::grids;
use super::write_rows;
use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::layers::avgpool;
use crate::layers::pool::PoolGeometry;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::simd_fn;

/// Mean over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool {
    pool: avgpool::AvgPool,
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
}

impl AvgPool {
    /// The pool; `count_pad` says whether padding counts as elements (zeros).
    pub const fn new(g: PoolGeometry, count_pad: bool, frame: Frame) -> Self {
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { pool: avgpool::AvgPool::new(g, count_pad), x, y, dx, dy }
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

impl Kernel<Blocked> for AvgPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let grid = &self.x;
        write_rows(cx.exec, t.output, self.y, &|[image, block, i], y| {
            let x = &t.inputs[0][image * grid.len() + block * grid.plane()..][..grid.plane()];
            forward_row(&self.pool, x, grid, i, y);
            activation.apply(y);
        });
    }

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (g, dy) = (&self.pool.geometry, &*t.d_output);
        write_rows(cx.exec, d_input, self.dx, &|[image, block, row], dx| {
            dx.fill(0.0);
            for a in 0..g.kernel[0] {
                if let Some(i) = g.place(0, row, a) {
                    backward_row(&self.pool, i, self.dy.row(dy, [image, block, i]), dx);
                }
            }
        });
    }
}

simd_fn! {
    fn forward_row<S>(s, pool: &avgpool::AvgPool, x: &[f32], grid: &Grid, i: usize, y: &mut [f32]) {
        let g = &pool.geometry;
        let (rows, whole) = (g.taps(0, i), g.whole(1));
        let counted = g.count(0, i, pool.count_pad);
        let scale_whole = s.splat(1.0 / (counted * g.kernel[1]) as f32);
        for (j, y) in y.chunks_exact_mut(LANES).enumerate() {
            let (columns, scale) = if whole.contains(&j) {
                (0..g.kernel[1], scale_whole)
            } else {
                (g.taps(1, j), s.splat(pool.scale(counted, j)))
            };
            let mut sum = s.splat(0.0);
            for a in rows.clone() {
                let row = i * g.stride[0] + a * g.dilation[0] - g.pad[0];
                let x = &x[grid.pixel(row, 0)..][..grid.width * LANES];
                for b in columns.clone() {
                    let at = (j * g.stride[1] + b * g.dilation[1] - g.pad[2]) * LANES;
                    sum = s.add(sum, s.load(&x[at..]));
                }
            }
            s.store(s.mul(sum, scale), y);
        }
    }

    /// What one row of the windows in row `i` adds to a row of the input's gradient.
    fn backward_row<S>(s, pool: &avgpool::AvgPool, i: usize, dy: &[f32], dx: &mut [f32]) {
        let g = &pool.geometry;
        let whole = g.whole(1);
        let counted = g.count(0, i, pool.count_pad);
        let scale_whole = s.splat(1.0 / (counted * g.kernel[1]) as f32);
        for (j, dy) in dy.chunks_exact(LANES).enumerate() {
            let (columns, scale) = if whole.contains(&j) {
                (0..g.kernel[1], scale_whole)
            } else {
                (g.taps(1, j), s.splat(pool.scale(counted, j)))
            };
            let d = s.mul(s.load(dy), scale);
            for b in columns {
                let dx = &mut dx[(j * g.stride[1] + b * g.dilation[1] - g.pad[2]) * LANES..];
                s.store(s.add(s.load(dx), d), dx);
            }
        }
    }
}
