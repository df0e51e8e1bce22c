//! The gradients of [`Scale`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::affine::{map_lines, of_block};
use crate::kernels::finish::Finish;
use crate::kernels::pixel_sums::{bias_sums, channel_sums, sum_centered};
use crate::layers::channels::blocks::scale::{Scale, ZEROS};
use crate::layout::Blocked;

impl Train<Blocked> for Scale {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, weight) = (t.inputs[0], &*t.d_output, t.params[0]);
        let [d_weight, d_bias @ ..] = t.d_params else { unreachable!("scale has a weight") };
        channel_sums(cx, t.partials, d_weight, &|image, block| {
            [sum_centered((x, self.x), (dy, self.dy), [ZEROS; 2], [image, block])]
        });
        if let [d_bias] = d_bias {
            bias_sums(cx, dy, self.dy, t.partials, d_bias);
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let line = |[_, block]: [usize; 2]| [ZEROS, of_block(weight, block), ZEROS];
        map_lines(cx, Some((dy, self.dy)), d_input, self.dx, Finish::NONE, &line);
    }
}
