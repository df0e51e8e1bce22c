//! Depthwise convolution of N×C×H×W images: every filter sees one channel.
//!
//! ```text
//! for every filter f and kernel element (a, b):
//!     forward:   y[f][i]  += w[f][a][b] · x[c][row of i and a]     (columns shifted by b)
//!     d_input:   dx[c][row] += w[f][a][b] · dy[f][i]
//!     d_weight:  dw[f][a][b] += Σ dy[f][i] · x[c][row]
//! ```
//! Schedule: whole rows, so that the vectors run along the columns; with a stride of one they are
//! consecutive.

use super::conv::Geometry;
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Nchw;
use crate::vector::axpy;
use core::ops::Range;

/// Convolution whose groups are its channels; there may be several filters per channel.
#[derive(Clone, Copy, Debug)]
pub struct Depthwise(pub(super) Geometry);

impl Depthwise {
    /// The convolution; every channel must be a group of its own.
    pub const fn new(geometry: Geometry) -> Self {
        assert!(geometry.groups == geometry.channels);
        Self(geometry)
    }

    /// Calls `f(tap, output row, input row, output columns, first input column)` for every
    /// kernel element and output row that meet the image.
    pub(super) fn rows(&self, mut f: impl FnMut(usize, usize, usize, Range<usize>, usize)) {
        let g = &self.0;
        for i in 0..g.output[0] {
            for a in 0..g.kernel[0] {
                let row = (i * g.stride[0] + a * g.dilation[0]).wrapping_sub(g.pad[0]);
                if row >= g.height {
                    continue;
                }
                for b in 0..g.kernel[1] {
                    let (step, shift) = (g.stride[1], b * g.dilation[1]);
                    let first = g.pad[2].saturating_sub(shift).div_ceil(step);
                    let last =
                        (g.width + g.pad[2]).saturating_sub(shift).div_ceil(step).min(g.output[1]);
                    if first < last {
                        f(
                            a * g.kernel[1] + b,
                            i,
                            row,
                            first..last,
                            first * step + shift - g.pad[2],
                        );
                    }
                }
            }
        }
    }
}

impl Kernel<Nchw> for Depthwise {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        forward(self, &|y| activation.apply(y), cx, t);
    }
}

fn forward(d: &Depthwise, finish: &(dyn Fn(&mut [f32]) + Sync), cx: &Pass<'_>, t: Forward<'_>) {
    let g = &d.0;
    let (plane, width, step) = (g.height * g.width, g.output[1], g.stride[1]);
    let per_channel = g.filters / g.channels;
    exec::split(cx.exec, cx.images * g.filters, [(t.output, g.positions())], &|i, [y]| {
        let (image, f) = (i / g.filters, i % g.filters);
        let x = &t.inputs[0][(image * g.channels + f / per_channel) * plane..][..plane];
        let w = &t.params[0][f * g.filter_len()..][..g.filter_len()];
        y.fill(t.params.get(1).map_or(0.0, |bias| bias[f]));
        d.rows(|tap, i, row, columns, first| {
            let x = &x[row * g.width + first..(row + 1) * g.width];
            let y = &mut y[i * width..][columns];
            if step == 1 {
                axpy(w[tap], &x[..y.len()], y);
            } else {
                for (y, x) in y.iter_mut().zip(x.iter().step_by(step)) {
                    *y += w[tap] * x;
                }
            }
        });
        finish(y);
    });
}
