//! Convolution of groups of 1, 2, 4 or 8 channels and as many filters, in blocks of sixteen channels.
//! Groups of one are depthwise: every channel has a kernel of its own.
//!
//! ```text
//! forward:   sweep(x, w)
//! d_weight:  Σ over leaves of images and pixels of dy · x, for each tap and channel of a group
//! d_input:   sweep(dy, w with filters and channels exchanged and turned by 180 degrees)
//! ```
//! Weights are packed as `[filters / 16][taps][channels of a group][16]`, in inference once, in training
//! at each pass.

use super::gradients::{Around, finish_rows};
use super::packed::fold_norm;
use super::phase::Phase;
use super::taps::{self, TapSums, TapSweep};
use crate::activation::Activation;
use crate::exec::PRODUCTS;
use crate::kernel::band::{Band, Banded, Given, Rows};
use crate::kernel::{Forward, Kernel, PackParams, Pass, Room};
use crate::kernels::finish::Finish;
use crate::kernels::finish::finished;
use crate::kernels::rows::d_halo;
use crate::layers::convolution::conv::Geometry;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::simd::product::Axis;
use crate::view::View;

/// Multiply–adds that are worth a fork: fewer than elsewhere, since each takes longer.
const PIECE: usize = PRODUCTS / 4;

/// Convolution of small groups of channels.
#[derive(Clone, Copy, Debug)]
pub struct Grouped {
    pub(crate) g: Geometry,
    pub(crate) x: Grid,
    pub(super) y: Grid,
    pub(crate) dx: Grid,
    pub(super) dy: Grid,
    pub(super) fill: taps::Fill,
    pub(super) gather: taps::Gather,
}

impl Grouped {
    /// The convolution, of 1, 2, 4 or 8 channels and as many filters to a group; the halos must hold
    /// what its windows reach over.
    pub const fn new(g: Geometry, frame: Frame) -> Self {
        let (input, output) =
            ([g.channels, g.height, g.width], [g.channels, g.output[0], g.output[1]]);
        let (dx, dy) = (Grid::new(input, d_halo(&frame, 0)), Grid::new(output, frame.d_output));
        let conv = Self::of(g, frame.input(0, input), frame.output(output), dx, dy);
        conv.check_halo();
        conv
    }

    /// The convolution of tensors that lie like this.
    pub(crate) const fn of(g: Geometry, x: Grid, y: Grid, dx: Grid, dy: Grid) -> Self {
        assert!(g.filters == g.channels);
        let group = g.channels / g.groups;
        Self { g, x, y, dx, dy, fill: taps::fill(group), gather: taps::sums(group) }
    }

    /// The input's halo must hold what the windows reach over.
    pub(crate) const fn check_halo(&self) {
        let (g, halo) = (&self.g, self.x.halo);
        let mut d = 0;
        while d < 2 {
            let reach = (g.output[d] - 1) * g.stride[d] + (g.kernel[d] - 1) * g.dilation[d] + 1;
            let end = [g.height, g.width][d] + halo + g.pad[2 * d];
            assert!(g.pad[2 * d] <= halo && reach <= end, "too small a halo");
            d += 1;
        }
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        [self.y.blocks() * self.block(), self.y.blocks() * BLOCK]
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

    /// Channels of a group.
    const fn group(&self) -> usize {
        self.g.channels / self.g.groups
    }

    /// Floats of the packed weights of a tap.
    const fn tap(&self) -> usize {
        self.group() * BLOCK
    }

    /// Floats of the packed weights of a block.
    pub(crate) const fn block(&self) -> usize {
        self.taps() * self.tap()
    }

    /// Multiply–adds of a batch.
    fn work(&self, cx: &Pass<'_>) -> usize {
        cx.images * self.g.output_len() * self.g.filter_len()
    }

    /// Packs the weights, for the input's gradient with filters and channels exchanged and turned.
    pub(crate) fn pack(&self, weight: &[f32], turned: bool, packed: &mut [f32]) {
        let (taps, group) = (self.taps(), self.group());
        if !self.g.channels.is_multiple_of(BLOCK) {
            packed[(self.y.blocks() - 1) * self.block()..].fill(0.0);
        }
        for (f, weight) in weight.chunks_exact(group * taps).enumerate() {
            let first = f / group * group;
            for (k, weight) in weight.chunks_exact(taps).enumerate() {
                let (lane, k) = if turned { (first + k, f - first) } else { (f, k) };
                let packed = &mut packed[lane / BLOCK * self.block()..][..self.block()];
                for (tap, w) in weight.iter().enumerate() {
                    let tap = if turned { taps - 1 - tap } else { tap };
                    packed[tap * self.tap() + k * BLOCK + lane % BLOCK] = *w;
                }
            }
        }
    }

    /// The rows and columns of the kernel over the input.
    fn axes(&self, x: &Grid) -> [Axis; 2] {
        let g = &self.g;
        [
            Axis { count: g.kernel[0], x: g.dilation[0] * x.pitch(), w: g.kernel[1] * self.tap() },
            Axis { count: g.kernel[1], x: g.dilation[1] * BLOCK, w: self.tap() },
        ]
    }

    /// Row and column of the input, with its halo, under the first tap.
    fn first(&self) -> [usize; 2] {
        [0, 1].map(|d| self.x.halo - self.g.pad[2 * d])
    }

    /// Runs the convolution with packed weights.
    pub(crate) fn convolve(
        &self,
        cx: &Pass<'_>,
        [w, bias]: [&[f32]; 2],
        x: &[f32],
        add: Option<(&[f32], Grid)>,
        finish: Finish<'_>,
        y: &mut [f32],
    ) {
        let sweep = self.sweep([w, bias], (x, self.x), add, finish);
        View::new(y, self.y).pieces(cx.exec, self.work(cx) / PIECE, 1, &|mut view| {
            view.clear_halo();
            (self.fill)(&sweep, &mut view);
        });
    }

    fn sweep<'a>(
        &self,
        [w, bias]: [&'a [f32]; 2],
        (x, x_grid): (&'a [f32], Grid),
        add: Option<(&'a [f32], Grid)>,
        finish: Finish<'a>,
    ) -> TapSweep<'a> {
        TapSweep {
            x,
            x_grid,
            w,
            w_first: 0,
            block: self.block(),
            bias: Some(bias),
            add,
            axes: self.axes(&x_grid),
            first: self.first(),
            stride: self.g.stride,
            size: self.g.output,
            y_first: [0, 0],
            y_step: [1, 1],
            finish,
        }
    }

    /// Spreads every pixel of `dy`, a tensor like the output, over those of `dx`, one like the input,
    /// that it was computed of, with the turned weights: the input's gradient.
    pub(crate) fn spread(
        &self,
        cx: &Pass<'_>,
        w: &[f32],
        (bias, add, finish): Around<'_>,
        dy: &[f32],
        dx: &mut [f32],
    ) {
        let g = &self.g;
        let phases = [0, 1].map(|d| g.stride[d].min([g.height, g.width][d]));
        let (finish, row) = finish.after(phases);
        let sweep = |i: usize, j: usize| {
            let [down, across] = [(0, i), (1, j)].map(|(d, at)| Phase::new(g, &self.dy, d, at));
            TapSweep {
                x: dy,
                x_grid: self.dy,
                w,
                w_first: (down.tap * g.kernel[1] + across.tap) * self.tap(),
                block: self.block(),
                bias,
                add,
                axes: [
                    Axis {
                        count: down.taps,
                        x: down.step * self.dy.pitch(),
                        w: down.taps_step * g.kernel[1] * self.tap(),
                    },
                    Axis {
                        count: across.taps,
                        x: across.step * BLOCK,
                        w: across.taps_step * self.tap(),
                    },
                ],
                first: [down.first, across.first],
                stride: [1, 1],
                size: [down.outputs, across.outputs],
                y_first: [i, j],
                y_step: g.stride,
                finish,
            }
        };
        View::new(dx, self.dx).pieces(cx.exec, self.work(cx) / PIECE, 1, &|mut view| {
            view.clear_halo();
            for i in 0..phases[0] {
                for j in 0..phases[1] {
                    (self.fill)(&sweep(i, j), &mut view);
                }
            }
            finish_rows(row, &mut view);
        });
    }

    pub(crate) fn weight_gradient(
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
            axes: self.axes(&self.x),
            first: self.first(),
            stride: g.stride,
            size: g.output,
        };
        let (row, taps) = (g.filter_len(), self.taps());
        let sum = Sum { cx, leaves: leaves_of(cx, 1), row, partials, scratch };
        sum.over(d_weight, &|leaf, filters, dw, packed| {
            let images = leaf_groups(cx, 1, leaf);
            let packed = &mut packed[..self.block()];
            for block in filters.start / BLOCK..filters.end.div_ceil(BLOCK) {
                (self.gather)(&sums, images.clone(), block, packed);
                let here = filters.start.max(block * BLOCK)..filters.end.min((block + 1) * BLOCK);
                for f in here {
                    let dw = &mut dw[(f - filters.start) * row..][..row];
                    for (i, dw) in dw.iter_mut().enumerate() {
                        *dw = packed[i % taps * self.tap() + i / taps * BLOCK + f % BLOCK];
                    }
                }
            }
        });
    }
}

impl Kernel<Blocked> for Grouped {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [weights, bias] = self.packed();
        let [packed, ..] = self.room().split(t.scratch, 0);
        let (w, b) = packed.split_at_mut(weights);
        self.pack(t.params[0], false, w);
        b[..bias].fill(0.0);
        if let Some(bias) = t.params.get(1) {
            b[..bias.len()].copy_from_slice(bias);
        }
        finished(activation, |finish| {
            self.convolve(cx, [w, b], t.inputs[0], None, finish, t.output);
        });
    }
}

/// Convolution of small groups in inference: weights packed once, a batch norm after it folded into
/// them, and perhaps a second input that is added to the result before the activation.
#[derive(Clone, Copy, Debug)]
pub struct PackedGrouped {
    conv: Grouped,
    bias: bool,
    /// The ε of the batch norm.
    norm: Option<f32>,
    /// The form of the second input.
    add: Option<Grid>,
}

impl PackedGrouped {
    /// The convolution; whether it has a bias, and the ε of a batch norm after it.
    pub const fn new(g: Geometry, bias: bool, norm: Option<f32>, frame: Frame) -> Self {
        let output = [g.channels, g.output[0], g.output[1]];
        let add = if frame.inputs.len() > 1 { Some(frame.input(1, output)) } else { None };
        Self { conv: Grouped::new(g, frame), bias, norm, add }
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        self.conv.packed()
    }
}

impl Kernel<Blocked> for PackedGrouped {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [w, bias] = t.params else { unreachable!("packed weights and bias") };
        let add = t.inputs.get(1).map(|add| (*add, self.add.unwrap_or(self.conv.y)));
        finished(activation, |finish| {
            self.conv.convolve(cx, [w, bias], t.inputs[0], add, finish, t.output);
        });
    }
}

impl PackedGrouped {
    /// How a chain of layers cuts it into bands.
    pub const fn rows(&self) -> Rows {
        let Grouped { g, x, y, .. } = &self.conv;
        let reach = (g.kernel[0] - 1) * g.dilation[0] + 1;
        // Each multiply–add takes longer than elsewhere.
        let work = 4 * g.output_len() * g.filter_len();
        Rows { add: self.add, ..Rows::of(*x, *y, [g.pad[0], g.stride[0], reach], work) }
    }
}

impl Banded for PackedGrouped {
    fn band(&self, given: Given<'_>, t: Band<'_>) {
        let Band { x, x_grid, before, add, mut y, .. } = t;
        let Given { params: [w, bias], finish } = given else {
            unreachable!("packed weights and bias")
        };
        let sweep = self.conv.sweep([w, bias], (x, x_grid), add.zip(self.add), finish);
        let first = [self.rows().start(t.rows.start) - before, sweep.first[1]];
        let size = [t.rows.len(), sweep.size[1]];
        (self.conv.fill)(&TapSweep { first, size, ..sweep }, &mut y);
    }
}

impl PackParams<Blocked> for PackedGrouped {
    /// From weight, bias and the norm's weight, bias, running mean and running variance, as far as
    /// they are there.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let [weights, _] = self.conv.packed();
        let (w, b) = packed.split_at_mut(weights);
        self.conv.pack(params[0], false, w);
        b.fill(0.0);
        if self.bias {
            b[..params[1].len()].copy_from_slice(params[1]);
        }
        fold_norm(self.norm, params, [w, b], self.conv.block());
    }
}
