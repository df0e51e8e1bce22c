//! The gradients of [`LpPool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::lppool::{LpPool, backward_plane};
use crate::layout::Layout;

impl<L: Layout> Train<L> for LpPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let g = &self.geometry;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (x, dy, saved) = (t.inputs[0], &*t.d_output, t.saved);
        let planes = cx.groups::<L>() * g.channels;
        exec::split(cx.exec, planes, [(&mut **d_input, x_len)], &|i, [dx]| {
            let outputs = i * y_len..(i + 1) * y_len;
            let x = &x[i * x_len..][..x_len];
            backward_plane(L::IMAGES, self, x, &dy[outputs.clone()], &saved[outputs], dx);
        });
    }
}
