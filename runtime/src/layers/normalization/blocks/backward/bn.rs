//! The gradients of [`BatchNorm`].

use crate::exec;
use crate::kernel::backward::{Backward, Train};
use crate::kernel::{Mode, Pass};
use crate::kernels::affine::affine_of_block;
use crate::kernels::affine::of_block;
use crate::kernels::pixel_sums::{bias_sums, channel_sums, sum_centered};
use crate::layers::normalization::blocks::bn::{BatchNorm, gradient};
use crate::layout::{BLOCK, Blocked};
use crate::view::View;

impl Train<Blocked> for BatchNorm {
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
            let means = [of_block(mean, block), of_block(d_bias, block).map(mean_of)];
            [sum_centered((x, self.x), (dy, self.dy), means, [image, block])]
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
