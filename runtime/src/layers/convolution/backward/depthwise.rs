//! The gradients of [`Depthwise`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::bias_gradient;
use crate::layers::convolution::depthwise::Depthwise;
use crate::layout::Nchw;
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::vector::{axpy, dot};

impl Train<Nchw> for Depthwise {
    const SUMS_ALONE: bool = true;

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        backward(self, cx, t);
    }
}

fn backward(d: &Depthwise, cx: &Pass<'_>, t: Backward<'_>) {
    let g = &d.0;
    let (plane, width, step) = (g.height * g.width, g.output[1], g.stride[1]);
    let (per_channel, row_len, positions) = (g.filters / g.channels, g.filter_len(), g.positions());
    let dy = &*t.d_output;
    let mut d_params = t.d_params.iter_mut();
    if let Some(d_weight) = d_params.next() {
        let leaves = leaves_of(cx, 1);
        let sum = Sum { cx, leaves, row: row_len, partials: t.partials, scratch: &mut [] };
        sum.over(d_weight, &|leaf, filters, dw, _| {
            dw.fill(0.0);
            for (f, dw) in filters.zip(dw.chunks_exact_mut(row_len)) {
                for image in leaf_groups(cx, 1, leaf) {
                    let x = &t.inputs[0][(image * g.channels + f / per_channel) * plane..][..plane];
                    let dy = &dy[(image * g.filters + f) * positions..][..positions];
                    d.rows(|tap, i, row, columns, first| {
                        let x = &x[row * g.width + first..(row + 1) * g.width];
                        let dy = &dy[i * width..][columns];
                        dw[tap] += if step == 1 {
                            dot(dy, x)
                        } else {
                            dy.iter().zip(x.iter().step_by(step)).map(|(dy, x)| dy * x).sum()
                        };
                    });
                }
            }
        });
    }
    if let Some(d_bias) = d_params.next() {
        bias_gradient::<1>(cx, positions, dy, t.partials, d_bias);
    }
    if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
        exec::split(cx.exec, cx.images * g.channels, [(&mut **d_input, plane)], &|i, [dx]| {
            let (image, c) = (i / g.channels, i % g.channels);
            dx.fill(0.0);
            for f in c * per_channel..(c + 1) * per_channel {
                let dy = &dy[(image * g.filters + f) * positions..][..positions];
                let w = &t.params[0][f * row_len..][..row_len];
                d.rows(|tap, i, row, columns, first| {
                    let dx = &mut dx[row * g.width + first..(row + 1) * g.width];
                    let dy = &dy[i * width..][columns];
                    if step == 1 {
                        axpy(w[tap], dy, &mut dx[..dy.len()]);
                    } else {
                        for (dx, dy) in dx.iter_mut().step_by(step).zip(dy) {
                            *dx += w[tap] * dy;
                        }
                    }
                });
            }
        });
    }
}
