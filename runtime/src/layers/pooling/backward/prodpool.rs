//! The gradients of [`ProdPool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::prodpool::{ProdPool, backward_plane};
use crate::layout::{Grid, Layout};

impl<L: Layout> Train<L> for ProdPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let g = &self.0;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let grid = |[height, width]: [usize; 2]| {
            Grid::with_depth([L::IMAGES, height, width], 0, L::IMAGES)
        };
        let grids = [&grid(g.input), &grid(g.output)];
        let tensors = [(&mut **d_input, x_len), (t.scratch, g.kernel[0] * g.kernel[1] * L::IMAGES)];
        exec::split(cx.exec, cx.groups::<L>() * g.channels, tensors, &|i, [dx, after]| {
            let (x, dy) = (&x[i * x_len..][..x_len], &dy[i * y_len..][..y_len]);
            let [input, output] = grids;
            backward_plane(L::IMAGES, g, [input, output, input], x, dy, dx, after);
        });
    }
}
