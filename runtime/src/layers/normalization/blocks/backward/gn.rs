//! The gradients of [`GroupNorm`].

use crate::exec::{self};
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::affine::of_block;
use crate::kernels::pixel_sums::{channel_sums, sum_block, sum_weighted};
use crate::layers::normalization::blocks::bn::gradient;
use crate::layers::normalization::blocks::gn::GroupNorm;
use crate::layers::normalization::blocks::of_images::{fill, kept};
use crate::layout::{BLOCK, Blocked};
use crate::view::View;

impl Train<Blocked> for GroupNorm {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, blocks) = (t.inputs[0], &*t.d_output, self.x.blocks());
        let all = cx.images * self.block_floats();
        let (mean, scale) = t.saved.split_at(all);
        let stats =
            |image: usize, block: usize| [mean, scale].map(|all| kept(all, blocks, image, block));
        // Of every channel of every image: Σ dy, Σ dy · x̂, and what the mean is short of.
        let (sums, rest) = t.scratch.split_at_mut(all);
        let (products, rest) = rest.split_at_mut(all);
        let off = &mut rest[..all];
        let all = [&mut *sums, &mut *off, &mut *products];
        fill(cx.exec, x.len(), all, blocks, &|image, block| {
            let sums = sum_block(dy, self.dy, image, block);
            let means = [stats(image, block)[0], [0.0; BLOCK]];
            let [off, products] = sum_weighted((x, self.x), (dy, self.dy), means, [image, block]);
            [sums, off, products]
        });
        self.by_groups(off, |sum, count| sum / count);
        // Infinities stay what they are.
        let short = |off: f32, sum: f32| if (off * sum).is_finite() { off * sum } else { 0.0 };
        let of_channels = products.iter_mut().zip(scale).zip(&*sums).zip(&*off);
        of_channels.for_each(|(((p, scale), sum), off)| *p = (*p - short(*off, *sum)) * scale);
        if let [d_weight, d_bias] = t.d_params {
            let of = |all: &[f32], image, block| kept(all, blocks, image, block);
            channel_sums(cx, t.partials, d_bias, &|image, block| [of(sums, image, block)]);
            channel_sums(cx, t.partials, d_weight, &|image, block| [of(products, image, block)]);
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let weight = t.params.first();
        for all in [&mut *sums, &mut *products] {
            for image in all.chunks_exact_mut(self.block_floats()) {
                image
                    .iter_mut()
                    .zip(weight.iter().copied().flat_map(|w| *w))
                    .for_each(|(s, w)| *s *= w);
            }
            self.by_groups(all, |sum, count| sum / count);
        }
        let (sums, products) = (&*sums, &*products);
        let pieces = d_input.len() / exec::GRAIN;
        View::new(d_input, self.dx).pieces(cx.exec, pieces, 1, &|mut view| {
            view.clear_halo();
            for image in view.images.clone() {
                for block in view.blocks.clone() {
                    let [mean, scale] = stats(image, block);
                    let [sum, product] =
                        [sums, products].map(|all| kept(all, blocks, image, block));
                    let weight = weight.map_or([1.0; BLOCK], |w| of_block(w, block));
                    let factors = [
                        core::array::from_fn(|c| weight[c] * scale[c]),
                        core::array::from_fn(|c| -scale[c] * scale[c] * product[c]),
                        mean,
                        core::array::from_fn(|c| -scale[c] * sum[c]),
                    ];
                    gradient((x, self.x), (dy, self.dy), factors, &mut view, [image, block]);
                }
            }
        });
    }
}
