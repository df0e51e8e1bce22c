//! Convolution in blocks of sixteen channels: direct, or by Winograd's algorithm.
//!
//! ```text
//! forward:   sweep(x, w)
//! d_weight:  Σ over leaves of images and pixels of dy ⊗ x, for each tap
//! d_input:   sweep(dy, w with filters and channels exchanged and turned by 180 degrees)
//! ```
//! Weights are packed as `[filters / 16][channels / 16][taps][channels][16 filters]`, in inference
//! once, in training at each pass. A group of channels that is no whole number of blocks takes
//! part with zeros in the packed weights.

use super::packing::Packing;
use super::phase::Phase;
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::across;
use crate::kernels::pixel_sums::{Correlation, bias_sums};
use crate::kernels::sweep::{self, Fill, Finish, Sweep};
use crate::kernels::winograd::{self, Winograd, gradient};
use crate::layers::conv::Geometry;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::reduce::{Sum, leaf_images, leaves};
use crate::simd::product::Axis;
use crate::view::View;

/// A convolution whose taps meet the pixels one by one.
pub type Direct = Conv<false>;
/// A 3×3 convolution of stride 1 by Winograd's algorithm F(4×4, 3×3).
pub type Tiles = Conv<true>;

/// Convolution in blocks of sixteen channels.
#[derive(Clone, Copy, Debug)]
pub struct Conv<const WINOGRAD: bool> {
    pub(super) g: Geometry,
    pub(super) x: Grid,
    y: Grid,
    /// Of the second input.
    add: Grid,
    dx: Grid,
    dy: Grid,
    pub(super) sweep: Fill,
    /// Where images may be so small that tiles reach across them.
    across: Option<Fill>,
}

impl<const WINOGRAD: bool> Conv<WINOGRAD> {
    /// The convolution; the halos must hold what its windows reach over.
    pub const fn new(g: Geometry, frame: Frame) -> Self {
        let input = [g.channels, g.height, g.width];
        let x = if frame.lanes == LANES {
            frame.input(0, input)
        } else {
            Grid::with_lanes(input, frame.inputs[0], frame.lanes)
        };
        let output = [g.filters, g.output[0], g.output[1]];
        let y = frame.output(output);
        let d_input = if frame.d_inputs.is_empty() { 0 } else { frame.d_inputs[0] };
        let dx = Grid::new(input, d_input);
        let dy = Grid::new(output, frame.d_output);
        assert!(x.lanes == LANES || g.groups == 1);
        let mut d = 0;
        while d < 2 {
            let reach = (g.output[d] - 1) * g.stride[d] + (g.kernel[d] - 1) * g.dilation[d] + 1;
            let size = [g.height, g.width][d];
            assert!(
                g.pad[2 * d] <= x.halo && reach <= size + x.halo + g.pad[2 * d],
                "too small a halo"
            );
            d += 1;
        }
        if WINOGRAD {
            assert!(g.kernel[0] == 3 && g.kernel[1] == 3 && g.groups == 1 && x.lanes == LANES);
            assert!(
                g.stride[0] == 1 && g.stride[1] == 1 && g.dilation[0] == 1 && g.dilation[1] == 1
            );
        }
        let add = if frame.inputs.len() > 1 { frame.input(1, output) } else { y };
        let sweep = sweep::fill(g.stride[1] * x.lanes);
        let mut conv = Self { g, x, y, add, dx, dy, sweep, across: None };
        if conv.may_reach_across() && across::pays(usize::MAX, g.output) {
            conv.across = Some(across::fill);
        }
        conv
    }

    pub(super) const fn packing(&self) -> Packing {
        let g = &self.g;
        Packing::new(g.filters, g.channels, g.groups, g.kernel[0] * g.kernel[1], self.x.lanes)
    }

    /// For the input's gradient: filters and channels exchanged.
    const fn turned(&self) -> Packing {
        let g = &self.g;
        Packing::new(g.channels, g.filters, g.groups, g.kernel[0] * g.kernel[1], LANES)
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        [self.packing().len(), self.y.blocks() * LANES]
    }

    /// Scratch of the forward pass in training.
    pub const fn room(&self) -> Room {
        let [weights, bias] = self.packed();
        Room { batch: weights + bias, ..self.room_packed() }
    }

    /// Scratch of the forward pass in inference.
    pub const fn room_packed(&self) -> Room {
        let thread = if WINOGRAD { winograd::room(self.g.channels) } else { 0 };
        Room { thread, ..Room::NONE }
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        let input = if WINOGRAD { winograd::room(self.g.filters) } else { 0 };
        let block = self.packing().block();
        let sums = if WINOGRAD && self.aligned() { gradient::room(self.g.channels) } else { block };
        let leaf = if sums > block { sums } else { block };
        let thread = if input > leaf { input } else { leaf };
        Room { leaf, batch: self.turned().len(), thread, ..Room::NONE }
    }

    /// The axes of the sum over what `packing` lays out, in an input of `grid`.
    fn axes(&self, packing: &Packing, grid: &Grid) -> ([Axis; 3], [usize; 2]) {
        let g = &self.g;
        let lanes = packing.lanes * LANES;
        let row =
            Axis { count: g.kernel[0], x: g.dilation[0] * grid.pitch(), w: g.kernel[1] * lanes };
        if packing.seen == 1 && grid.lanes < LANES && g.dilation[1] == 1 {
            // Few channels: the columns of a kernel's row lie side by side.
            let run = g.kernel[1] * packing.lanes;
            return ([Axis::ONCE, Axis::ONCE, row], [run, run]);
        }
        let block = Axis { count: packing.seen, x: grid.plane(), w: packing.taps * lanes };
        let column = Axis { count: g.kernel[1], x: g.dilation[1] * grid.lanes, w: lanes };
        ([block, row, column], [packing.lanes, packing.last()])
    }

    /// Runs the convolution with packed weights.
    pub(super) fn convolve(
        &self,
        cx: &Pass<'_>,
        [w, bias]: [&[f32]; 2],
        inputs: &[&[f32]],
        finish: Finish<'_>,
        y: &mut [f32],
        scratch: &mut [f32],
    ) {
        let g = &self.g;
        let packing = self.packing();
        let add = inputs.get(1).map(|add| (*add, self.add));
        let view = View::new(y, self.y);
        if WINOGRAD && winograd::pays(cx.images, g.output) {
            return self.tiles([w, bias], inputs[0], add, finish).fill(cx.exec, view, scratch);
        }
        let sees = |block| packing.first(block);
        let sees = (g.groups > 1).then_some(&sees as &(dyn Fn(usize) -> usize + Sync));
        let sweep = self.sweep([w, bias], inputs[0], add, sees, finish);
        let macs = g.output_len() * g.filter_len() * cx.images;
        let small = add.is_none() && across::pays(cx.images, g.output);
        let fill = self.across.filter(|_| small).unwrap_or(self.sweep);
        view.pieces(cx.exec, macs / GRAIN, 2, &|mut view| {
            view.clear_halo();
            fill(&sweep, &mut view);
        });
    }

    /// The corner of the input under the first tap.
    fn first(&self) -> [usize; 2] {
        [0, 1].map(|d| self.x.halo - self.g.pad[2 * d])
    }

    /// The convolution by Winograd's algorithm.
    pub(super) fn tiles<'a>(
        &self,
        [w, bias]: [&'a [f32]; 2],
        x: &'a [f32],
        add: Option<(&'a [f32], Grid)>,
        finish: Finish<'a>,
    ) -> Winograd<'a> {
        let (x_grid, first, size) = (self.x, self.first(), self.g.output);
        Winograd { x, x_grid, w, bias: Some(bias), add, first, size, finish }
    }

    /// The direct convolution.
    pub(super) fn sweep<'a>(
        &self,
        [w, bias]: [&'a [f32]; 2],
        x: &'a [f32],
        add: Option<(&'a [f32], Grid)>,
        sees: Option<&'a (dyn Fn(usize) -> usize + Sync)>,
        finish: Finish<'a>,
    ) -> Sweep<'a> {
        let packing = self.packing();
        let (axes, [run, last_run]) = self.axes(&packing, &self.x);
        Sweep {
            x,
            x_grid: self.x,
            w,
            w_first: 0,
            block: packing.block(),
            bias: Some(bias),
            add,
            sees,
            axes,
            run,
            last_run,
            first: self.first(),
            stride: self.g.stride,
            size: self.g.output,
            y_first: [0, 0],
            y_step: [1, 1],
            finish,
        }
    }

    /// Whether tiles may reach across images.
    const fn may_reach_across(&self) -> bool {
        let g = &self.g;
        g.groups == 1 && g.dilation[0] == 1 && g.dilation[1] == 1 && self.x.lanes == LANES
    }

    pub(super) fn pack_forward(&self, cx: Option<&Pass<'_>>, weight: &[f32], packed: &mut [f32]) {
        let packing = self.packing();
        let exec = cx.map_or(&exec::Serial as &dyn exec::Exec, |cx| cx.exec);
        exec::split(exec, self.y.blocks(), [(packed, packing.block())], &|block, [packed]| {
            packing.pack(block, weight, packed);
        });
    }

    /// The input's gradient.
    fn input_gradient(
        &self,
        cx: &Pass<'_>,
        weight: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        turned: &mut [f32],
        scratch: &mut [f32],
    ) {
        let g = &self.g;
        let packing = self.turned();
        let taps = packing.taps;
        let pieces = [(&mut *turned, packing.block())];
        exec::split(cx.exec, self.dx.blocks(), pieces, &|block, [packed]| {
            packing.pack_turned(block, weight, packed);
        });
        if WINOGRAD && winograd::pays(cx.images, [g.height, g.width]) {
            let tiles = Winograd {
                x: dy,
                x_grid: self.dy,
                w: turned,
                bias: None,
                add: None,
                first: [0, 1].map(|d| self.dy.halo + g.pad[2 * d] - 2),
                size: [g.height, g.width],
                finish: Finish::NONE,
            };
            return tiles.fill(cx.exec, View::new(dx, self.dx), scratch);
        }
        let sees = |block| packing.first(block);
        let lanes = packing.lanes * LANES;
        let size = [g.height, g.width];
        let phases = [0, 1].map(|d| g.stride[d].min(size[d]));
        let sweep = |i: usize, j: usize| {
            let [down, across] = [(0, i), (1, j)].map(|(d, at)| Phase::new(g, &self.dy, d, at));
            Sweep {
                x: dy,
                x_grid: self.dy,
                w: turned,
                w_first: (down.tap * g.kernel[1] + across.tap) * lanes,
                block: packing.block(),
                bias: None,
                add: None,
                sees: (g.groups > 1).then_some(&sees),
                axes: [
                    Axis { count: packing.seen, x: self.dy.plane(), w: taps * lanes },
                    Axis {
                        count: down.taps,
                        x: down.step * self.dy.pitch(),
                        w: down.taps_step * g.kernel[1] * lanes,
                    },
                    Axis {
                        count: across.taps,
                        x: across.step * LANES,
                        w: across.taps_step * lanes,
                    },
                ],
                run: packing.lanes,
                last_run: packing.last(),
                first: [down.first, across.first],
                stride: [1, 1],
                size: [down.outputs, across.outputs],
                y_first: [i, j],
                y_step: g.stride,
                finish: Finish::NONE,
            }
        };
        // The gradient of the output is read pixel by pixel, whatever the stride.
        let fill = const { sweep::fill(LANES) };
        let macs = g.output_len() * g.filter_len() * cx.images;
        View::new(dx, self.dx).pieces(cx.exec, macs / GRAIN, 2, &|mut view| {
            view.clear_halo();
            if phases == [1, 1] && self.may_reach_across() && across::pays(cx.images, size) {
                return across::fill(&sweep(0, 0), &mut view);
            }
            for i in 0..phases[0] {
                for j in 0..phases[1] {
                    fill(&sweep(i, j), &mut view);
                }
            }
        });
    }

    /// Whether the packed weights are as many as the weights: then their gradient is summed as it
    /// is packed, and put in order at the end.
    const fn aligned(&self) -> bool {
        let g = &self.g;
        g.groups == 1 && g.filters.is_multiple_of(LANES) && {
            let last = g.channels % LANES;
            last == 0 || g.channels < LANES
        }
    }

    fn weight_gradient(
        &self,
        cx: &Pass<'_>,
        x: &[f32],
        dy: &[f32],
        partials: &mut [f32],
        [scratch, threads]: [&mut [f32]; 2],
        d_weight: &mut [f32],
    ) {
        let g = &self.g;
        let packing = self.packing();
        let (axes, [run, last_run]) = self.axes(&packing, &self.x);
        let first = self.first();
        let correlation = Correlation {
            x,
            x_grid: self.x,
            d: dy,
            d_grid: self.dy,
            axes,
            run,
            last_run,
            first,
            stride: g.stride,
            size: g.output,
        };
        let winograd =
            gradient::Gradient { x, x_grid: self.x, d: dy, d_grid: self.dy, first, size: g.output };
        // A leaf has enough pixels to be worth the work that it costs whatever it has.
        let least = LEAF_PIXELS.div_ceil(g.positions()).next_power_of_two();
        let leaves = leaves(cx.images, least);
        let per_leaf = leaf_images(cx.images, least);
        let images = |leaf: usize| leaf * per_leaf..cx.images.min((leaf + 1) * per_leaf);
        let block = packing.block();
        // Threads take leaves, and where those are few, also blocks of filters.
        let blocks = self.y.blocks();
        let parts = (cx.exec.threads() / leaves).clamp(1, blocks);
        let room = partials.len() / parts;
        if self.aligned() && room >= (leaves - 1) * block {
            let each = blocks.div_ceil(parts);
            let (len, own) =
                if parts > 1 { (threads.len(), threads) } else { (scratch.len(), &mut *scratch) };
            let pieces =
                [(&mut *d_weight, each * block), (&mut *partials, room), (own, len / parts)];
            exec::split(
                cx.exec,
                blocks.div_ceil(each),
                pieces,
                &|part, [dw, partials, scratch]| {
                    let sum = Sum { exec: cx.exec, leaves, row: block, partials, scratch };
                    sum.over(dw, &|leaf, rows, dw, scratch| {
                        let rows = part * each + rows.start..part * each + rows.end;
                        if WINOGRAD && g.channels >= LANES {
                            return winograd.sum(images(leaf), rows, dw, scratch);
                        }
                        for (b, dw) in rows.zip(dw.chunks_exact_mut(block)) {
                            correlation.sum(images(leaf), b, 0, dw);
                        }
                    });
                },
            );
            let share = scratch.len() / self.y.blocks();
            if share >= block {
                let pieces = [(d_weight, block), (scratch, share)];
                exec::split(cx.exec, self.y.blocks(), pieces, &|_, [dw, packed]| {
                    packed[..block].copy_from_slice(dw);
                    packing.unpack(&packed[..block], dw);
                });
            } else {
                for dw in d_weight.chunks_exact_mut(block) {
                    scratch[..block].copy_from_slice(dw);
                    packing.unpack(&scratch[..block], dw);
                }
            }
            return;
        }
        let row = g.filter_len();
        let sum = Sum { exec: cx.exec, leaves, row, partials, scratch };
        sum.over(d_weight, &|leaf, rows, dw, packed| {
            let packed = &mut packed[..block];
            for block in rows.start / LANES..rows.end.div_ceil(LANES) {
                correlation.sum(images(leaf), block, packing.first(block), packed);
                for f in rows.start.max(block * LANES)..rows.end.min((block + 1) * LANES) {
                    let dw = &mut dw[(f - rows.start) * row..][..row];
                    packing.unpack_one(f, packed, dw);
                }
            }
        });
    }
}

/// Pixels of a leaf of the weight gradient's sum.
const LEAF_PIXELS: usize = 512;

/// Multiply–adds that are worth a fork.
const GRAIN: usize = 400_000;

impl<const WINOGRAD: bool> Kernel<Blocked> for Conv<WINOGRAD> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [weights, bias] = self.packed();
        let [packed, _, threads] = self.room().split(t.scratch, 0);
        let (w, b) = packed.split_at_mut(weights);
        self.pack_forward(Some(cx), t.params[0], w);
        b[..bias].fill(0.0);
        if let Some(bias) = t.params.get(1) {
            b[..bias.len()].copy_from_slice(bias);
        }
        finished(activation, |finish| {
            self.convolve(cx, [w, b], t.inputs, finish, t.output, threads);
        });
    }

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let [turned, leaves, threads] = self.room_backward().split(t.scratch, cx.images);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            let scratch = [&mut *leaves, &mut *threads];
            self.weight_gradient(cx, t.inputs[0], t.d_output, t.partials, scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_sums(cx, t.d_output, self.dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            self.input_gradient(cx, t.params[0], t.d_output, d_input, turned, threads);
        }
    }
}

/// Runs `work` with what the activation does to finished sums.
pub(crate) fn finished<A: Activation>(activation: A, work: impl FnOnce(Finish<'_>)) {
    match activation.range() {
        Some(range) => work(Finish { range, row: None }),
        None => work(Finish { row: Some(&|row| activation.apply(row)), ..Finish::NONE }),
    }
}
