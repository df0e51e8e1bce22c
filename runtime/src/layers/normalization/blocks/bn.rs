//! Batch normalization over the images and positions of each channel, in blocks of sixteen
//! channels. The formulas are those of [`crate::layers::normalization::bn`].
//!
//! Schedule. Pixels come from memory twice each way. The first time, a block of an image stays in the cache for
//! its channels' means and for what needs these; the numbers of the images then run over the tree of
//! [`crate::reduce`]. The second time, the result is written, with the channels' factors in registers.
//!
//! ```text
//! forward:  var   = Σ over images of (var of the image + (its mean - mean)²) / images
//! backward: Σ x̂ (dy - mean dy) = Σ over images of (Σ x̂ (dy - its mean dy) + Σ x̂ · (its mean dy - mean dy))
//! ```

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Mode, PackParams, Pass, Room};
use crate::kernels::affine::affine;
use crate::kernels::affine::affine_of_block;
use crate::kernels::affine::map_lines;
use crate::kernels::affine::of_block;
use crate::kernels::finish::finished;
use crate::kernels::pixel_sums::{channel_sums, sum_block, sum_squares};
use crate::kernels::rows::d_halo;
use crate::layers::normalization::blocks::of_images::{fill, kept};
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::reduce::MOST_LEAVES;
use crate::simd::simd_fn;
use crate::vector::variance;
use crate::view::View;

/// Batch normalization with batch statistics, or running ones in evaluation mode. Its statistics
/// are the mean and `1 / √(var + eps)` of each channel, and what the mean is short of.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
    pub(super) eps: f32,
    pub(super) momentum: f32,
    pub(super) affine: bool,
}

impl BatchNorm {
    /// The layer over images of `dims`, with a weight and a bias if it is `affine`.
    pub const fn new(
        dims: [usize; 3],
        eps: f32,
        momentum: f32,
        affine: bool,
        frame: Frame,
    ) -> Self {
        Self {
            x: frame.input(0, dims),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
            eps,
            momentum,
            affine,
        }
    }

    /// Scratch of the forward pass: three numbers of every channel of an image, two sums of every channel, and
    /// partial ones.
    pub const fn room(&self) -> Room {
        let batch = 2 * MOST_LEAVES * self.x.channels;
        Room { batch, ..Room::images(3 * self.image_floats()) }
    }

    /// Scratch of the backward pass: three numbers of every channel of an image, and two sums, and the partial
    /// ones, where no parameters' gradients hold them.
    pub const fn room_backward(&self) -> Room {
        let sums = if self.affine { 0 } else { MOST_LEAVES + 1 };
        Room { batch: sums * self.x.channels, ..Room::images(3 * self.image_floats()) }
    }

    /// Numbers of the channels of an image, in whole blocks.
    pub(super) const fn image_floats(&self) -> usize {
        self.x.blocks() * BLOCK
    }

    /// Three numbers of every channel of every image.
    pub(super) fn of_images<'a>(
        &self,
        cx: &Pass<'_>,
        scratch: &'a mut [f32],
    ) -> [&'a mut [f32]; 3] {
        let all = cx.images * self.image_floats();
        let (first, rest) = scratch.split_at_mut(all);
        let (second, rest) = rest.split_at_mut(all);
        [first, second, &mut rest[..all]]
    }

    /// Elements of a channel in the batch.
    pub(super) fn count(&self, cx: &Pass<'_>) -> f32 {
        (cx.batch() * self.x.height * self.x.width) as f32
    }
}

/// What makes results of a block's pixels: see [`map_lines`].
pub(super) fn line(params: &[&[f32]], stats: [&[f32]; 3], block: usize) -> [[f32; BLOCK]; 3] {
    let [mean, scale, rest] = stats.map(|all| of_block(all, block));
    let [weight, bias] = affine_of_block(params, block);
    let factor: [f32; BLOCK] = core::array::from_fn(|c| weight[c] * scale[c]);
    [mean, factor, core::array::from_fn(|c| bias[c] - rest[c] * factor[c])]
}

impl Kernel<Blocked> for BatchNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [running_mean, running_var] = t.state else {
            unreachable!("batch norm has two states")
        };
        let n = self.count(cx);
        let (mean, rest) = t.stats.split_at_mut(self.x.channels);
        let (scale, rest) = rest.split_at_mut(self.x.channels);
        let [scratch, images, _] = self.room().split(t.scratch, cx.images);
        let (sums, partials) = scratch.split_at_mut(2 * self.x.channels);
        match cx.mode {
            Mode::Evaluation => {
                rest.fill(0.0);
                mean.copy_from_slice(running_mean);
                scale.copy_from_slice(running_var);
            }
            Mode::Training => {
                let x = t.inputs.first().copied().unwrap_or(t.output);
                let blocks = self.x.blocks();
                let pixels = (self.x.height * self.x.width) as f32;
                let [means, rests, variances] = self.of_images(cx, images);
                let all = [&mut *means, &mut *rests, &mut *variances];
                fill(cx.exec, x.len(), all, blocks, &|image, block| {
                    let mut mean = sum_block(x, self.x, image, block).map(|sum| sum / pixels);
                    let [off, squares] = sum_squares(x, self.x, mean, image, block);
                    let [mut rest, mut var] = [[0.0; BLOCK]; 2];
                    for c in 0..BLOCK {
                        [var[c], rest[c]] = variance(&mut mean[c], [off[c], squares[c]], pixels);
                    }
                    [mean, rest, var]
                });
                let of = |all: &[f32], image, block| kept(all, blocks, image, block);
                let images = cx.batch() as f32;
                channel_sums(cx, partials, mean, &|image, block| [of(means, image, block)]);
                mean.iter_mut().for_each(|m| *m /= images);
                channel_sums(cx, partials, sums, &|image, block| {
                    let mean = of_block(mean, block);
                    let [own, rest, var] =
                        [&*means, &*rests, &*variances].map(|all| of(all, image, block));
                    let off: [f32; BLOCK] = core::array::from_fn(|c| own[c] - mean[c] + rest[c]);
                    [off, core::array::from_fn(|c| off[c] * off[c] + var[c])]
                });
                for c in 0..self.x.channels {
                    let both = [sums[2 * c], sums[2 * c + 1]];
                    [scale[c], rest[c]] = variance(&mut mean[c], both, images);
                }
                let blend = |running: &mut f32, new: f32| {
                    *running = match self.momentum {
                        // Exactly, however far it was.
                        1.0 => new,
                        momentum => *running + momentum * (new - *running),
                    };
                };
                running_mean.iter_mut().zip(&*mean).for_each(|(r, m)| blend(r, *m));
                let unbiased = n / (n - 1.0).max(1.0);
                running_var.iter_mut().zip(&*scale).for_each(|(r, v)| blend(r, v * unbiased));
            }
        }
        scale.iter_mut().for_each(|v| *v = 1.0 / (*v + self.eps).sqrt());
        let stats = [&*mean, &*scale, &*rest];
        let line = |[_, block]: [usize; 2]| line(t.params, stats, block);
        let x = t.inputs.first().map(|x| (*x, self.x));
        finished(activation, |finish| map_lines(cx, x, t.output, self.y, finish, &line));
    }
}

simd_fn! {
    /// `dx = a · dy + b · (x - mean) + shift`
    pub(crate) fn gradient<S>(s, x: (&[f32], Grid), dy: (&[f32], Grid), factors: [[f32; BLOCK]; 4], view: &mut View<'_>, place: [usize; 2]) {
        let [a, b, mean, shift] = factors.map(|v| s.load(&v));
        let [image, block] = place;
        for row in view.rows.clone() {
            let [x, dy] = [x, dy].map(|(t, grid)| grid.row(t, [image, block, row]).as_chunks::<BLOCK>().0);
            let dx = view.row(image, block, row).as_chunks_mut::<BLOCK>().0;
            for ((x, dy), dx) in x.iter().zip(dy).zip(dx) {
                let v = s.mul_add(b, s.sub(s.load(x), mean), shift);
                s.store(s.mul_add(a, s.load(dy), v), dx);
            }
        }
    }
}

/// Batch normalization in inference: `y = x · scale + shift`, one of each a channel.
#[derive(Clone, Copy, Debug)]
pub struct FoldedBatchNorm {
    x: Grid,
    y: Grid,
    eps: f32,
}

impl FoldedBatchNorm {
    /// The layer over images of `dims`.
    pub const fn new(dims: [usize; 3], eps: f32, frame: Frame) -> Self {
        Self { x: frame.input(0, dims), y: frame.output(dims), eps }
    }
}

impl Kernel<Blocked> for FoldedBatchNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [scale, shift] = t.params else {
            unreachable!("packed batch norm is a scale and a shift")
        };
        let line =
            |[_, block]: [usize; 2]| [[0.0; BLOCK], of_block(scale, block), of_block(shift, block)];
        let x = t.inputs.first().map(|x| (*x, self.x));
        finished(activation, |finish| map_lines(cx, x, t.output, self.y, finish, &line));
    }
}

impl PackParams<Blocked> for FoldedBatchNorm {
    /// Folds weight, bias, running mean and running variance into scale and shift.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let [parameters @ .., mean, var] = params else {
            unreachable!("batch norm has running statistics")
        };
        let (scale, shift) = packed.split_at_mut(self.x.channels);
        for c in 0..self.x.channels {
            let [weight, bias] = affine(parameters, c);
            scale[c] = weight / (var[c] + self.eps).sqrt();
            shift[c] = bias - mean[c] * scale[c];
        }
    }
}
