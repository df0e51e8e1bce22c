//! The gradients of [`LayerNorm`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::affine::of_block;
use crate::kernels::pixel_sums::{bias_sums, channel_sums};
use crate::layers::normalization::blocks::ln::{LayerNorm, Stats, channels_of};
use crate::layout::{BLOCK, Blocked, Grid};
use crate::simd::simd_fn;
use crate::simd::tree::{Runs, Tree};
use crate::view::View;

impl Train<Blocked> for LayerNorm {
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
                    for first in (0..g.width).step_by(BLOCK) {
                        let stats = self.stats(x.0, [image, row], kept, first);
                        let weight = t.params.first().copied();
                        let means = gradient_means(x, dy, [image, row], first, weight, &stats);
                        for block in 0..blocks {
                            let weight = Self::affine(t.params, block)[0];
                            let place = [image, block, row];
                            let [x, dy] = [x, dy].map(|(t, g)| &g.row(t, place)[first * BLOCK..]);
                            let dx = &mut view.row(image, block, row)[first * BLOCK..];
                            gradient([x, dy], &stats, &weight, &means, dx);
                        }
                    }
                }
            }
        });
    }
}

simd_fn! {
    /// The sum over a block's pixels of `dy · x̂`.
    fn products<S>(s, x: (&[f32], Grid), dy: (&[f32], Grid), kept: &[f32], place: [usize; 2]) -> [f32; BLOCK] {
        let [image, block] = place;
        let width = x.1.width;
        let mut tree = Tree::<S, 1, 1>::new();
        for [rows, columns] in Runs::new([x.1.height, width], 1) {
            let mut sums = [s.splat(0.0); 4];
            for row in rows {
                let [x, dy] = [x, dy].map(|(t, g)| {
                    &g.row(t, [image, block, row]).as_chunks::<BLOCK>().0[columns.clone()]
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
        let [mut sum, mut product] = [[s.splat(0.0); BLOCK]; 2];
        let pixels = BLOCK.min(grid.width - first);
        for block in 0..grid.blocks() {
            let (inside, zero) = (channels_of(s, grid, block), s.splat(0.0));
            let weight = weight.map_or([1.0; BLOCK], |w| of_block(w, block));
            let weight = s.load(&weight);
            let [x, dy] = [x, dy].map(|(t, g)| {
                &g.row(t, [image, block, row]).as_chunks::<BLOCK>().0[first..]
            });
            for p in 0..pixels {
                let normal = s.mul(s.sub(s.load(&x[p]), s.splat(stats[0][p])), s.splat(stats[1][p]));
                let g = s.select(inside, s.mul(s.load(&dy[p]), weight), zero);
                sum[p] = s.add(sum[p], g);
                product[p] = s.mul_add(s.select(inside, normal, zero), g, product[p]);
            }
        }
        let share = 1.0 / grid.channels as f32;
        let mut means = [[0.0; BLOCK]; 2];
        for p in 0..pixels {
            means[0][p] = s.sum(sum[p]) * share;
            means[1][p] = s.sum(product[p]) * share;
        }
        means
    }

    /// `dx = (g - mean of g - x̂ · mean of g · x̂) · scale` of a block of up to sixteen pixels.
    fn gradient<S>(s, tensors: [&[f32]; 2], stats: &Stats, weight: &[f32; BLOCK], means: &Stats, dx: &mut [f32]) {
        let weight = s.load(weight);
        let [x, dy] = tensors.map(|t| t.as_chunks::<BLOCK>().0);
        for (p, dx) in dx.as_chunks_mut::<BLOCK>().0.iter_mut().take(BLOCK).enumerate() {
            let scale = s.splat(stats[1][p]);
            let normal = s.mul(s.sub(s.load(&x[p]), s.splat(stats[0][p])), scale);
            let g = s.sub(s.mul(s.load(&dy[p]), weight), s.splat(means[0][p]));
            s.store(s.mul(s.sub(g, s.mul(normal, s.splat(means[1][p]))), scale), dx);
        }
    }
}
