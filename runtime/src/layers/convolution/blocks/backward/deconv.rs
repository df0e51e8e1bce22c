//! The gradients of [`Transposed`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::finish::Finish;
use crate::kernels::pixel_sums::bias_sums;
use crate::layers::convolution::blocks::deconv::Transposed;
use crate::layout::Blocked;

impl<const WINOGRAD: bool> Train<Blocked> for Transposed<WINOGRAD> {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let [packed, leaves, threads] = self.room_backward().split(t.scratch, cx.images);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            let scratch = [&mut *leaves, &mut *threads];
            let tensors = [&*t.d_output, t.inputs[0]];
            self.conv.weight_gradient(cx, tensors, t.partials, scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_sums(cx, t.d_output, self.conv.x, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            let (w, zeros) = packed.split_at_mut(self.conv.packed()[0]);
            self.conv.pack_forward(Some(cx), t.params[0], w);
            zeros.fill(0.0);
            self.conv.convolve(cx, [w, zeros], &[t.d_output], Finish::NONE, d_input, threads);
        }
    }
}
