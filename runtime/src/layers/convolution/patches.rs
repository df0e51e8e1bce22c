//! The windows of a convolution as factors of a matrix product, gathered while they are packed.
//!
//! ```text
//! output        Y[f][pixel]      = W[f][tap] · Patches[tap][pixel]
//! d_weight     dW[f][tap]        = dY[f][pixel] · Patchesᵀ[pixel][tap]
//! d_input      dX[c][position]   = Wᵀ[c][(f, a, b)] · Shadows[(f, a, b)][position]
//! ```
//! A tap is `(c, a, b)`: a channel, a row and a column of the kernel. A shadow is the output pixel
//! that saw the position through that tap, if there is one.

use super::conv::Geometry;
use crate::kernels::gemm::{Left, MR, NR, Right};
use core::ops::Range;

/// `[tap][output pixel]`: what each tap sees.
pub(crate) struct Patches<'a> {
    pub(crate) geometry: &'a Geometry,
    /// The channels of one group of one image.
    pub(crate) x: &'a [f32],
}

/// `[output pixel][tap]`.
pub(crate) struct TurnedPatches<'a>(pub(crate) Patches<'a>);

/// `[(filter, kernel row, kernel column)][input position]`: what each position was seen by.
pub(crate) struct Shadows<'a> {
    pub(crate) geometry: &'a Geometry,
    /// The filters of one group of one image.
    pub(crate) dy: &'a [f32],
}

/// `[channel][(filter, kernel row, kernel column)]` of a group's weights.
pub(crate) struct TurnedWeights<'a> {
    pub(crate) weights: &'a [f32],
    pub(crate) channels: usize,
    /// Elements of a kernel.
    pub(crate) taps: usize,
}

impl Patches<'_> {
    /// Calls `put(i, x, step)` for runs of pixels that tap `tap` sees inside the image: pixels
    /// `i, i + 1, …`, counted from `pixels.start`, see `x[0], x[step], …` as far as `x` goes.
    #[inline(always)]
    fn runs(&self, tap: usize, pixels: Range<usize>, mut put: impl FnMut(usize, &[f32], usize)) {
        let g = self.geometry;
        let [kernel_height, kernel_width] = g.kernel;
        let (c, a, b) = (
            tap / kernel_width / kernel_height,
            tap / kernel_width % kernel_height,
            tap % kernel_width,
        );
        let plane = &self.x[c * g.height * g.width..][..g.height * g.width];
        let (step, shift) = (g.stride[1], b * g.dilation[1]);
        // Columns first..last of an output row look inside the image.
        let first = g.pad[2].saturating_sub(shift).div_ceil(step);
        let last = (g.width + g.pad[2]).saturating_sub(shift).div_ceil(step).min(g.output[1]);
        rows(g.output[1], pixels, |i, j, at| {
            let Some(row) = (i * g.stride[0] + a * g.dilation[0]).checked_sub(g.pad[0]) else {
                return;
            };
            let (from, to) = (j.start.max(first), j.end.min(last));
            if row < g.height && from < to {
                let x = &plane[row * g.width..][..g.width];
                let start = from * step + shift - g.pad[2];
                put(at + from - j.start, &x[start..=start + (to - 1 - from) * step], step);
            }
        });
    }
}

/// Calls `f(row, columns, offset from the first pixel)` for every row of width `width` that the
/// pixels touch.
#[inline(always)]
fn rows(width: usize, pixels: Range<usize>, mut f: impl FnMut(usize, Range<usize>, usize)) {
    let (mut i, mut j) = (pixels.start / width, pixels.start % width);
    let mut at = 0;
    while at < pixels.len() {
        let n = (width - j).min(pixels.len() - at);
        f(i, j..j + n, at);
        at += n;
        (i, j) = (i + 1, 0);
    }
}

impl Right for Patches<'_> {
    fn pack(&self, depth: Range<usize>, columns: Range<usize>, panel: &mut [[f32; NR]]) {
        for (tap, panel) in depth.zip(panel) {
            panel.fill(0.0);
            self.runs(tap, columns.clone(), |at, x, step| {
                if step == 1 {
                    panel[at..at + x.len()].copy_from_slice(x);
                } else {
                    for (y, x) in panel[at..].iter_mut().zip(x.iter().step_by(step)) {
                        *y = *x;
                    }
                }
            });
        }
    }
}

impl Right for TurnedPatches<'_> {
    fn pack(&self, depth: Range<usize>, columns: Range<usize>, panel: &mut [[f32; NR]]) {
        panel.as_flattened_mut().fill(0.0);
        for (k, tap) in columns.enumerate() {
            self.0.runs(tap, depth.clone(), |at, x, step| {
                for (y, x) in panel[at..].iter_mut().zip(x.iter().step_by(step)) {
                    y[k] = *x;
                }
            });
        }
    }
}

impl Right for Shadows<'_> {
    fn pack(&self, depth: Range<usize>, columns: Range<usize>, panel: &mut [[f32; NR]]) {
        let g = self.geometry;
        let [kernel_height, kernel_width] = g.kernel;
        let [height, width] = g.output;
        for (k, panel) in depth.zip(panel) {
            panel.fill(0.0);
            let (f, a, b) = (
                k / kernel_width / kernel_height,
                k / kernel_width % kernel_height,
                k % kernel_width,
            );
            let plane = &self.dy[f * height * width..][..height * width];
            let (step, shift) = (g.stride[1], b * g.dilation[1]);
            rows(g.width, columns.clone(), |i, j, at| {
                // Input row i is row (i + pad - a·D) / S of the output, if that is one.
                let Some(row) = (i + g.pad[0]).checked_sub(a * g.dilation[0]) else { return };
                if row % g.stride[0] != 0 || row / g.stride[0] >= height {
                    return;
                }
                let dy = &plane[row / g.stride[0] * width..][..width];
                // Output column q lies on input column q·S + b·D - pad.
                let first = (j.start + g.pad[2]).saturating_sub(shift).div_ceil(step);
                let last = (j.end + g.pad[2]).saturating_sub(shift).div_ceil(step).min(width);
                for q in first..last {
                    panel[at + q * step + shift - g.pad[2] - j.start] = dy[q];
                }
            });
        }
    }
}

impl Left for TurnedWeights<'_> {
    fn pack(&self, rows: Range<usize>, depth: Range<usize>, panel: &mut [[f32; MR]]) {
        let (mut f, mut t) = (depth.start / self.taps, depth.start % self.taps);
        for panel in panel.iter_mut().take(depth.len()) {
            *panel = [0.0; MR];
            for (y, c) in panel.iter_mut().zip(rows.clone()) {
                *y = self.weights[(f * self.channels + c) * self.taps + t];
            }
            t += 1;
            if t == self.taps {
                (f, t) = (f + 1, 0);
            }
        }
    }
}
