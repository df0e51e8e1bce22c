//! The gradients of [`MaxPool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layers::pooling::maxpool::MaxPool;
use crate::layers::pooling::unpool::found;
use crate::layout::Layout;
use crate::simd::simd_fn;

impl<L: Layout> Train<L> for MaxPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let g = &self.0;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (dy, saved) = (&*t.d_output, t.saved);
        exec::split(
            cx.exec,
            cx.groups::<L>() * g.channels,
            [(&mut **d_input, x_len)],
            &|i, [dx]| {
                let range = i * y_len..(i + 1) * y_len;
                backward_plane(L::IMAGES, g, &dy[range.clone()], &saved[range], dx);
            },
        );
    }
}

simd_fn! {
    fn backward_plane<S>(s by lanes, g: &PoolGeometry, dy: &[f32], saved: &[f32], dx: &mut [f32]) {
        dx.fill(0.0);
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let d = s.load(&dy[o * S::LANES..]);
            let place = s.load(&saved[o * S::LANES..]);
            g.window(i, j, |k, at| {
                let mine = s.select(found(s, place, k), d, s.splat(0.0));
                let dx = &mut dx[at * S::LANES..];
                s.store(s.add(s.load(dx), mine), dx);
            });
        }
    }
}
