//! The gradients of a convolution in blocks of sixteen channels. That of its input is a transposed
//! convolution's output, too.

use super::across;
use super::conv::Conv;
use super::phase::Phase;
use super::sweep::{self, Sweep};
use super::winograd::{self, Winograd, gradient};
use crate::choice::choice;
use crate::exec;
use crate::exec::PRODUCTS;
use crate::kernel::Pass;
use crate::kernels::finish::{Finish, Row};
use crate::kernels::pixel_sums::Correlation;
use crate::layout::{BLOCK, Grid};
use crate::reduce::{Sum, leaf_of, leaves_of, partials_fit, subtrees_of};
use crate::shard::Shard;
use crate::simd::product::Axis;
use crate::view::View;

/// What is added to the sums, bias and another tensor, and what happens to them when finished.
pub(crate) type Around<'a> = (Option<&'a [f32]>, Option<(&'a [f32], Grid)>, Finish<'a>);

impl<'a> Finish<'a> {
    /// What is done in each of these phases, and with a row when all have written it.
    pub(crate) fn after(self, phases: [usize; 2]) -> (Self, Option<Row<'a>>) {
        if phases == [1, 1] { (self, None) } else { (Self { row: None, ..self }, self.row) }
    }
}

/// Finishes all rows of a view.
pub(crate) fn finish_rows(finish: Option<Row<'_>>, view: &mut View<'_>) {
    if let Some(finish) = finish {
        for [image, block, row] in view.places() {
            finish(view.row(image, block, row));
        }
    }
}

impl<const WINOGRAD: bool> Conv<WINOGRAD> {
    /// Packs the weights with filters and channels exchanged, and turned by 180 degrees.
    pub(crate) fn pack_turned(&self, cx: Option<&Pass<'_>>, weight: &[f32], turned: &mut [f32]) {
        let packing = self.turned();
        let exec = cx.map_or(&exec::Serial as &dyn exec::Exec, |cx| cx.exec);
        exec::split(exec, self.dx.blocks(), [(turned, packing.block())], &|block, [packed]| {
            packing.pack_turned(block, weight, packed);
        });
    }

    /// Spreads every pixel of `dy`, a tensor like the output, over those of `dx`, one like the input,
    /// that it was computed of, with the turned weights: the input's gradient.
    pub(crate) fn spread(
        &self,
        cx: &Pass<'_>,
        turned: &[f32],
        (bias, add, finish): Around<'_>,
        dy: &[f32],
        dx: &mut [f32],
        scratch: &mut [f32],
    ) {
        let g = &self.g;
        let packing = self.turned();
        let size = [g.height, g.width];
        let pays = winograd::pays(cx.batch(), size);
        if WINOGRAD && choice!("input gradient by Winograd", pays) {
            let tiles = Winograd {
                x: dy,
                x_grid: self.dy,
                w: turned,
                bias,
                add,
                first: [0, 1].map(|d| self.dy.halo + g.pad[2 * d] - 2),
                size,
                finish,
            };
            return tiles.fill(cx.exec, View::new(dx, self.dx), scratch);
        }
        let sees = |block| packing.first(block);
        let connects = |channel, filter| self.connects(filter, channel);
        let mixes = self.table.is_some() || packing.mixes();
        let tap = packing.depth * BLOCK;
        let phases = [0, 1].map(|d| g.stride[d].min(size[d]));
        let (finish, row) = finish.after(phases);
        let sweep = |i: usize, j: usize| {
            let [down, across] = [(0, i), (1, j)].map(|(d, at)| Phase::new(g, &self.dy, d, at));
            Sweep {
                x: dy,
                x_grid: self.dy,
                w: turned,
                w_first: (down.tap * g.kernel[1] + across.tap) * tap,
                block: packing.block(),
                bias,
                add,
                sees: (g.groups > 1).then_some(&sees),
                connects: mixes.then_some(&connects),
                axes: [
                    Axis { count: packing.seen, x: self.dy.plane(), w: packing.taps * tap },
                    Axis {
                        count: down.taps,
                        x: down.step * self.dy.pitch(),
                        w: down.taps_step * g.kernel[1] * tap,
                    },
                    Axis { count: across.taps, x: across.step * BLOCK, w: across.taps_step * tap },
                ],
                run: packing.depth,
                last_run: packing.last(),
                first: [down.first, across.first],
                stride: [1, 1],
                size: [down.outputs, across.outputs],
                y_first: [i, j],
                y_step: g.stride,
                finish,
                start: 0.0,
            }
        };
        // The gradient of the output is read pixel by pixel, whatever the stride.
        let fill = const { sweep::fill(BLOCK) };
        let macs = g.output_len() * g.filter_len() * cx.images;
        View::new(dx, self.dx).pieces(cx.exec, macs / PRODUCTS, 2, &|mut view| {
            view.clear_halo();
            let small = add.is_none() && across::pays(cx.batch(), size);
            let across = phases == [1, 1] && self.may_reach_across() && small;
            if choice!("input gradient across images", across) {
                return across::fill(&sweep(0, 0), &mut view);
            }
            for i in 0..phases[0] {
                for j in 0..phases[1] {
                    fill(&sweep(i, j), &mut view);
                }
            }
            finish_rows(row, &mut view);
        });
    }

    /// Whether the packed weights are as many as the weights: then their gradient is summed as it
    /// is packed, and put in order at the end.
    pub(crate) const fn aligned(&self) -> bool {
        let g = &self.g;
        g.groups == 1 && g.filters.is_multiple_of(BLOCK) && {
            let last = g.channels % BLOCK;
            last == 0 || g.channels < BLOCK
        }
    }

    /// Whether the weights' gradient is summed by Winograd's algorithm in whole blocks, of which then those
    /// channels and filters are taken that there are.
    const fn whole_blocks_by_winograd(&self) -> bool {
        WINOGRAD && !self.aligned() && self.g.channels >= BLOCK
    }

    /// Floats of scratch that a leaf of the weights' gradient needs.
    pub(crate) const fn leaf(&self) -> usize {
        let block = self.packing().block();
        let sums = if self.whole_blocks_by_winograd() {
            let blocks = TOGETHER * block;
            let lost = if self.lost() < blocks { self.lost() } else { blocks };
            gradient::room(self.g.channels) + blocks + lost
        } else if WINOGRAD && self.aligned() {
            gradient::room(self.g.channels) + self.lost()
        } else {
            block
        };
        if sums > block { sums } else { block }
    }

    /// Floats of scratch for what rounding takes off the weights' gradient, as many as there are weights,
    /// or none where it is the sum of few parts.
    pub(crate) const fn lost(&self) -> usize {
        let many = WINOGRAD && self.g.output[0] * self.g.output[1] >= gradient::Gradient::MANY;
        if many { self.packing().len() } else { 0 }
    }

    pub(crate) fn weight_gradient(
        &self,
        cx: &Pass<'_>,
        [x, dy]: [&[f32]; 2],
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
        let leaves = leaves_of(cx, least);
        let per_leaf = leaf_of(cx, least);
        let images = |leaf: usize| leaf * per_leaf..cx.images.min((leaf + 1) * per_leaf);
        let block = packing.block();
        // Threads take leaves, and where those are few, also blocks of filters: no more parts than
        // there is room for, of which one always has enough.
        let blocks = self.y.blocks();
        let others = (leaves - 1) * block;
        let aligned = self.aligned() && partials.len() >= others && partials_fit(cx, block);
        if choice!("weight gradient summed as it is packed", aligned) {
            let pieces = exec::pieces_with(cx.exec, threads.len(), self.room_backward().thread);
            let fit = partials.len().checked_div(others).unwrap_or(blocks);
            // Sums over several subtrees of a batch that others have a part of are finished one by one.
            let most = if subtrees_of(cx) == 1 { blocks } else { 1 };
            let parts = (pieces / leaves).min(fit).clamp(1, most);
            let room = partials.len() / parts;
            let each = blocks.div_ceil(parts);
            let (len, own) = if choice!("threads share filters", parts > 1) {
                (threads.len(), threads)
            } else {
                (scratch.len(), &mut *scratch)
            };
            // Several parts wait for each other before others hear of them.
            let apart = parts > 1;
            let here = Pass { shard: Shard { later: cx.shard.later || apart, ..cx.shard }, ..*cx };
            let pieces =
                [(&mut *d_weight, each * block), (&mut *partials, room), (own, len / parts)];
            exec::split(
                cx.exec,
                blocks.div_ceil(each),
                pieces,
                &|part, [dw, partials, scratch]| {
                    let sum = Sum { cx: &here, leaves, row: block, partials, scratch };
                    sum.over(dw, &|leaf, rows, dw, scratch| {
                        let rows = part * each + rows.start..part * each + rows.end;
                        if WINOGRAD && choice!("weight gradient by Winograd", g.channels >= BLOCK) {
                            let lost = self.lost().min(dw.len());
                            let (lost, scratch) = scratch.split_at_mut(lost);
                            return winograd.sum(images(leaf), rows, dw, lost, scratch);
                        }
                        for (b, dw) in rows.zip(dw.chunks_exact_mut(block)) {
                            correlation.sum(images(leaf), b, 0, dw);
                        }
                    });
                },
            );
            if let (Some(across), true, false) = (cx.shard.across, apart, cx.shard.later) {
                across.finish(d_weight, &mut []);
            }
            let share = scratch.len() / self.y.blocks();
            if choice!("taps put in order block by block", share >= block) {
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
        let tiles = self.whole_blocks_by_winograd();
        let together = if choice!("weight gradient in whole blocks by Winograd", tiles) {
            TOGETHER
        } else {
            1
        };
        let sum = Sum { cx, leaves, row, partials, scratch };
        sum.over(d_weight, &|leaf, rows, dw, scratch| {
            let (packed, scratch) = scratch.split_at_mut(together * block);
            let end = rows.end.div_ceil(BLOCK);
            for first in (rows.start / BLOCK..end).step_by(together) {
                let blocks = first..end.min(first + together);
                let packed = &mut packed[..blocks.len() * block];
                if tiles {
                    let (lost, scratch) = scratch.split_at_mut(self.lost().min(packed.len()));
                    winograd.sum(images(leaf), blocks.clone(), packed, lost, scratch);
                } else {
                    correlation.sum(images(leaf), first, packing.first(first), packed);
                }
                for f in rows.start.max(first * BLOCK)..rows.end.min(blocks.end * BLOCK) {
                    let dw = &mut dw[(f - rows.start) * row..][..row];
                    packing.unpack_one(f, &packed[(f / BLOCK - first) * block..][..block], dw);
                }
            }
        });
    }
}

/// Blocks of filters whose weights' gradients are summed together where they are then put in order one by
/// one: they share the transformed tiles of the input.
const TOGETHER: usize = 4;

/// Pixels of a leaf of the weight gradient's sum.
const LEAF_PIXELS: usize = 512;
