//! Convolution of interleaved images: nothing but register tiles over the images themselves.
//!
//! ```text
//! forward:   pad columns of x;             convolve(x, w)
//! d_weight:  pad columns of x;             reduce over leaves of images: Σ dy · x
//! d_input:   spread and pad columns of dy; convolve(dy, wᵀ flipped) with stride 1
//! ```
//! Rows need no padding: a row of the output meets the kernel rows that fall inside the image.
//!
//! The tiles are compiled for each common stride and for no kernel's size. Where a kernel is unrolled for its
//! size, it becomes one more arm of `tiles::convolve`, which picks by the geometry.

pub(crate) mod tiles;
pub(crate) mod weights;

use self::tiles::{Convolve, KernelRows};
use super::conv::Geometry;
use super::gemm::{Finish, Params};
use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::layout::{Interleaved, LANES};
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};

/// Convolution of interleaved images.
#[derive(Clone, Copy, Debug)]
pub struct DirectConv {
    pub(super) geometry: Geometry,
    pub(super) convolve: Convolve,
}

impl DirectConv {
    /// The convolution.
    pub const fn new(geometry: Geometry) -> Self {
        Self { geometry, convolve: tiles::convolve(geometry.stride[1]) }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::images(self.geometry.padded_input())
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        let (x, dy) = (self.geometry.padded_input(), self.geometry.padded_output());
        Room::images(self.geometry.shared() + if x > dy { x } else { dy })
    }
}

impl Kernel<Interleaved> for DirectConv {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [weight, rest @ ..] = t.params else { unreachable!("a convolution has weights") };
        let params = (*weight, rest.first().copied());
        let finish = &|row: &mut [f32]| activation.apply(row);
        forward(
            &self.geometry,
            self.convolve,
            cx,
            t.inputs[0],
            params,
            finish,
            t.output,
            t.scratch,
        );
    }
}

impl Geometry {
    /// Columns of a row of the padded input: those that its windows reach over.
    const fn pitch(&self) -> usize {
        let reach =
            (self.output[1] - 1) * self.stride[1] + (self.kernel[1] - 1) * self.dilation[1] + 1;
        uncollided(self.height, reach)
    }

    /// Columns of a row of `dy` spread to stride 1 and padded for the input's gradient.
    const fn pitch_back(&self) -> usize {
        uncollided(self.output[0], self.width + (self.kernel[1] - 1) * self.dilation[1])
    }

    /// Floats of the padded input, 0 where the input can be used as it is.
    pub(crate) const fn padded_input(&self) -> usize {
        if self.pad[2] == 0 && self.pitch() <= self.width && !collides(self.height, self.width) {
            0
        } else {
            self.channels * self.height * self.pitch()
        }
    }

    /// Floats of the spread and padded output gradient, 0 where it can be used as it is.
    pub(crate) const fn padded_output(&self) -> usize {
        let as_it_is = self.kernel[1] == 1 && self.stride[1] == 1 && self.pad[2] == 0;
        if as_it_is && self.width <= self.output[1] && !collides(self.output[0], self.output[1]) {
            0
        } else {
            self.filters * self.output[0] * self.pitch_back()
        }
    }

    /// Floats per image of what all images share: the turned weights.
    pub(crate) const fn shared(&self) -> usize {
        (self.filters * self.filter_len()).div_ceil(LANES)
    }

    /// The kernel rows that meet the image for output row `i`.
    fn kernel_rows(&self, i: usize) -> KernelRows {
        KernelRows::collect(self.kernel[0], |a| {
            let row = (i * self.stride[0] + a * self.dilation[0]).checked_sub(self.pad[0])?;
            (row < self.height).then_some(row)
        })
    }

    /// The rows of the flipped kernel that meet the output's gradient for input row `i`.
    fn kernel_rows_back(&self, i: usize) -> KernelRows {
        KernelRows::collect(self.kernel[0], |a| {
            let a = self.kernel[0] - 1 - a;
            let row = (i + self.pad[0]).checked_sub(a * self.dilation[0])?;
            (row % self.stride[0] == 0 && row / self.stride[0] < self.output[0])
                .then_some(row / self.stride[0])
        })
    }
}

/// Whether planes of `height × width` vectors lie whole pages apart: the same pixel of all channels
/// would then fall into the same few places of a cache.
const fn collides(height: usize, width: usize) -> bool {
    (height * width).is_multiple_of(4096 / (LANES * size_of::<f32>()))
}

/// The width, or one more where that keeps planes from colliding.
const fn uncollided(height: usize, width: usize) -> usize {
    if collides(height, width) { width + 1 } else { width }
}

/// Copies rows of `width` vectors, `step` apart and after `left` zeros (which may be negative),
/// into rows of `pitch`.
fn pad_columns(
    x: &[f32],
    width: usize,
    left: isize,
    step: usize,
    pitch: usize,
    padded: &mut [f32],
) {
    for (x, y) in x.chunks_exact(width * LANES).zip(padded.chunks_exact_mut(pitch * LANES)) {
        let first = (-left).max(0) as usize;
        // Vectors `first..last` fall inside.
        let first = first.div_ceil(step);
        let last = (pitch as isize - left).max(0) as usize;
        let last = last.div_ceil(step).min(width);
        if choice!("a row copied at once", step == 1 && first < last) {
            let at = (left + first as isize) as usize;
            let (before, y) = y.split_at_mut(at * LANES);
            let (y, after) = y.split_at_mut((last - first) * LANES);
            before.fill(0.0);
            y.copy_from_slice(&x[first * LANES..last * LANES]);
            after.fill(0.0);
        } else {
            y.fill(0.0);
            for j in first..last {
                let at = (left + (j * step) as isize) as usize;
                y[at * LANES..][..LANES].copy_from_slice(&x[j * LANES..][..LANES]);
            }
        }
    }
}

/// One group's input with the columns that its windows reach over, and its pitch.
fn padded<'a>(g: &Geometry, x: &'a [f32], scratch: &'a mut [f32]) -> (&'a [f32], usize) {
    if choice!("input as it is", g.padded_input() == 0) {
        return (x, g.width);
    }
    pad_columns(x, g.width, g.pad[2] as isize, 1, g.pitch(), scratch);
    (scratch, g.pitch())
}

/// The convolution of `x`.
#[allow(clippy::too_many_arguments)] // one tensor each
pub(crate) fn forward(
    g: &Geometry,
    convolve: Convolve,
    cx: &Pass<'_>,
    x: &[f32],
    (weight, bias): Params<'_>,
    finish: Finish<'_>,
    y: &mut [f32],
    scratch: &mut [f32],
) {
    let len = [g.input_len(), g.output_len(), g.padded_input()].map(|len| len * LANES);
    let (channels, filters) = (g.channels / g.groups, g.filters / g.groups);
    assert!(scratch.len() >= g.padded_input() * cx.padded::<Interleaved>(), "too little scratch");
    let pieces = [(y, len[1]), (scratch, len[2])];
    exec::split(cx.exec, cx.groups::<Interleaved>(), pieces, &|i, [y, scratch]| {
        let (x, pitch) = padded(g, &x[i * len[0]..][..len[0]], scratch);
        for (group, y) in y.chunks_exact_mut(len[1] / g.groups).enumerate() {
            convolve(tiles::Convolution {
                x: &x[group * channels * g.height * pitch * LANES..],
                weights: &weight[group * filters * g.filter_len()..][..filters * g.filter_len()],
                bias: bias.map(|b| &b[group * filters..][..filters]),
                y,
                channels,
                height: g.height,
                pitch,
                filters,
                kernel: g.kernel,
                dilation: g.dilation[1],
                stride: g.stride[1],
                output: g.output,
                rows: &|i| g.kernel_rows(i),
                finish,
            });
        }
    });
}

/// `d_weight = Σ over the batch of dy · x`.
pub(crate) fn weight_gradient(
    g: &Geometry,
    cx: &Pass<'_>,
    [x, dy]: [&[f32]; 2],
    partials: &mut [f32],
    scratch: &mut [f32],
    d_weight: &mut [f32],
) {
    let len = [g.input_len(), g.output_len(), g.padded_input()].map(|len| len * LANES);
    exec::split(cx.exec, cx.groups::<Interleaved>(), [(&mut *scratch, len[2])], &|i, [scratch]| {
        padded(g, &x[i * len[0]..][..len[0]], scratch);
    });
    // Everything is in scratch, or nothing needs to be.
    let (x, pitch, x_len) = match g.padded_input() {
        0 => (x, g.width, len[0]),
        _ => (&*scratch, g.pitch(), len[2]),
    };
    let (channels, filters, row) = (g.channels / g.groups, g.filters / g.groups, g.filter_len());
    let leaves = leaves_of(cx, LANES);
    let sum = Sum { cx, leaves, row, partials, scratch: &mut [] };
    sum.over(d_weight, &|leaf, rows, dw, _| {
        dw.fill(0.0);
        for group in rows.start / filters..rows.end.div_ceil(filters) {
            // The filters of this group that are asked for.
            let (first, last) =
                (rows.start.max(group * filters), rows.end.min((group + 1) * filters));
            for i in leaf_groups(cx, LANES, leaf) {
                weights::accumulate(weights::Weights {
                    x: &x[i * x_len + group * channels * g.height * pitch * LANES..],
                    dy: &dy[i * len[1] + group * filters * g.positions() * LANES..],
                    dw: &mut dw[(first - rows.start) * row..(last - rows.start) * row],
                    filters: first - group * filters..last - group * filters,
                    channels,
                    height: g.height,
                    pitch,
                    kernel: g.kernel,
                    dilation: g.dilation,
                    stride: g.stride,
                    pad_top: g.pad[0],
                    output: g.output,
                });
            }
        }
    });
}

/// Weights with filters and channels exchanged and the kernel turned by 180 degrees.
pub(crate) fn turn_weights(g: &Geometry, w: &[f32], turned: &mut [f32]) {
    let (channels, filters) = (g.channels / g.groups, g.filters / g.groups);
    let taps = g.kernel[0] * g.kernel[1];
    for (group, turned) in
        turned.chunks_exact_mut(filters * g.filter_len()).take(g.groups).enumerate()
    {
        for (c, turned) in turned.chunks_exact_mut(filters * taps).enumerate() {
            for (f, turned) in turned.chunks_exact_mut(taps).enumerate() {
                let w = &w[((group * filters + f) * channels + c) * taps..][..taps];
                for (t, w) in turned.iter_mut().zip(w.iter().rev()) {
                    *t = *w;
                }
            }
        }
    }
}

/// `d_input = dy` convolved with the turned weights, and a bias where there is one.
pub(crate) fn spread(
    g: &Geometry,
    cx: &Pass<'_>,
    dy: &[f32],
    (turned, bias): Params<'_>,
    finish: Finish<'_>,
    dx: &mut [f32],
    scratch: &mut [f32],
) {
    let convolve = const { tiles::convolve(1) };
    let len = [g.input_len(), g.output_len(), g.padded_output()].map(|len| len * LANES);
    let (channels, filters) = (g.channels / g.groups, g.filters / g.groups);
    let pieces = [(dx, len[0]), (scratch, len[2])];
    exec::split(cx.exec, cx.groups::<Interleaved>(), pieces, &|i, [dx, scratch]| {
        let dy = &dy[i * len[1]..][..len[1]];
        let (dy, pitch) = if choice!("output gradient as it is", len[2] == 0) {
            (dy, g.output[1])
        } else {
            let left = ((g.kernel[1] - 1) * g.dilation[1]) as isize - g.pad[2] as isize;
            pad_columns(dy, g.output[1], left, g.stride[1], g.pitch_back(), scratch);
            (&*scratch, g.pitch_back())
        };
        for (group, dx) in dx.chunks_exact_mut(len[0] / g.groups).enumerate() {
            convolve(tiles::Convolution {
                x: &dy[group * filters * g.output[0] * pitch * LANES..],
                weights: &turned[group * filters * g.filter_len()..][..filters * g.filter_len()],
                bias: bias.map(|b| &b[group * channels..][..channels]),
                y: dx,
                channels: filters,
                height: g.output[0],
                pitch,
                filters: channels,
                kernel: g.kernel,
                dilation: g.dilation[1],
                stride: 1,
                output: [g.height, g.width],
                rows: &|i| g.kernel_rows_back(i),
                finish,
            });
        }
    });
}
