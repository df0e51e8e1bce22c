//! The gradients of [`BatchNorm`], and of an activation after it.

use crate::exec;
use crate::kernel::backward::{Backward, Derivative, Train, TrainThrough};
use crate::kernel::{Mode, Pass};
use crate::kernels::affine::{affine_of_block, map_pixels, of_block};
use crate::kernels::pixel_sums::{channel_sums, sum_block, sum_weighted};
use crate::layers::normalization::blocks::bn::{BatchNorm, gradient, line};
use crate::layers::normalization::blocks::of_images::{fill, kept};
use crate::layout::{BLOCK, Blocked};
use crate::view::View;

impl Train<Blocked> for BatchNorm {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        self.differentiate(cx, None, t);
    }
}

impl TrainThrough<Blocked> for BatchNorm {
    fn backward_through(&self, cx: &Pass<'_>, derivative: Derivative<'_>, t: Backward<'_>) {
        self.differentiate(cx, Some(derivative), t);
    }

    fn derive(&self, cx: &Pass<'_>, derivative: Derivative<'_>, t: Backward<'_>) {
        let before = Before { norm: self, params: t.params, x: t.inputs[0], stats: t.stats };
        exec::split(cx.exec, cx.images, [(t.d_output, self.dy.step)], &|image, [d]| {
            (0..self.x.blocks()).for_each(|block| before.derive([image, block], d, derivative));
        });
    }
}

/// The results of a batch norm, which nobody kept.
struct Before<'a> {
    norm: &'a BatchNorm,
    params: &'a [&'a [f32]],
    x: &'a [f32],
    stats: &'a [f32],
}

/// Pixels whose results are found at a time.
const PIXELS: usize = 32;

impl Before<'_> {
    /// Applies the derivative to a block of `d`, the gradient of one image.
    fn derive(&self, [image, block]: [usize; 2], d: &mut [f32], derivative: Derivative<'_>) {
        let Self { norm, params, x, stats } = *self;
        let line = line(params, norm.stats(stats), block);
        let mut z = [0.0; PIXELS * BLOCK];
        for row in 0..norm.x.height {
            let x = norm.x.row(x, [image, block, row]).chunks(z.len());
            let start = block * norm.dy.plane() + norm.dy.pixel(row, 0);
            let d = d[start..][..norm.dy.width * BLOCK].chunks_mut(z.len());
            for (x, d) in x.zip(d) {
                let z = &mut z[..x.len()];
                map_pixels(x, line, z);
                derivative(z, d);
            }
        }
    }
}

impl BatchNorm {
    /// Mean, `1 / √(var + eps)` and what the mean is short of.
    fn stats<'a>(&self, stats: &'a [f32]) -> [&'a [f32]; 3] {
        let (mean, rest) = stats.split_at(self.x.channels);
        let (scale, rest) = rest.split_at(self.x.channels);
        [mean, scale, rest]
    }

    fn differentiate(&self, cx: &Pass<'_>, through: Option<Derivative<'_>>, t: Backward<'_>) {
        let [mean, scale, _] = self.stats(t.stats);
        let x = t.inputs[0];
        let [scratch, images, _] = self.room_backward().split(t.scratch, cx.images);
        let (d_weight, d_bias, partials) = match t.d_params {
            [d_weight, d_bias] => (&mut **d_weight, &mut **d_bias, t.partials),
            _ => {
                let (d_weight, rest) = scratch.split_at_mut(self.x.channels);
                let (d_bias, partials) = rest.split_at_mut(self.x.channels);
                (d_weight, d_bias, partials)
            }
        };
        let n = self.count(cx);
        let (blocks, pixels) = (self.x.blocks(), (self.x.height * self.x.width) as f32);
        // Infinities stay what they are.
        let mean_of = |sum: f32, n: f32| if sum.is_finite() { sum / n } else { 0.0 };
        // Of every channel of every image: Σ dy, Σ (x - mean), Σ (x - mean) · (dy - its mean dy).
        let [sums, offs, products] = self.of_images(cx, images);
        let of_block_of = |dy: &[f32], image_of_dy: usize, image: usize, block: usize| {
            let x = &x[image * self.x.step..];
            let dy = &dy[image_of_dy * self.dy.step..];
            let sum = sum_block(dy, self.dy, 0, block);
            let means = [of_block(mean, block), sum.map(|sum| mean_of(sum, pixels))];
            let [off, product] = sum_weighted((x, self.x), (dy, self.dy), means, [0, block]);
            [sum, off, product]
        };
        if let Some(derivative) = through {
            let before = Before { norm: self, params: t.params, x, stats: t.stats };
            let len = self.image_floats();
            let pieces = [
                (&mut *t.d_output, self.dy.step),
                (&mut *sums, len),
                (&mut *offs, len),
                (&mut *products, len),
            ];
            exec::split(cx.exec, cx.images, pieces, &|image, [dy, mut to @ ..]| {
                for block in 0..blocks {
                    before.derive([image, block], dy, derivative);
                    let of = of_block_of(dy, 0, image, block);
                    for (to, of) in to.iter_mut().zip(of) {
                        to[block * BLOCK..][..BLOCK].copy_from_slice(&of);
                    }
                }
            });
        } else {
            let (dy, all) = (&*t.d_output, [&mut *sums, &mut *offs, &mut *products]);
            fill(cx.exec, x.len(), all, blocks, &|image, block| {
                of_block_of(dy, image, image, block)
            });
        }
        let dy = &*t.d_output;
        let of = |all: &[f32], image, block| kept(all, blocks, image, block);
        channel_sums(cx, partials, d_bias, &|image, block| [of(sums, image, block)]);
        // Over the batch, `x - mean` adds up to what the mean's rounding took off, which must not count
        // as often as there is a gradient.
        let live = cx.mode == Mode::Training;
        channel_sums(cx, partials, d_weight, &|image, block| {
            let mean = of_block(d_bias, block).map(|sum| if live { mean_of(sum, n) } else { 0.0 });
            let [sum, off, product] = [&*sums, &*offs, &*products].map(|all| of(all, image, block));
            [core::array::from_fn(|c| product[c] + off[c] * (mean_of(sum[c], pixels) - mean[c]))]
        });
        d_weight.iter_mut().zip(scale).for_each(|(d, scale)| *d *= scale);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let factors = |block: usize| {
            let ([weight, _], scale) = (affine_of_block(t.params, block), of_block(scale, block));
            let [d_weight, d_bias] = [&*d_weight, &*d_bias].map(|all| of_block(all, block));
            let a: [f32; BLOCK] = core::array::from_fn(|c| weight[c] * scale[c]);
            let (b, shift) = match cx.mode {
                Mode::Training => (
                    core::array::from_fn(|c| -a[c] * scale[c] * d_weight[c] / n),
                    core::array::from_fn(|c| -a[c] * d_bias[c] / n),
                ),
                Mode::Evaluation => ([0.0; BLOCK], [0.0; BLOCK]),
            };
            [a, b, of_block(mean, block), shift]
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
