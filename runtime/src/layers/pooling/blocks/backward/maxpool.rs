//! The gradients of [`MaxPool`].

use crate::choice::choice;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::blocks::maxpool::MaxPool;
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layers::pooling::unpool::found;
use crate::layout::{BLOCK, Blocked};
use crate::simd::simd_fn;

impl Train<Blocked> for MaxPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (g, dy, saved) = (&self.g, &*t.d_output, t.saved);
        let places = self.y.bare();
        // Windows of which no two meet: each pixel is written once.
        let apart =
            !g.adaptive && g.dilation == [1, 1] && (0..2).all(|d| g.kernel[d] <= g.stride[d]);
        let apart = choice!("windows apart from each other", apart);
        write_rows(cx.exec, d_input, self.dx, &|[image, block, row], dx| {
            if apart {
                let mut seen = false;
                g.seeing(0, row, |i, a| {
                    let at = [image, block, i];
                    let (dy, saved) = (self.dy.row(dy, at), places.row(saved, at));
                    backward_row_apart(g, a, dy, saved, dx);
                    seen = true;
                });
                if !seen {
                    dx.fill(0.0);
                }
                return;
            }
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

simd_fn! {
    /// What row `a` of the windows adds to a row of the input's gradient.
    fn backward_row<S>(s, g: &PoolGeometry, a: usize, dy: &[f32], places: &[f32], dx: &mut [f32]) {
        let step = g.stride[1] * BLOCK;
        for b in 0..g.kernel[1] {
            let k = a * g.kernel[1] + b;
            let windows = g.reaching(1, b);
            let mut at = (windows.start * g.stride[1] + b * g.dilation[1]).wrapping_sub(g.pad[2]);
            at = at.wrapping_mul(BLOCK);
            for j in windows {
                let (d, place) = (s.load(&dy[j * BLOCK..]), s.load(&places[j * BLOCK..]));
                let dx = &mut dx[at..];
                s.store(s.add(s.load(dx), s.select(found(s, place, k), d, s.splat(0.0))), dx);
                at += step;
            }
        }
    }

    /// The whole row of the input's gradient, where row `a` of the windows alone sees it, and of each pixel
    /// one window at most.
    fn backward_row_apart<S>(s, g: &PoolGeometry, a: usize, dy: &[f32], places: &[f32], dx: &mut [f32]) {
        let windows = dy.as_chunks::<BLOCK>().0.iter().zip(places.as_chunks::<BLOCK>().0);
        let (dx, whole) = (dx.as_chunks_mut::<BLOCK>().0, g.whole(1));
        let mut written = 0;
        for (j, (dy, place)) in windows.enumerate() {
            let (d, place, left) = (s.load(dy), s.load(place), g.start(1, j));
            let taps = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
            for b in taps {
                let at = left + b - g.pad[2];
                while written < at {
                    s.store(s.splat(0.0), &mut dx[written]);
                    written += 1;
                }
                s.store(s.select(found(s, place, a * g.kernel[1] + b), d, s.splat(0.0)), &mut dx[at]);
                written = at + 1;
            }
        }
        while written < dx.len() {
            s.store(s.splat(0.0), &mut dx[written]);
            written += 1;
        }
    }

    /// The same, window after window.
    fn backward_windows<S>(s, g: &PoolGeometry, a: usize, dy: &[f32], places: &[f32], dx: &mut [f32]) {
        for (j, (dy, place)) in dy.chunks_exact(BLOCK).zip(places.chunks_exact(BLOCK)).enumerate() {
            let (d, place, left) = (s.load(dy), s.load(place), g.start(1, j));
            for b in g.taps(1, j) {
                let near = found(s, place, a * g.kernel[1] + b);
                let dx = &mut dx[(left + b * g.dilation[1] - g.pad[2]) * BLOCK..];
                s.store(s.add(s.load(dx), s.select(near, d, s.splat(0.0))), dx);
            }
        }
    }
}
