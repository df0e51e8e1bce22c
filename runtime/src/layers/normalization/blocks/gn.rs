//! Normalization over groups of channels of an image, in blocks of sixteen channels. The formulas are
//! those of [`crate::layers::normalization::gn`].
//!
//! Schedule. A pass over the pixels of each block gives its channels' sums, which are then added up
//! by groups; there is one for the means, one for the variances, and one that writes the result, with
//! each channel's factors in registers. Mean and `1 / √(var + eps)` of an image's channels are kept
//! block by block.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::affine::{affine_of_block, map_lines};
use crate::kernels::finish::finished;
use crate::kernels::pixel_sums::{sum_block, sum_squares};
use crate::kernels::rows::d_halo;
use crate::layers::normalization::blocks::of_images::{fill, kept};
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::vector;

/// Normalization over groups of channels of an image.
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
    pub(super) groups: usize,
    pub(super) eps: f32,
}

impl GroupNorm {
    /// The layer over images of `dims`.
    pub const fn new(
        dims @ [channels, ..]: [usize; 3],
        groups: usize,
        eps: f32,
        frame: Frame,
    ) -> Self {
        assert!(groups > 0 && channels.is_multiple_of(groups));
        Self {
            x: frame.input(0, dims),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
            groups,
            eps,
        }
    }

    /// Scratch of the forward pass: mean, scale and a sum of every channel.
    pub const fn room(&self) -> Room {
        Room::images(3 * self.block_floats())
    }

    /// Scratch of the backward pass: three sums of every channel.
    pub const fn room_backward(&self) -> Room {
        Room::images(3 * self.block_floats())
    }

    /// Floats of a pixel of all blocks of an image.
    pub(super) const fn block_floats(&self) -> usize {
        self.x.blocks() * BLOCK
    }

    /// Elements of a group.
    fn count(&self) -> f32 {
        (self.x.channels / self.groups * self.x.height * self.x.width) as f32
    }

    /// Replaces each channel's number by `f(sum over its group, elements of a group)`.
    pub(super) fn by_groups(&self, channels: &mut [f32], f: impl Fn(f32, f32) -> f32) {
        let grouped = self.x.channels / self.groups;
        let count = self.count();
        for image in channels.chunks_exact_mut(self.block_floats()) {
            for group in image[..self.x.channels].chunks_exact_mut(grouped) {
                let sum = vector::total(group.iter().copied());
                group.fill(f(sum, count));
            }
        }
    }
}

impl Kernel<Blocked> for GroupNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x, blocks) = (t.inputs[0], self.x.blocks());
        let all = cx.images * self.block_floats();
        let (mean, rest) = t.scratch.split_at_mut(all);
        let (scale, rest) = rest.split_at_mut(all);
        let off = &mut rest[..all];
        fill(cx.exec, x.len(), [&mut *mean], blocks, &|image, block| {
            [sum_block(x, self.x, image, block)]
        });
        self.by_groups(mean, |sum, count| sum / count);
        fill(cx.exec, x.len(), [&mut *off, &mut *scale], blocks, &|image, block| {
            sum_squares(x, self.x, kept(mean, blocks, image, block), image, block)
        });
        let count = self.count();
        self.by_groups(off, |sum, _| sum);
        self.by_groups(scale, |sum, _| sum);
        for ((mean, off), scale) in mean.iter_mut().zip(&mut *off).zip(&mut *scale) {
            let [var, rest] = vector::variance(mean, [*off, *scale], count);
            (*off, *scale) = (rest, 1.0 / (var + self.eps).sqrt());
        }
        if let Some((means, scales)) = t.saved.split_at_mut_checked(all) {
            means.copy_from_slice(mean);
            scales.copy_from_slice(scale);
        }
        let stats = [&*mean, &*off, &*scale];
        let line = |[image, block]: [usize; 2]| {
            let [mean, rest, scale] = stats.map(|all| kept(all, blocks, image, block));
            let [weight, bias] = affine_of_block(t.params, block);
            let factor: [f32; BLOCK] = core::array::from_fn(|c| weight[c] * scale[c]);
            [mean, factor, core::array::from_fn(|c| bias[c] - rest[c] * factor[c])]
        };
        finished(activation, |finish| {
            map_lines(cx, Some((x, self.x)), t.output, self.y, finish, &line);
        });
    }
}
