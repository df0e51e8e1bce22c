//! The gradients of [`Unpool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::unpool::{Unpool, backward_plane};
use crate::layout::{Grid, Layout};

impl<L: Layout> Train<L> for Unpool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let g = &self.0;
        let [y_len, x_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        let Some((d_input, others)) = t.d_inputs.split_first_mut() else { return };
        // Places have no gradient.
        others.iter_mut().for_each(|d| d.fill(0.0));
        if d_input.is_empty() {
            return;
        }
        let places = t.inputs[1];
        let form = |[height, width]: [usize; 2]| {
            Grid::with_depth([L::IMAGES, height, width], 0, L::IMAGES)
        };
        let [large, small] = [form(g.input), form(g.output)];
        let tensors = [(&mut **d_input, x_len), (&mut *t.d_output, y_len)];
        exec::split(cx.exec, cx.groups::<L>() * g.channels, tensors, &|i, [dx, dy]| {
            let places = &places[i * x_len..][..x_len];
            backward_plane(L::IMAGES, g, [&small, &large, &small], places, dy, dx);
        });
    }
}
