//! The gradients of [`GemmDeconv`] and [`DirectDeconv`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::bias_gradient;
use crate::layers::convolution::deconv::{DirectDeconv, GemmDeconv};
use crate::layers::convolution::direct::{self};
use crate::layers::convolution::gemm;
use crate::layout::{Interleaved, LANES, Nchw};

impl Train<Nchw> for GemmDeconv {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            gemm::weight_gradient(&self.conv, cx, [dy, x], t.partials, t.scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_gradient::<1>(cx, self.g.height * self.g.width, dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            gemm::forward(&self.conv, cx, dy, (t.params[0], None), &|_| (), d_input, t.scratch);
        }
    }
}

impl Train<Interleaved> for DirectDeconv {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (g, x, dy) = (&self.g, t.inputs[0], &*t.d_output);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            let scratch = &mut t.scratch[..g.padded_input() * cx.padded::<Interleaved>()];
            direct::weight_gradient(g, cx, [dy, x], t.partials, scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_gradient::<LANES>(cx, g.height * g.width, dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            let (params, finish) = ((t.params[0], None), &|_: &mut [f32]| ());
            direct::forward(g, self.convolve, cx, dy, params, finish, d_input, t.scratch);
        }
    }
}
