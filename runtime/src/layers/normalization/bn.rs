//! Batch normalization over the images and positions of each channel.
//!
//! ```text
//! forward:   mean, var = of x over the batch (training), or the running ones (evaluation)
//!            y  = (x - mean) / √(var + eps) · weight + bias
//! training:  running += momentum · (batch's - running), the variance with n - 1 in place of n
//! backward:  dbias = Σ dy,  dweight = Σ dy · x̂  with x̂ = (x - mean) / √(var + eps)
//!            dx = weight / √(var + eps) · (dy - dbias / n - x̂ · dweight / n)   (training)
//!            dx = weight / √(var + eps) · dy                                   (evaluation)
//! ```
//! Parameters: `weight` and `bias`, or none, as if they were 1 and 0; state: `running_mean` and
//! `running_var`; one element a channel.
//!
//! The mean is found first and the variance from the differences to it, whose own mean is what the
//! first one was off by. All are sums over the tree of [`crate::reduce`]; copies that fill up the last
//! group of images don't count, and have no gradient.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Mode, PackParams, Pass, Room};
use crate::kernels::affine::affine;
use crate::kernels::images::{channel_sums, copy_input};
use crate::layout::{LANES, Layout};
use crate::vector;

/// Batch normalization with batch statistics, or running ones in evaluation mode.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    pub(super) channels: usize,
    pub(super) positions: usize,
    pub(super) eps: f32,
    pub(super) momentum: f32,
    pub(super) affine: bool,
}

impl BatchNorm {
    /// The layer over `channels` of `positions` pixels, with a weight and a bias if it is `affine`.
    pub const fn new(
        channels: usize,
        positions: usize,
        eps: f32,
        momentum: f32,
        affine: bool,
    ) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions, eps, momentum, affine }
    }

    /// Scratch of the forward pass: two sums of every channel, for each leaf of the batch.
    pub const fn room(&self) -> Room {
        Room::images(2 * self.channels)
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        // Two sums, and the partial ones, where no parameters' gradients hold them.
        Room::images(if self.affine { 0 } else { 3 * self.channels })
    }
}

impl<L: Layout> Kernel<L> for BatchNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [running_mean, running_var] = t.state else {
            unreachable!("batch norm has two states")
        };
        let n = (cx.batch() * self.positions) as f32;
        let run = self.positions * L::IMAGES;
        let (mean, scale) = t.stats.split_at_mut(self.channels);
        let scale = &mut scale[..self.channels];
        let (sums, partials) = t.scratch.split_at_mut(2 * self.channels);
        match cx.mode {
            Mode::Evaluation => {
                sums.fill(0.0);
                mean.copy_from_slice(running_mean);
                scale.copy_from_slice(running_var);
            }
            Mode::Training => {
                let x = t.inputs.first().copied().unwrap_or(t.output);
                channel_sums::<L, 1>(cx, [self.channels, run], partials, mean, &|_, at| {
                    [vector::sum_lanes(&x[at])]
                });
                mean.iter_mut().for_each(|m| *m /= n);
                channel_sums::<L, 2>(cx, [self.channels, run], partials, sums, &|c, at| {
                    vector::sum_squares(&x[at], &[mean[c]; LANES])
                });
                for c in 0..self.channels {
                    let both = [sums[2 * c], sums[2 * c + 1]];
                    [scale[c], sums[c]] = vector::variance(&mut mean[c], both, n);
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
        let len = self.channels * run;
        // What the means are short of.
        let rest = &sums[..self.channels];
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            for (c, y) in y.chunks_exact_mut(run).enumerate() {
                let [weight, bias] = affine(t.params, c);
                let factor = scale[c] * weight;
                vector::normalize(mean[c], factor, bias - rest[c] * factor, y);
            }
            activation.apply(y);
        });
    }
}

/// Batch normalization in inference: `y = x · scale + shift`, one of each a channel.
#[derive(Clone, Copy, Debug)]
pub struct FoldedBatchNorm {
    channels: usize,
    positions: usize,
    eps: f32,
}

impl FoldedBatchNorm {
    /// The layer over `channels` of `positions` pixels.
    pub const fn new(channels: usize, positions: usize, eps: f32) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions, eps }
    }
}

impl<L: Layout> Kernel<L> for FoldedBatchNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [scale, shift] = t.params else {
            unreachable!("packed batch norm is a scale and a shift")
        };
        let run = self.positions * L::IMAGES;
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, self.channels * run)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            for (c, y) in y.chunks_exact_mut(run).enumerate() {
                vector::scale_shift(scale[c], shift[c], y);
            }
            activation.apply(y);
        });
    }
}

impl<L: Layout> PackParams<L> for FoldedBatchNorm {
    /// Folds weight, bias, running mean and running variance into scale and shift.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let [parameters @ .., mean, var] = params else {
            unreachable!("batch norm has running statistics")
        };
        let (scale, shift) = packed.split_at_mut(self.channels);
        for c in 0..self.channels {
            let [weight, bias] = affine(parameters, c);
            scale[c] = weight / (var[c] + self.eps).sqrt();
            shift[c] = bias - mean[c] * scale[c];
        }
    }
}
