//! The gradients of [`Unpool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::blocks::unpool::Unpool;
use crate::layers::pooling::unpool::backward_plane;
use crate::layout::{BLOCK, Blocked};

impl Train<Blocked> for Unpool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some((d_input, others)) = t.d_inputs.split_first_mut() else { return };
        // Places have no gradient.
        others.iter_mut().for_each(|d| d.fill(0.0));
        if d_input.is_empty() {
            return;
        }
        let places = t.inputs[1];
        let grids = [&self.places, &self.dy, &self.dx];
        let tensors = [(&mut **d_input, self.dx.plane()), (&mut *t.d_output, self.dy.plane())];
        exec::split(cx.exec, cx.images * self.dx.blocks(), tensors, &|i, [dx, dy]| {
            let places = &places[i * self.places.plane()..][..self.places.plane()];
            dx.fill(0.0);
            backward_plane(BLOCK, &self.g, grids, places, dy, dx);
        });
    }
}
