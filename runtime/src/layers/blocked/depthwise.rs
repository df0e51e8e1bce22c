//! Depthwise convolution in blocks of sixteen channels: every channel has a kernel of its own.
//!
//! ```text
//! forward:   sweep(x, w)
//! d_weight:  Σ over leaves of images and pixels of dy · x, for each tap
//! d_input:   sweep(dy, w turned by 180 degrees)
//! ```
//! Weights are packed as `[channels / 16][taps][16]`, in inference once, in training at each pass.

use super::conv::finished;
use super::d_halo;
use super::phase::Phase;
use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::pixel_sums::bias_sums;
use crate::kernels::sweep::Finish;
use crate::kernels::taps::{TapSums, TapSweep};
use crate::layers::conv::Geometry;
use crate::layers::leaf_groups;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::reduce::{Sum, leaves};
use crate::simd::product::Axis;
use crate::view::View;

/// Multiply–adds that are worth a fork.
const GRAIN: usize = 100_000;

/// Convolution of each channel with a kernel of its own.
#[derive(Clone, Copy, Debug)]
pub struct Depthwise {
    g: Geometry,
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
}

impl Depthwise {
    /// The convolution, of as many groups and filters as channels; the halos must hold what its
    /// windows reach over.
    pub const fn new(g: Geometry, frame: Frame) -> Self {
        assert!(g.groups == g.channels && g.filters == g.channels);
        let (input, output) =
            ([g.channels, g.height, g.width], [g.channels, g.output[0], g.output[1]]);
        let x = frame.input(0, input);
        let mut d = 0;
        while d < 2 {
            let reach = (g.output[d] - 1) * g.stride[d] + (g.kernel[d] - 1) * g.dilation[d] + 1;
            let end = input[d + 1] + x.halo + g.pad[2 * d];
            assert!(g.pad[2 * d] <= x.halo && reach <= end, "too small a halo");
            d += 1;
        }
        Self {
            g,
            x,
            y: frame.output(output),
            dx: Grid::new(input, d_halo(&frame, 0)),
            dy: Grid::new(output, frame.d_output),
        }
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        [self.y.blocks() * self.block(), self.y.blocks() * LANES]
    }

    /// Scratch of the forward pass: packed parameters.
    pub const fn room(&self) -> Room {
        let [weights, bias] = self.packed();
        Room { batch: weights + bias, ..Room::NONE }
    }

    /// Scratch of the backward pass: the turned weights, and a block's gradient for each leaf.
    pub const fn room_backward(&self) -> Room {
        Room { leaf: self.block(), batch: self.packed()[0], ..Room::NONE }
    }

    const fn taps(&self) -> usize {
        self.g.kernel[0] * self.g.kernel[1]
    }

    /// Floats of the packed weights of a block.
    const fn block(&self) -> usize {
        self.taps() * LANES
    }

    /// Multiply–adds of a batch.
    fn work(&self, cx: &Pass<'_>) -> usize {
        cx.images * self.g.output_len() * self.taps()
    }

    /// Packs the weights; `place(tap)` is where a tap goes.
    fn pack(&self, weight: &[f32], place: impl Fn(usize) -> usize, packed: &mut [f32]) {
        if !self.g.channels.is_multiple_of(LANES) {
            packed[(self.y.blocks() - 1) * self.block()..].fill(0.0);
        }
        for (c, weight) in weight.chunks_exact(self.taps()).enumerate() {
            let packed = &mut packed[c / LANES * self.block()..][..self.block()];
            for (tap, w) in weight.iter().enumerate() {
                packed[place(tap) * LANES + c % LANES] = *w;
            }
        }
    }

    /// The rows and columns of the kernel over the input.
    fn axes(&self) -> [Axis; 2] {
        let g = &self.g;
        [
            Axis { count: g.kernel[0], x: g.dilation[0] * self.x.pitch(), w: g.kernel[1] * LANES },
            Axis { count: g.kernel[1], x: g.dilation[1] * LANES, w: LANES },
        ]
    }

    /// Row and column of the input, with its halo, under the first tap.
    fn first(&self) -> [usize; 2] {
        [0, 1].map(|d| self.x.halo - self.g.pad[2 * d])
    }

    /// Runs the convolution with packed weights.
    fn convolve(
        &self,
        cx: &Pass<'_>,
        [w, bias]: [&[f32]; 2],
        inputs: &[&[f32]],
        add: Option<(&[f32], Grid)>,
        finish: Finish<'_>,
        y: &mut [f32],
    ) {
        let g = &self.g;
        let sweep = TapSweep {
            x: inputs[0],
            x_grid: self.x,
            w,
            w_first: 0,
            block: self.block(),
            bias: Some(bias),
            add,
            axes: self.axes(),
            first: self.first(),
            stride: g.stride,
            size: g.output,
            y_first: [0, 0],
            y_step: [1, 1],
            finish,
        };
        View::new(y, self.y).pieces(cx.exec, self.work(cx) / GRAIN, 1, &|mut view| {
            view.clear_halo();
            sweep.fill(&mut view);
        });
    }

    fn input_gradient(&self, cx: &Pass<'_>, w: &[f32], dy: &[f32], dx: &mut [f32]) {
        let g = &self.g;
        let phases = [0, 1].map(|d| g.stride[d].min([g.height, g.width][d]));
        let sweep = |i: usize, j: usize| {
            let [down, across] = [(0, i), (1, j)].map(|(d, at)| Phase::new(g, &self.dy, d, at));
            TapSweep {
                x: dy,
                x_grid: self.dy,
                w,
                w_first: (down.tap * g.kernel[1] + across.tap) * LANES,
                block: self.block(),
                bias: None,
                add: None,
                axes: [
                    Axis {
                        count: down.taps,
                        x: down.step * self.dy.pitch(),
                        w: down.taps_step * g.kernel[1] * LANES,
                    },
                    Axis {
                        count: across.taps,
                        x: across.step * LANES,
                        w: across.taps_step * LANES,
                    },
                ],
                first: [down.first, across.first],
                stride: [1, 1],
                size: [down.outputs, across.outputs],
                y_first: [i, j],
                y_step: g.stride,
                finish: Finish::NONE,
            }
        };
        View::new(dx, self.dx).pieces(cx.exec, self.work(cx) / GRAIN, 1, &|mut view| {
            view.clear_halo();
            for i in 0..phases[0] {
                for j in 0..phases[1] {
                    sweep(i, j).fill(&mut view);
                }
            }
        });
    }

    fn weight_gradient(
        &self,
        cx: &Pass<'_>,
        [x, dy]: [&[f32]; 2],
        partials: &mut [f32],
        scratch: &mut [f32],
        d_weight: &mut [f32],
    ) {
        let g = &self.g;
        let sums = TapSums {
            x,
            x_grid: self.x,
            d: dy,
            d_grid: self.dy,
            axes: self.axes(),
            first: self.first(),
            stride: g.stride,
            size: g.output,
        };
        let row = self.taps();
        let sum = Sum { exec: cx.exec, leaves: leaves(cx.images, 1), row, partials, scratch };
        sum.over(d_weight, &|leaf, channels, dw, packed| {
            let images = leaf_groups(cx.images, 1, leaf);
            let packed = &mut packed[..self.block()];
            for block in channels.start / LANES..channels.end.div_ceil(LANES) {
                sums.sum(images.clone(), block, packed);
                let here = channels.start.max(block * LANES)..channels.end.min((block + 1) * LANES);
                for c in here {
                    let dw = &mut dw[(c - channels.start) * row..][..row];
                    for (tap, dw) in dw.iter_mut().enumerate() {
                        *dw = packed[tap * LANES + c % LANES];
                    }
                }
            }
        });
    }
}

impl Kernel<Blocked> for Depthwise {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [weights, bias] = self.packed();
        let [packed, ..] = self.room().split(t.scratch, 0);
        let (w, b) = packed.split_at_mut(weights);
        self.pack(t.params[0], |tap| tap, w);
        b[..bias].fill(0.0);
        if let Some(bias) = t.params.get(1) {
            b[..bias.len()].copy_from_slice(bias);
        }
        finished(activation, |finish| {
            self.convolve(cx, [w, b], t.inputs, None, finish, t.output);
        });
    }

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let [turned, images, _] = self.room_backward().split(t.scratch, cx.images);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            self.weight_gradient(cx, [t.inputs[0], t.d_output], t.partials, images, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_sums(cx, t.d_output, self.dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            let last = self.taps() - 1;
            self.pack(t.params[0], |tap| last - tap, turned);
            self.input_gradient(cx, turned, t.d_output, d_input);
        }
    }
}

/// Depthwise convolution in inference: weights packed once, a batch norm behind it folded into
/// them, and perhaps a second input that is added to the result before the activation.
#[derive(Clone, Copy, Debug)]
pub struct PackedDepthwise {
    conv: Depthwise,
    bias: bool,
    /// The ε of the batch norm.
    norm: Option<f32>,
    /// The form of the second input.
    add: Option<Grid>,
}

impl PackedDepthwise {
    /// The convolution; whether it has a bias, and the ε of a batch norm behind it.
    pub const fn new(g: Geometry, bias: bool, norm: Option<f32>, frame: Frame) -> Self {
        let output = [g.channels, g.output[0], g.output[1]];
        let add = if frame.inputs.len() > 1 { Some(frame.input(1, output)) } else { None };
        Self { conv: Depthwise::new(g, frame), bias, norm, add }
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        self.conv.packed()
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass, which is not there.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }
}

impl Kernel<Blocked> for PackedDepthwise {
    const PLAIN: bool = false;

    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [w, bias] = t.params else { unreachable!("packed weights and bias") };
        let add = t.inputs.get(1).map(|add| (*add, self.add.unwrap_or(self.conv.y)));
        finished(activation, |finish| {
            self.conv.convolve(cx, [w, bias], t.inputs, add, finish, t.output);
        });
    }

    /// Not there: inference has no backward pass.
    fn backward(&self, _: &Pass<'_>, _: Backward<'_>) {
        unreachable!("inference has no backward pass");
    }

    /// From weight, bias and the norm's weight, bias, running mean and running variance, as far as
    /// they are there.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let [weights, _] = self.conv.packed();
        let (w, b) = packed.split_at_mut(weights);
        self.conv.pack(params[0], |tap| tap, w);
        b.fill(0.0);
        if self.bias {
            b[..params[1].len()].copy_from_slice(params[1]);
        }
        let (Some(eps), [.., gamma, beta, mean, var]) = (self.norm, params) else { return };
        let block = self.conv.block();
        for c in 0..gamma.len() {
            let scale = gamma[c] / (var[c] + eps).sqrt();
            b[c] = (b[c] - mean[c]) * scale + beta[c];
            let w = &mut w[c / LANES * block..][..block];
            w.iter_mut().skip(c % LANES).step_by(LANES).for_each(|w| *w *= scale);
        }
    }
}
