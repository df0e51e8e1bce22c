//! The gradients of [`Conv`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::finish::Finish;
use crate::kernels::pixel_sums::bias_sums;
use crate::layers::convolution::blocks::conv::Conv;
use crate::layout::Blocked;

impl<const WINOGRAD: bool> Train<Blocked> for Conv<WINOGRAD> {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let [turned, leaves, threads] = self.room_backward().split(t.scratch, cx.images);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            let scratch = [&mut *leaves, &mut *threads];
            self.weight_gradient(cx, [t.inputs[0], t.d_output], t.partials, scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_sums(cx, t.d_output, self.dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            self.pack_turned(Some(cx), t.params[0], turned);
            let nothing = (None, None, Finish::NONE);
            self.spread(cx, turned, nothing, t.d_output, d_input, threads);
        }
    }
}
