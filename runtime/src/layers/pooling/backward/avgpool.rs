//! The gradients of [`AvgPool`].

use crate::choice::choice;
use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::avgpool::AvgPool;
use crate::layout::Layout;
use crate::simd::{Simd, simd_fn};

impl<L: Layout> Train<L> for AvgPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let g = &self.geometry;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        exec::split(
            cx.exec,
            cx.groups::<L>() * g.channels,
            [(&mut **d_input, x_len)],
            &|i, [dx]| {
                backward_plane(L::IMAGES, self, &dy[i * y_len..][..y_len], dx);
            },
        );
    }
}

simd_fn! {
    fn backward_plane<S>(s by lanes, pool: &AvgPool, dy: &[f32], dx: &mut [f32]) {
        let g = &pool.geometry;
        if choice!("gradients of windows apart", pool.apart(2)) {
            return spread_apart::<S, 2>(s, pool, dy, dx);
        }
        dx.fill(0.0);
        for (i, dy) in dy.chunks_exact(g.output[1] * S::LANES).enumerate() {
            let rows = pool.count(0, i);
            for (j, dy) in dy.chunks_exact(S::LANES).enumerate() {
                let d = s.mul(s.load(dy), s.splat(pool.scale(rows, j)));
                g.window(i, j, |_, at| {
                    let dx = &mut dx[at * S::LANES..];
                    s.store(s.add(s.load(dx), d), dx);
                });
            }
        }
    }
}

/// What such windows give back.
#[inline(always)]
fn spread_apart<S: Simd, const K: usize>(s: S, pool: &AvgPool, dy: &[f32], dx: &mut [f32]) {
    let (g, scale) = (&pool.geometry, s.splat(pool.scale_of(K, K)));
    let (pitch, step) = (g.input[1] * S::LANES, g.stride[1] * S::LANES);
    if g.output[0] * K < g.input[0] || g.output[1] * K < g.input[1] {
        dx.fill(0.0);
    }
    let rows = dx.chunks_mut(g.stride[0] * pitch);
    for (dx, dy) in rows.zip(dy.chunks_exact(g.output[1] * S::LANES)) {
        for (j, dy) in dy.chunks_exact(S::LANES).enumerate() {
            let d = s.mul(s.load(dy), scale);
            for a in 0..K {
                let dx = &mut dx[a * pitch + j * step..][..K * S::LANES];
                for b in 0..K {
                    s.store(d, &mut dx[b * S::LANES..]);
                }
            }
        }
    }
}
