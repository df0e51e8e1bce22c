//! Normalization over the channels at each position, in blocks of sixteen channels. The formulas are
//! those of [`crate::layers::normalization::ln`].
//!
//! Schedule. All channels of a pixel are read three times, for their mean, their variance and the
//! result, up to sixteen pixels of a row at a time, so that they stay in the nearest cache. Lanes
//! beyond the last channel are masked out of the sums. Training keeps mean and `1 / √(var + eps)` of
//! each pixel, row by row.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::affine::lanes;
use crate::kernels::pixel_sums::{bias_sums, channel_sums};
use crate::kernels::rows::d_halo;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::tree::{Runs, Tree};
use crate::simd::{Simd, simd_fn};
use crate::vector::variance;
use crate::view::View;

/// Normalization over the channels at each position.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm {
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
    eps: f32,
}

/// Mean and `1 / √(var + eps)` of some pixels of a row.
type Stats = [[f32; LANES]; 2];

/// Weight and bias of a block.
type Affine = [[f32; LANES]; 2];

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

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }

    /// Where a row's statistics are kept.
    fn kept<'s>(&self, saved: &'s [f32], image: usize, row: usize) -> Option<&'s [f32]> {
        let len = 2 * self.x.width;
        (!saved.is_empty()).then(|| &saved[(image * self.x.height + row) * len..][..len])
    }

    /// The statistics of the pixels from `first` on.
    fn stats(&self, x: &[f32], place: [usize; 2], kept: Option<&[f32]>, first: usize) -> Stats {
        match kept {
            None => statistics(x, self.x, place, first, self.eps),
            Some(kept) => {
                let (means, scales) = kept.split_at(self.x.width);
                [means, scales].map(|all| lanes(&all[first..], 0))
            }
        }
    }

    fn affine(params: &[&[f32]], block: usize) -> Affine {
        match params {
            [weight, bias] => [weight, bias].map(|p| lanes(p, block)),
            _ => [[1.0; LANES], [0.0; LANES]],
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
                let to = means.chunks_mut(LANES).zip(scales.chunks_mut(LANES));
                for (chunk, (means, scales)) in to.enumerate() {
                    let stats = statistics(x, g, place, chunk * LANES, self.eps);
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
                    for first in (0..g.width).step_by(LANES) {
                        let stats = self.stats(x, [image, row], kept, first);
                        for block in 0..blocks {
                            let x = &g.row(x, [image, block, row])[first * LANES..];
                            let y = &mut view.row(image, block, row)[first * LANES..];
                            normalize(x, &stats, &Self::affine(t.params, block), y);
                        }
                    }
                    (0..blocks).for_each(|b| activation.apply(view.row(image, b, row)));
                }
            }
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, g) = ((t.inputs[0], self.x), (&*t.d_output, self.dy), self.x);
        let saved = t.saved;
        if let [d_weight, d_bias] = t.d_params {
            bias_sums(cx, dy.0, self.dy, t.partials, d_bias);
            channel_sums(cx, t.partials, d_weight, &|image, block| {
                let len = 2 * g.width * g.height;
                [products(x, dy, &saved[image * len..][..len], [image, block])]
            });
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (blocks, pieces) = (g.blocks(), d_input.len() / exec::GRAIN);
        View::new(d_input, self.dx).pieces(cx.exec, pieces, blocks, &|mut view| {
            view.clear_halo();
            for image in view.images.clone() {
                for row in view.rows.clone() {
                    let kept = self.kept(saved, image, row);
                    for first in (0..g.width).step_by(LANES) {
                        let stats = self.stats(x.0, [image, row], kept, first);
                        let weight = t.params.first().copied();
                        let means = gradient_means(x, dy, [image, row], first, weight, &stats);
                        for block in 0..blocks {
                            let weight = Self::affine(t.params, block)[0];
                            let place = [image, block, row];
                            let [x, dy] = [x, dy].map(|(t, g)| &g.row(t, place)[first * LANES..]);
                            let dx = &mut view.row(image, block, row)[first * LANES..];
                            gradient([x, dy], &stats, &weight, &means, dx);
                        }
                    }
                }
            }
        });
    }
}

/// A vector that is true in the lanes of a block that are channels.
#[inline(always)]
fn channels_of<S: Simd>(s: S, grid: Grid, block: usize) -> S::M {
    let numbers: [f32; LANES] = core::array::from_fn(|lane| lane as f32);
    s.lt(s.load(&numbers), s.splat((grid.channels - block * LANES) as f32))
}

simd_fn! {
    /// The statistics of up to sixteen pixels of a row, those from `first` on.
    fn statistics<S>(s, x: &[f32], grid: Grid, place: [usize; 2], first: usize, eps: f32) -> Stats {
        let [image, row] = place;
        let mut stats = [[0.0; LANES]; 2];
        let share = 1.0 / grid.channels as f32;
        let (last, zero) = (grid.blocks() - 1, s.splat(0.0));
        let inside = channels_of(s, grid, last);
        let x = &x[image * grid.step..][..grid.len()];
        for p in 0..LANES.min(grid.width - first) {
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
        let pixels = x.as_chunks::<LANES>().0.iter().zip(y.as_chunks_mut::<LANES>().0);
        for (p, (x, y)) in pixels.take(LANES).enumerate() {
            let v = s.mul(s.sub(s.load(x), s.splat(stats[0][p])), s.splat(stats[1][p]));
            s.store(s.mul_add(v, weight, bias), y);
        }
    }

    /// The sum over a block's pixels of `dy · x̂`.
    fn products<S>(s, x: (&[f32], Grid), dy: (&[f32], Grid), kept: &[f32], place: [usize; 2]) -> [f32; LANES] {
        let [image, block] = place;
        let width = x.1.width;
        let mut tree = Tree::<S, 1, 1>::new();
        for [rows, columns] in Runs::new([x.1.height, width], 1) {
            let mut sums = [s.splat(0.0); 4];
            for row in rows {
                let [x, dy] = [x, dy].map(|(t, g)| {
                    &g.row(t, [image, block, row]).as_chunks::<LANES>().0[columns.clone()]
                });
                let (means, scales) = kept[row * 2 * width..][..2 * width].split_at(width);
                let [means, scales] = [means, scales].map(|t| &t[columns.clone()]);
                for p in 0..columns.len() {
                    let normal = s.mul(s.sub(s.load(&x[p]), s.splat(means[p])), s.splat(scales[p]));
                    sums[p % 4] = s.mul_add(normal, s.load(&dy[p]), sums[p % 4]);
                }
            }
            tree.add_four(s, sums);
        }
        tree.lanes(s)
    }

    /// The means over the channels of `g` and of `g · x̂` at up to sixteen pixels of a row.
    fn gradient_means<S>(s, x: (&[f32], Grid), dy: (&[f32], Grid), place: [usize; 2], first: usize, weight: Option<&[f32]>, stats: &Stats) -> Stats {
        let ([image, row], grid) = (place, x.1);
        let [mut sum, mut product] = [[s.splat(0.0); LANES]; 2];
        let pixels = LANES.min(grid.width - first);
        for block in 0..grid.blocks() {
            let (inside, zero) = (channels_of(s, grid, block), s.splat(0.0));
            let weight = weight.map_or([1.0; LANES], |w| lanes(w, block));
            let weight = s.load(&weight);
            let [x, dy] = [x, dy].map(|(t, g)| {
                &g.row(t, [image, block, row]).as_chunks::<LANES>().0[first..]
            });
            for p in 0..pixels {
                let normal = s.mul(s.sub(s.load(&x[p]), s.splat(stats[0][p])), s.splat(stats[1][p]));
                let g = s.select(inside, s.mul(s.load(&dy[p]), weight), zero);
                sum[p] = s.add(sum[p], g);
                product[p] = s.mul_add(s.select(inside, normal, zero), g, product[p]);
            }
        }
        let share = 1.0 / grid.channels as f32;
        let mut means = [[0.0; LANES]; 2];
        for p in 0..pixels {
            means[0][p] = s.sum(sum[p]) * share;
            means[1][p] = s.sum(product[p]) * share;
        }
        means
    }

    /// `dx = (g - mean of g - x̂ · mean of g · x̂) · scale` of a block of up to sixteen pixels.
    fn gradient<S>(s, tensors: [&[f32]; 2], stats: &Stats, weight: &[f32; LANES], means: &Stats, dx: &mut [f32]) {
        let weight = s.load(weight);
        let [x, dy] = tensors.map(|t| t.as_chunks::<LANES>().0);
        for (p, dx) in dx.as_chunks_mut::<LANES>().0.iter_mut().take(LANES).enumerate() {
            let scale = s.splat(stats[1][p]);
            let normal = s.mul(s.sub(s.load(&x[p]), s.splat(stats[0][p])), scale);
            let g = s.sub(s.mul(s.load(&dy[p]), weight), s.splat(means[0][p]));
            s.store(s.mul(s.sub(g, s.mul(normal, s.splat(means[1][p]))), scale), dx);
        }
    }
}
