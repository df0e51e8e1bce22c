//! Normalization over the channels at each position, in blocks of sixteen channels. The formulas are
//! those of [`crate::layers::normalization::ln`].
//!
//! Schedule. All channels of a pixel are read three times, for their mean, their variance and the
//! result, up to sixteen pixels of a row at a time, so that they stay in the nearest cache. Lanes
//! beyond the last channel are masked out of the sums. Training keeps mean and `1 / √(var + eps)` of
//! each pixel, row by row.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::affine::of_block;
use crate::kernels::rows::d_halo;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::tree::{Runs, Tree};
use crate::simd::{Simd, simd_fn};
use crate::vector::variance;
use crate::view::View;

/// Normalization over the channels at each position.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
    pub(super) eps: f32,
}

/// Mean and `1 / √(var + eps)` of some pixels of a row.
pub(super) type Stats = [[f32; BLOCK]; 2];

/// Weight and bias of a block.
type Affine = [[f32; BLOCK]; 2];

impl LayerNorm {
    /// The layer over images of `dims`.
    pub const fn new(dims: [usize; 3], eps: f32, frame: Frame) -> Self {
        Self {
            x: frame.input(0, dims),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
            eps,
        }
    }

    /// Where a row's statistics are kept.
    pub(super) fn kept<'s>(&self, saved: &'s [f32], image: usize, row: usize) -> Option<&'s [f32]> {
        let len = 2 * self.x.width;
        (!saved.is_empty()).then(|| &saved[(image * self.x.height + row) * len..][..len])
    }

    /// The statistics of the pixels from `first` on.
    pub(super) fn stats(
        &self,
        x: &[f32],
        place: [usize; 2],
        kept: Option<&[f32]>,
        first: usize,
    ) -> Stats {
        match kept {
            None => statistics(x, self.x, place, first, self.eps),
            Some(kept) => {
                let (means, scales) = kept.split_at(self.x.width);
                [means, scales].map(|all| of_block(&all[first..], 0))
            }
        }
    }

    pub(super) fn affine(params: &[&[f32]], block: usize) -> Affine {
        match params {
            [weight, bias] => [weight, bias].map(|p| of_block(p, block)),
            _ => [[1.0; BLOCK], [0.0; BLOCK]],
        }
    }
}

impl Kernel<Blocked> for LayerNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x, g) = (t.inputs[0], self.x);
        if !t.saved.is_empty() {
            let rows = cx.images * g.height;
            exec::split(cx.exec, rows, [(&mut *t.saved, 2 * g.width)], &|i, [kept]| {
                let (means, scales) = kept.split_at_mut(g.width);
                let place = [i / g.height, i % g.height];
                let to = means.chunks_mut(BLOCK).zip(scales.chunks_mut(BLOCK));
                for (chunk, (means, scales)) in to.enumerate() {
                    let stats = statistics(x, g, place, chunk * BLOCK, self.eps);
                    means.copy_from_slice(&stats[0][..means.len()]);
                    scales.copy_from_slice(&stats[1][..scales.len()]);
                }
            });
        }
        let (saved, blocks) = (&*t.saved, g.blocks());
        let pieces = t.output.len() / exec::GRAIN;
        View::new(t.output, self.y).pieces(cx.exec, pieces, blocks, &|mut view| {
            view.clear_halo();
            for image in view.images.clone() {
                for row in view.rows.clone() {
                    let kept = self.kept(saved, image, row);
                    for first in (0..g.width).step_by(BLOCK) {
                        let stats = self.stats(x, [image, row], kept, first);
                        for block in 0..blocks {
                            let x = &g.row(x, [image, block, row])[first * BLOCK..];
                            let y = &mut view.row(image, block, row)[first * BLOCK..];
                            normalize(x, &stats, &Self::affine(t.params, block), y);
                        }
                    }
                    (0..blocks).for_each(|b| activation.apply(view.row(image, b, row)));
                }
            }
        });
    }
}

/// A vector that is true in the lanes of a block that are channels.
#[inline(always)]
pub(super) fn channels_of<S: Simd>(s: S, grid: Grid, block: usize) -> S::M {
    let numbers: [f32; BLOCK] = core::array::from_fn(|lane| lane as f32);
    s.lt(s.load(&numbers), s.splat((grid.channels - block * BLOCK) as f32))
}

simd_fn! {
    /// The statistics of up to sixteen pixels of a row, those from `first` on.
    fn statistics<S>(s, x: &[f32], grid: Grid, place: [usize; 2], first: usize, eps: f32) -> Stats {
        let [image, row] = place;
        let mut stats = [[0.0; BLOCK]; 2];
        let share = 1.0 / grid.channels as f32;
        let (last, zero) = (grid.blocks() - 1, s.splat(0.0));
        let inside = channels_of(s, grid, last);
        let x = &x[image * grid.step..][..grid.len()];
        for p in 0..BLOCK.min(grid.width - first) {
            let pixel = grid.pixel(row, first + p);
            let mut tree = Tree::<S, 1, 1>::new();
            tree.add(s, [[s.select(inside, s.load(&x[last * grid.plane() + pixel..]), zero)]]);
            for [_, blocks] in Runs::new([1, last], 1) {
                let mut sum = zero;
                for block in blocks {
                    sum = s.add(sum, s.load(&x[block * grid.plane() + pixel..]));
                }
                tree.add(s, [[sum]]);
            }
            let mut mean = s.sum(tree.total(s)[0][0]) * share;
            let m = s.splat(mean);
            let d = s.sub(s.load(&x[last * grid.plane() + pixel..]), m);
            let d = s.select(inside, d, zero);
            let mut tree = Tree::<S, 1, 2>::new();
            tree.add(s, [[d, s.mul(d, d)]]);
            for [_, blocks] in Runs::new([1, last], 1) {
                let [mut sum, mut squares] = [zero; 2];
                for block in blocks {
                    let d = s.sub(s.load(&x[block * grid.plane() + pixel..]), m);
                    sum = s.add(sum, d);
                    squares = s.mul_add(d, d, squares);
                }
                tree.add(s, [[sum, squares]]);
            }
            let [sums] = tree.total(s);
            let [var, _] = variance(&mut mean, sums.map(|v| s.sum(v)), grid.channels as f32);
            stats[0][p] = mean;
            stats[1][p] = 1.0 / (var + eps).sqrt();
        }
        stats
    }

    /// Writes a block of up to sixteen pixels.
    fn normalize<S>(s, x: &[f32], stats: &Stats, affine: &Affine, y: &mut [f32]) {
        let [weight, bias] = [&affine[0], &affine[1]].map(|v| s.load(v));
        let pixels = x.as_chunks::<BLOCK>().0.iter().zip(y.as_chunks_mut::<BLOCK>().0);
        for (p, (x, y)) in pixels.take(BLOCK).enumerate() {
            let v = s.mul(s.sub(s.load(x), s.splat(stats[0][p])), s.splat(stats[1][p]));
            s.store(s.mul_add(v, weight, bias), y);
        }
    }
}
