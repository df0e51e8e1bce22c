//! The gradients of [`GemmDense`].

use super::weights::{bias_gradient, weights_gradient};
use crate::choice::choice;
use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::dense::gemm::GemmDense;
use crate::layers::dense::product::{MANY, Matrix, input_gradient};
use crate::layout::Nchw;
use crate::vector::axpy;

impl Train<Nchw> for GemmDense {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        backward(self, cx, t);
    }
}

fn backward(d: &GemmDense, cx: &Pass<'_>, t: Backward<'_>) {
    let dy = Matrix { data: t.d_output, stride: d.outputs };
    let mut d_params = t.d_params.iter_mut();
    if let Some(d_weight) = d_params.next() {
        let x = Matrix { data: t.inputs[0], stride: d.inputs };
        weights_gradient(cx, [dy, x], d_weight, t.scratch);
    }
    if let Some(d_bias) = d_params.next() {
        bias_gradient(cx, dy, d_bias);
    }
    let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
    if choice!("input gradient of a dense layer of few images", cx.batch() < MANY) {
        exec::split(cx.exec, cx.images, [(&mut **d_input, d.inputs)], &|image, [dx]| {
            dx.fill(0.0);
            let dy = &dy.data[image * d.outputs..][..d.outputs];
            for (dy, w) in dy.iter().zip(t.params[0].chunks_exact(d.inputs)) {
                axpy(*dy, w, dx);
            }
        });
    } else {
        let w = Matrix { data: t.params[0], stride: d.inputs };
        input_gradient(cx.exec, [dy, w], d_input, t.scratch);
    }
}
