//! The gradients of [`Grouped`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::finish::Finish;
use crate::kernels::pixel_sums::bias_sums;
use crate::layers::convolution::blocks::grouped::Grouped;
use crate::layout::Blocked;

impl Train<Blocked> for Grouped {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let [turned, images, _] = self.room_backward().split(t.scratch, cx.images);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            self.weight_gradient(cx, [t.inputs[0], t.d_output], t.partials, images, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_sums(cx, t.d_output, self.dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            self.pack(t.params[0], true, turned);
            self.spread(cx, turned, (None, None, Finish::NONE), t.d_output, d_input);
        }
    }
}
