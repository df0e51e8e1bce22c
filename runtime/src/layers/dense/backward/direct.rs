//! The gradients of [`DirectDense`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::gemm::{Matrix, Transposed, add_product};
use crate::kernels::images::bias_gradient;
use crate::layers::dense::direct::{DirectDense, Groups, products, together};
use crate::layout::{Interleaved, LANES};
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};

impl Train<Interleaved> for DirectDense {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        backward(self, cx, t);
    }
}

fn backward(d: &DirectDense, cx: &Pass<'_>, t: Backward<'_>) {
    let (x_len, y_len) = (d.inputs * LANES, d.outputs * LANES);
    assert!(
        t.scratch.len() >= d.room_backward().image * cx.padded::<Interleaved>(),
        "too little scratch"
    );
    let dy = &*t.d_output;
    let mut d_params = t.d_params.iter_mut();
    if let Some(d_weight) = d_params.next() {
        let leaves = leaves_of(cx, LANES);
        let sum = Sum { cx, leaves, row: d.inputs, partials: t.partials, scratch: t.scratch };
        sum.over(d_weight, &|leaf, rows, dw, scratch| {
            dw.fill(0.0);
            for group in leaf_groups(cx, LANES, leaf) {
                let dy = Matrix { data: &dy[group * y_len + rows.start * LANES..], stride: LANES };
                let x = Transposed(Matrix { data: &t.inputs[0][group * x_len..], stride: LANES });
                add_product([rows.len(), d.inputs, LANES], &dy, &x, dw, scratch);
            }
        });
    }
    if let Some(d_bias) = d_params.next() {
        bias_gradient::<LANES>(cx, 1, dy, t.partials, d_bias);
    }
    if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
        let together = together(cx);
        let pieces = cx.groups::<Interleaved>().div_ceil(together);
        exec::split(cx.exec, pieces, [(&mut **d_input, together * x_len)], &|group, [dx]| {
            let x = &dy[group * together * y_len..][..dx.len() / d.inputs * d.outputs];
            let (vectors, w_step) = (d.outputs, [1, d.inputs]);
            products(Groups { x, vectors, w: t.params[0], w_step, bias: None }, dx);
        });
    }
}
