//! The gradients of [`LpPool`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::blocks::lppool::LpPool;
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layers::pooling::lppool::slope;
use crate::layout::{BLOCK, Blocked};
use crate::simd::simd_fn;

impl Train<Blocked> for LpPool {
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

simd_fn! {
    /// What one row of windows adds to a row of the input's gradient, before the slopes.
    fn spread_row<S>(s, g: &PoolGeometry, dy: &[f32], quotients: &[f32], dx: &mut [f32]) {
        let pixels = dy.chunks_exact(BLOCK).zip(quotients.chunks_exact(BLOCK));
        for (j, (dy, quotient)) in pixels.enumerate() {
            let (d, left) = (s.mul(s.load(dy), s.load(quotient)), g.start(1, j));
            for b in g.taps(1, j) {
                let dx = &mut dx[(left + b * g.dilation[1] - g.pad[2]) * BLOCK..];
                s.store(s.add(s.load(dx), d), dx);
            }
        }
    }

    fn multiply_slopes<S>(s, p: f32, x: &[f32], dx: &mut [f32]) {
        for (x, dx) in x.chunks_exact(BLOCK).zip(dx.chunks_exact_mut(BLOCK)) {
            s.store(s.mul(s.load(dx), slope(s, p, s.load(x))), dx);
        }
    }
}
