//! The gradients of [`GemmConv`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::bias_gradient;
use crate::layers::convolution::gemm::{GemmConv, spread, weight_gradient};
use crate::layout::Nchw;

impl Train<Nchw> for GemmConv {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let dy = &*t.d_output;
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            weight_gradient(self, cx, [t.inputs[0], dy], t.partials, t.scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_gradient::<1>(cx, self.0.positions(), dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            spread(self, cx, dy, (t.params[0], None), &|_| (), d_input, t.scratch);
        }
    }
}
