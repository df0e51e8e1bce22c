//! Mean over a window of each channel.
//!
//! ```text
//! forward:   y = Σ of x over the window / divisor
//! backward:  dx[window] += dy / divisor
//! ```
//! The divisor is the number of elements of the window that lie in the image, or, with
//! `count_pad`, in the padded image: a window that runs past the end counts no more than that, as
//! in PyTorch.

use super::pool::PoolGeometry;
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::simd_fn;

/// Mean over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool {
    geometry: PoolGeometry,
    count_pad: bool,
}

impl AvgPool {
    /// The pool; `count_pad` says whether padding counts as elements (zeros).
    pub const fn new(geometry: PoolGeometry, count_pad: bool) -> Self {
        Self { geometry, count_pad }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }
}

impl<L: Layout> Kernel<L> for AvgPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let g = &self.geometry;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::LANES);
        exec::split(cx.exec, cx.groups::<L>() * g.channels, [(t.output, y_len)], &|i, [y]| {
            forward_plane(L::LANES, self, &t.inputs[0][i * x_len..][..x_len], y);
            activation.apply(y);
        });
    }

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let g = &self.geometry;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::LANES);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        exec::split(
            cx.exec,
            cx.groups::<L>() * g.channels,
            [(&mut **d_input, x_len)],
            &|i, [dx]| {
                backward_plane(L::LANES, self, &dy[i * y_len..][..y_len], dx);
            },
        );
    }
}

simd_fn! {
    fn forward_plane<S>(s by lanes, pool: &AvgPool, x: &[f32], y: &mut [f32]) {
        let g = &pool.geometry;
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let mut sum = s.splat(0.0);
            g.window(i, j, |_, at| sum = s.add(sum, s.load(&x[at * S::LANES..])));
            let scale = 1.0 / g.count(i, j, pool.count_pad) as f32;
            s.store(s.mul(sum, s.splat(scale)), &mut y[o * S::LANES..]);
        }
    }

    fn backward_plane<S>(s by lanes, pool: &AvgPool, dy: &[f32], dx: &mut [f32]) {
        let g = &pool.geometry;
        dx.fill(0.0);
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let scale = 1.0 / g.count(i, j, pool.count_pad) as f32;
            let d = s.mul(s.load(&dy[o * S::LANES..]), s.splat(scale));
            g.window(i, j, |_, at| {
                let dx = &mut dx[at * S::LANES..];
                s.store(s.add(s.load(dx), d), dx);
            });
        }
    }
}
