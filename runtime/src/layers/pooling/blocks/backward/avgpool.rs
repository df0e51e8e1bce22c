//! The gradients of [`AvgPool`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::avgpool::{self};
use crate::layers::pooling::blocks::avgpool::{AvgPool, Mean};
use crate::layout::{BLOCK, Blocked};
use crate::simd::simd_fn;

impl Train<Blocked> for AvgPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (g, dy) = (&self.pool.geometry, &*t.d_output);
        write_rows(cx.exec, d_input, self.dx, &|[image, block, row], dx| {
            dx.fill(0.0);
            g.seeing(0, row, |i, _| {
                backward_row(&self.pool, i, self.dy.row(dy, [image, block, i]), dx);
            });
        });
    }
}

simd_fn! {
    /// What one row of the windows in row `i` adds to a row of the input's gradient.
    fn backward_row<S>(s, pool: &avgpool::AvgPool, i: usize, dy: &[f32], dx: &mut [f32]) {
        let g = &pool.geometry;
        let whole = g.whole(1);
        let mean = Mean::new(pool, i, &whole);
        for (j, dy) in dy.chunks_exact(BLOCK).enumerate() {
            let d = s.mul(s.load(dy), s.splat(mean.scale(j)));
            let columns = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
            let left = g.start(1, j);
            for b in columns {
                let dx = &mut dx[(left + b * g.dilation[1] - g.pad[2]) * BLOCK..];
                s.store(s.add(s.load(dx), d), dx);
            }
        }
    }
}
