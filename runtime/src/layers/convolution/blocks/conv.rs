//! Convolution in blocks of sixteen channels: direct, or by Winograd's algorithm.
//!
//! ```text
//! forward:   sweep(x, w)
//! d_weight:  Σ over leaves of images and pixels of dy ⊗ x, for each tap
//! d_input:   sweep(dy, w with filters and channels exchanged and turned by 180 degrees)
//! ```
//! Weights are packed as `[filters / 16][channels / 16][taps][channels][16 filters]`, in inference
//! once, in training at each pass. A group of channels that is no whole number of blocks takes
//! part with zeros in the packed weights, and so do connections that a table leaves out; what is not
//! finite there reaches no other group's sums (`Sweep::connects`).

use super::across;
use super::packing::Packing;
use super::sweep::{self, Connects, Fill, Sees, Sweep};
use super::winograd::{self, Winograd};
use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::exec::PRODUCTS;
use crate::kernel::band::{Band, Given, Rows};
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::finish::Finish;
use crate::kernels::finish::finished;
use crate::layers::convolution::conv::Geometry;
use crate::layers::convolution::table::Table;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::product::Axis;
use crate::view::View;

/// A convolution whose taps meet the pixels one by one.
pub type DirectConv = Conv<false>;
/// A 3×3 convolution of stride 1 by Winograd's algorithm F(4×4, 3×3).
pub type WinogradConv = Conv<true>;

/// Convolution in blocks of sixteen channels.
#[derive(Clone, Copy, Debug)]
pub struct Conv<const WINOGRAD: bool> {
    pub(crate) g: Geometry,
    pub(crate) x: Grid,
    pub(crate) y: Grid,
    /// Of the second input, which is added to the output.
    pub(crate) add: Grid,
    pub(crate) dx: Grid,
    pub(crate) dy: Grid,
    pub(crate) sweep: Fill,
    /// Where images may be so small that tiles reach across them.
    across: Option<Fill>,
    /// For each filter the channels that it sees, where those are not all.
    pub(crate) table: Option<Table>,
}

impl<const WINOGRAD: bool> Conv<WINOGRAD> {
    /// The convolution; the halos must hold what its windows reach over.
    pub const fn new(g: Geometry, frame: Frame) -> Self {
        let input = [g.channels, g.height, g.width];
        let x = if frame.block == BLOCK {
            frame.input(0, input)
        } else {
            Grid::with_depth(input, frame.inputs[0], frame.block)
        };
        let output = [g.filters, g.output[0], g.output[1]];
        let y = frame.output(output);
        let d_input = if frame.d_inputs.is_empty() { 0 } else { frame.d_inputs[0] };
        let dx = Grid::new(input, d_input);
        let dy = Grid::new(output, frame.d_output);
        let add = if frame.inputs.len() > 1 { frame.input(1, output) } else { y };
        let conv = Self::of(g, x, y, add, dx, dy);
        conv.check_halo();
        conv
    }

    /// The convolution of tensors that lie like this.
    pub(crate) const fn of(g: Geometry, x: Grid, y: Grid, add: Grid, dx: Grid, dy: Grid) -> Self {
        assert!(x.depth == BLOCK || g.groups == 1);
        if WINOGRAD {
            assert!(g.kernel[0] == 3 && g.kernel[1] == 3 && g.groups == 1 && x.depth == BLOCK);
            assert!(
                g.stride[0] == 1 && g.stride[1] == 1 && g.dilation[0] == 1 && g.dilation[1] == 1
            );
        }
        let sweep = sweep::fill(g.stride[1] * x.depth);
        let mut conv = Self { g, x, y, add, dx, dy, sweep, across: None, table: None };
        if conv.may_reach_across() && across::pays(usize::MAX, g.output) {
            conv.across = Some(across::fill);
        }
        conv
    }

    /// The convolution, of one group, with weights that are zeros where the table has no connection.
    pub(crate) const fn with_table(self, table: Table) -> Self {
        assert!(self.g.groups == 1 && table.len() == self.g.filters);
        // Those tiles know of no connections.
        Self { table: Some(table), across: None, ..self }
    }

    /// Whether a filter sees a channel.
    pub(crate) fn connects(&self, filter: usize, channel: usize) -> bool {
        let g = &self.g;
        match self.table {
            Some(table) => {
                table.get(filter).is_some_and(|seen| seen.binary_search(&channel).is_ok())
            }
            None => filter / (g.filters / g.groups) == channel / (g.channels / g.groups),
        }
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

    pub(crate) const fn packing(&self) -> Packing {
        let g = &self.g;
        Packing::new(g.filters, g.channels, g.groups, g.kernel[0] * g.kernel[1], self.x.depth)
    }

    /// For the input's gradient: filters and channels exchanged.
    pub(crate) const fn turned(&self) -> Packing {
        let g = &self.g;
        Packing::new(g.channels, g.filters, g.groups, g.kernel[0] * g.kernel[1], BLOCK)
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        [self.packing().len(), self.y.blocks() * BLOCK]
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
        let leaf = self.leaf();
        let thread = if input > leaf { input } else { leaf };
        Room { leaf, batch: self.turned().len(), thread, ..Room::NONE }
    }

    /// The axes of the sum over what `packing` lays out, in an input of `grid`.
    pub(crate) fn axes(&self, packing: &Packing, grid: &Grid) -> ([Axis; 3], [usize; 2]) {
        let g = &self.g;
        let tap = packing.depth * BLOCK;
        let row =
            Axis { count: g.kernel[0], x: g.dilation[0] * grid.pitch(), w: g.kernel[1] * tap };
        let few = packing.seen == 1 && grid.depth < BLOCK && g.dilation[1] == 1;
        if choice!("columns of few channels side by side", few) {
            // Few channels: the columns of a kernel's row lie side by side.
            let run = g.kernel[1] * packing.depth;
            return ([Axis::ONCE, Axis::ONCE, row], [run, run]);
        }
        let block = Axis { count: packing.seen, x: grid.plane(), w: packing.taps * tap };
        let column = Axis { count: g.kernel[1], x: g.dilation[1] * grid.depth, w: tap };
        ([block, row, column], [packing.depth, packing.last()])
    }

    /// Runs the convolution with packed weights.
    pub(crate) fn convolve(
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
        let pays = winograd::pays(cx.batch(), g.output);
        if WINOGRAD && choice!("convolution by Winograd", pays) {
            return self.tiles([w, bias], inputs[0], add, finish).fill(cx.exec, view, scratch);
        }
        let sees = |block| packing.first(block);
        let sees = (g.groups > 1).then_some(&sees as Sees<'_>);
        let connects = |filter, channel| self.connects(filter, channel);
        let connects =
            (self.table.is_some() || packing.mixes()).then_some(&connects as Connects<'_>);
        let x = (inputs[0], self.x);
        let sweep = Sweep { sees, connects, ..self.sweep([w, bias], x, add, finish) };
        let macs = g.output_len() * g.filter_len() * cx.images;
        let small = add.is_none() && across::pays(cx.batch(), g.output);
        let across = self.across.filter(|_| small);
        choice!("convolution across images", across.is_some());
        let fill = across.unwrap_or(self.sweep);
        view.pieces(cx.exec, macs / PRODUCTS, 2, &|mut view| {
            view.clear_halo();
            fill(&sweep, &mut view);
        });
    }

    /// The corner of the input under the first tap.
    pub(crate) fn first(&self) -> [usize; 2] {
        [0, 1].map(|d| self.x.halo - self.g.pad[2 * d])
    }

    /// The convolution by Winograd's algorithm.
    pub(crate) fn tiles<'a>(
        &self,
        [w, bias]: [&'a [f32]; 2],
        x: &'a [f32],
        add: Option<(&'a [f32], Grid)>,
        finish: Finish<'a>,
    ) -> Winograd<'a> {
        let (x_grid, first, size) = (self.x, self.first(), self.g.output);
        Winograd { x, x_grid, w, bias: Some(bias), add, first, size, finish }
    }

    /// The direct convolution of one group.
    pub(crate) fn sweep<'a>(
        &self,
        [w, bias]: [&'a [f32]; 2],
        (x, x_grid): (&'a [f32], Grid),
        add: Option<(&'a [f32], Grid)>,
        finish: Finish<'a>,
    ) -> Sweep<'a> {
        let packing = self.packing();
        let (axes, [run, last_run]) = self.axes(&packing, &x_grid);
        Sweep {
            x,
            x_grid,
            w,
            w_first: 0,
            block: packing.block(),
            bias: Some(bias),
            add,
            sees: None,
            connects: None,
            axes,
            run,
            last_run,
            first: self.first(),
            stride: self.g.stride,
            size: self.g.output,
            y_first: [0, 0],
            y_step: [1, 1],
            finish,
            start: 0.0,
        }
    }

    /// The rows of the convolution, of one group, in inference.
    pub(crate) const fn rows(&self, add: Option<Grid>) -> Rows {
        let g = &self.g;
        let reach = (g.kernel[0] - 1) * g.dilation[0] + 1;
        let window = [g.pad[0], g.stride[0], reach];
        let rows = Rows::of(self.x, self.y, window, g.output_len() * g.filter_len());
        if WINOGRAD {
            let (together, scratch) = (winograd::TILE, self.room_packed().thread);
            let least = winograd::rows(g.channels, g.output[1]);
            Rows { add, together, least, scratch, ..rows }
        } else {
            Rows { add, ..rows }
        }
    }

    /// Computes a band of the convolution, of one group, with packed weights.
    pub(crate) fn convolve_band(&self, rows: Rows, given: Given<'_>, t: Band<'_>) {
        let Band { x, x_grid, before, add, scratch, mut y, .. } = t;
        let Given { params: [w, bias], finish } = given else {
            unreachable!("packed weights and bias")
        };
        let add = add.zip(rows.add);
        let first = [rows.start(t.rows.start) - before, self.first()[1]];
        let size = [t.rows.len(), self.g.output[1]];
        if WINOGRAD {
            let bias = Some(*bias);
            let tiles = Winograd { x, x_grid, w, bias, add, first, size, finish };
            tiles.band(y, scratch);
        } else {
            let sweep = self.sweep([w, bias], (x, x_grid), add, finish);
            (self.sweep)(&Sweep { first, size, ..sweep }, &mut y);
        }
    }

    /// Whether tiles may reach across images.
    pub(crate) const fn may_reach_across(&self) -> bool {
        let g = &self.g;
        g.groups == 1
            && self.table.is_none()
            && g.dilation[0] == 1
            && g.dilation[1] == 1
            && self.x.depth == BLOCK
    }

    pub(crate) fn pack_forward(&self, cx: Option<&Pass<'_>>, weight: &[f32], packed: &mut [f32]) {
        let packing = self.packing();
        let exec = cx.map_or(&exec::Serial as &dyn exec::Exec, |cx| cx.exec);
        exec::split(exec, self.y.blocks(), [(packed, packing.block())], &|block, [packed]| {
            packing.pack(block, weight, packed);
        });
    }
}

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
}
