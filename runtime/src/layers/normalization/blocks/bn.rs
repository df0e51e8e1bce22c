//! Batch normalization over the images and positions of each channel, in blocks of sixteen
//! channels. The formulas are those of [`crate::layers::normalization::bn`].
//!
//! Schedule. The sums run over the tree of [`crate::reduce`], a block of an image at a time; what
//! is done with them is one pass over the pixels, with the channels' factors in registers.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Mode, Pass, Room};
use crate::kernels::affine::affine;
use crate::kernels::affine::affine_lanes;
use crate::kernels::affine::lanes;
use crate::kernels::affine::map_lines;
use crate::kernels::finish::finished;
use crate::kernels::pixel_sums::{bias_sums, channel_sums, sum_block, sum_centered, sum_squares};
use crate::kernels::rows::d_halo;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::reduce::MOST_LEAVES;
use crate::simd::simd_fn;
use crate::vector::variance;
use crate::view::View;

/// Batch normalization with batch statistics, or running ones in evaluation mode. Its statistics
/// are the mean and `1 / √(var + eps)` of each channel.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
    eps: f32,
    momentum: f32,
    affine: bool,
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

    /// Scratch of the forward pass: two sums of every channel, and partial ones.
    pub const fn room(&self) -> Room {
        Room { batch: 2 * MOST_LEAVES * self.x.channels, ..Room::NONE }
    }

    /// Scratch of the backward pass: two sums, and the partial ones, where no parameters' gradients hold
    /// them.
    pub const fn room_backward(&self) -> Room {
        let sums = if self.affine { 0 } else { MOST_LEAVES + 1 };
        Room { batch: sums * self.x.channels, ..Room::NONE }
    }

    /// Elements of a channel in the batch.
    fn count(&self, cx: &Pass<'_>) -> f32 {
        (cx.images * self.x.height * self.x.width) as f32
    }
}

impl Kernel<Blocked> for BatchNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [running_mean, running_var] = t.state else {
            unreachable!("batch norm has two states")
        };
        let n = self.count(cx);
        let (mean, scale) = t.stats.split_at_mut(self.x.channels);
        let (sums, partials) = t.scratch.split_at_mut(2 * self.x.channels);
        match cx.mode {
            Mode::Evaluation => {
                sums.fill(0.0);
                mean.copy_from_slice(running_mean);
                scale.copy_from_slice(running_var);
            }
            Mode::Training => {
                let x = t.inputs.first().copied().unwrap_or(t.output);
                channel_sums(cx, partials, mean, &|image, block| {
                    [sum_block(x, self.x, image, block)]
                });
                mean.iter_mut().for_each(|m| *m /= n);
                channel_sums(cx, partials, sums, &|image, block| {
                    sum_squares(x, self.x, lanes(mean, block), image, block)
                });
                for c in 0..self.x.channels {
                    let both = [sums[2 * c], sums[2 * c + 1]];
                    [scale[c], sums[c]] = variance(&mut mean[c], both, n);
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
        // What the means are short of.
        let rest = &sums[..self.x.channels];
        let line = |[_, block]: [usize; 2]| {
            let ([weight, bias], scale) = (affine_lanes(t.params, block), lanes(scale, block));
            let rest = lanes(rest, block);
            let factor: [f32; LANES] = core::array::from_fn(|c| weight[c] * scale[c]);
            let shift = core::array::from_fn(|c| bias[c] - rest[c] * factor[c]);
            [lanes(mean, block), factor, shift]
        };
        let x = t.inputs.first().map(|x| (*x, self.x));
        finished(activation, |finish| map_lines(cx, x, t.output, self.y, finish, &line));
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (mean, scale) = t.stats.split_at(self.x.channels);
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let (d_weight, d_bias, partials) = match t.d_params {
            [d_weight, d_bias] => (&mut **d_weight, &mut **d_bias, t.partials),
            _ => {
                let (d_weight, rest) = t.scratch.split_at_mut(self.x.channels);
                let (d_bias, partials) = rest.split_at_mut(self.x.channels);
                (d_weight, d_bias, partials)
            }
        };
        bias_sums(cx, dy, self.dy, partials, d_bias);
        let n = self.count(cx);
        // Over the batch, `x - mean` adds up to what the mean's rounding took off, which must not count
        // as often as there is a gradient.
        let live = cx.mode == Mode::Training;
        let mean_of = |sum: f32| if live && sum.is_finite() { sum / n } else { 0.0 };
        channel_sums(cx, partials, d_weight, &|image, block| {
            let means = [lanes(mean, block), lanes(d_bias, block).map(mean_of)];
            [sum_centered((x, self.x), (dy, self.dy), means, [image, block])]
        });
        d_weight.iter_mut().zip(scale).for_each(|(d, scale)| *d *= scale);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let factors = |block: usize| {
            let ([weight, _], scale) = (affine_lanes(t.params, block), lanes(scale, block));
            let [d_weight, d_bias] = [&*d_weight, &*d_bias].map(|all| lanes(all, block));
            let a: [f32; LANES] = core::array::from_fn(|c| weight[c] * scale[c]);
            let (b, shift) = match cx.mode {
                Mode::Training => (
                    core::array::from_fn(|c| -a[c] * scale[c] * d_weight[c] / n),
                    core::array::from_fn(|c| -a[c] * d_bias[c] / n),
                ),
                Mode::Evaluation => ([0.0; LANES], [0.0; LANES]),
            };
            [a, b, lanes(mean, block), shift]
        };
        let pieces = d_input.len() / exec::GRAIN;
        View::new(d_input, self.dx).pieces(cx.exec, pieces, 1, &|mut view| {
            view.clear_halo();
            for image in view.images.clone() {
                for block in view.blocks.clone() {
                    let factors = factors(block);
                    gradient((x, self.x), (dy, self.dy), factors, &mut view, [image, block]);
                }
            }
        });
    }
}

simd_fn! {
    /// `dx = a · dy + b · (x - mean) + shift`
    pub(crate) fn gradient<S>(s, x: (&[f32], Grid), dy: (&[f32], Grid), factors: [[f32; LANES]; 4], view: &mut View<'_>, place: [usize; 2]) {
        let [a, b, mean, shift] = factors.map(|v| s.load(&v));
        let [image, block] = place;
        for row in view.rows.clone() {
            let [x, dy] = [x, dy].map(|(t, grid)| grid.row(t, [image, block, row]).as_chunks::<LANES>().0);
            let dx = view.row(image, block, row).as_chunks_mut::<LANES>().0;
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

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass, which is not there.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }
}

impl Kernel<Blocked> for FoldedBatchNorm {
    const PLAIN: bool = false;

    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [scale, shift] = t.params else {
            unreachable!("packed batch norm is a scale and a shift")
        };
        let line =
            |[_, block]: [usize; 2]| [[0.0; LANES], lanes(scale, block), lanes(shift, block)];
        let x = t.inputs.first().map(|x| (*x, self.x));
        finished(activation, |finish| map_lines(cx, x, t.output, self.y, finish, &line));
    }

    /// Not there: inference has no backward pass.
    #[cfg(feature = "train")]
    fn backward(&self, _: &Pass<'_>, _: Backward<'_>) {
        unreachable!("inference has no backward pass");
    }

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
