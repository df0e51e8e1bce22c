//! The gradients of [`DirectConv`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::bias_gradient;
use crate::layers::convolution::conv::Geometry;
use crate::layers::convolution::direct::{DirectConv, spread, turn_weights, weight_gradient};
use crate::layout::{Interleaved, LANES};

impl Train<Interleaved> for DirectConv {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        backward(&self.geometry, cx, t);
    }
}

fn backward(g: &Geometry, cx: &Pass<'_>, t: Backward<'_>) {
    let n = cx.padded::<Interleaved>();
    let x_or_dy = g.padded_input().max(g.padded_output());
    assert!(t.scratch.len() >= (g.shared() + x_or_dy) * n, "too little scratch");
    let (shared, scratch) = t.scratch.split_at_mut(g.shared() * n);
    let mut d_params = t.d_params.iter_mut();
    if let Some(d_weight) = d_params.next() {
        let scratch = &mut scratch[..g.padded_input() * n];
        weight_gradient(g, cx, [t.inputs[0], t.d_output], t.partials, scratch, d_weight);
    }
    if let Some(d_bias) = d_params.next() {
        bias_gradient::<LANES>(cx, g.positions(), t.d_output, t.partials, d_bias);
    }
    if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
        turn_weights(g, t.params[0], shared);
        spread(g, cx, t.d_output, (shared, None), &|_| {}, d_input, scratch);
    }
}
