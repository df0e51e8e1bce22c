//! The gradients of [`GemmDense`].

use crate::choice::choice;
use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::gemm::{Matrix, add_product};
use crate::kernels::images::bias_gradient;
use crate::layers::dense::gemm::{GemmDense, IMAGES, MANY};
use crate::layout::Nchw;
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::vector::axpy;

impl Train<Nchw> for GemmDense {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        backward(self, cx, t);
    }
}

fn backward(d: &GemmDense, cx: &Pass<'_>, t: Backward<'_>) {
    let dy = &*t.d_output;
    let mut d_params = t.d_params.iter_mut();
    if let Some(d_weight) = d_params.next() {
        let leaves = leaves_of(cx, 1);
        let sum = Sum { cx, leaves, row: d.inputs, partials: t.partials, scratch: &mut [] };
        sum.over(d_weight, &|leaf, rows, dw, _| {
            dw.fill(0.0);
            for (o, dw) in rows.zip(dw.chunks_exact_mut(d.inputs)) {
                for image in leaf_groups(cx, 1, leaf) {
                    let x = &t.inputs[0][image * d.inputs..][..d.inputs];
                    axpy(dy[image * d.outputs + o], x, dw);
                }
            }
        });
    }
    if let Some(d_bias) = d_params.next() {
        bias_gradient::<1>(cx, 1, dy, t.partials, d_bias);
    }
    let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
    if choice!("input gradient of a dense layer of few images", cx.batch() < MANY) {
        exec::split(cx.exec, cx.images, [(&mut **d_input, d.inputs)], &|image, [dx]| {
            dx.fill(0.0);
            let dy = &dy[image * d.outputs..][..d.outputs];
            for (dy, w) in dy.iter().zip(t.params[0].chunks_exact(d.inputs)) {
                axpy(*dy, w, dx);
            }
        });
    } else {
        let blocks = cx.images.div_ceil(IMAGES);
        let share = t.scratch.len() / blocks;
        let pieces = [(&mut **d_input, IMAGES * d.inputs), (t.scratch, share)];
        exec::split(cx.exec, blocks, pieces, &|block, [dx, scratch]| {
            dx.fill(0.0);
            let dy = Matrix { data: &dy[block * IMAGES * d.outputs..], stride: d.outputs };
            let w = Matrix { data: t.params[0], stride: d.inputs };
            add_product([dx.len() / d.inputs, d.inputs, d.outputs], &dy, &w, dx, scratch);
        });
    }
}
