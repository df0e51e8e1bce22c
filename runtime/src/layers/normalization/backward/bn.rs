//! The gradients of [`BatchNorm`].

use crate::exec;
use crate::kernel::backward::{Backward, Train};
use crate::kernel::{Mode, Pass};
use crate::kernels::affine::affine;
use crate::kernels::images::channel_sums;
use crate::layers::normalization::bn::BatchNorm;
use crate::layout::{LANES, Layout};
use crate::reduce::real_images;
use crate::vector;

impl<L: Layout> Train<L> for BatchNorm {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let run = self.positions * L::IMAGES;
        let (mean, scale) = t.stats.split_at(self.channels);
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let (d_weight, d_bias, partials) = match t.d_params {
            [d_weight, d_bias] => (&mut **d_weight, &mut **d_bias, t.partials),
            _ => {
                let (d_weight, rest) = t.scratch.split_at_mut(self.channels);
                let (d_bias, partials) = rest.split_at_mut(self.channels);
                (d_weight, d_bias, partials)
            }
        };
        channel_sums::<L, 1>(cx, [self.channels, run], partials, d_bias, &|_, at| {
            [vector::sum_lanes(&dy[at])]
        });
        let n = (cx.batch() * self.positions) as f32;
        // Over the batch, `x - mean` adds up to what the mean's rounding took off, which must not count
        // as often as there is a gradient.
        let live = cx.mode == Mode::Training;
        let mean_of = |sum: f32| if live && sum.is_finite() { sum / n } else { 0.0 };
        channel_sums::<L, 1>(cx, [self.channels, run], partials, d_weight, &|c, at| {
            let means = [mean_of(d_bias[c]), mean[c]].map(|mean| [mean; LANES]);
            [vector::sum_products(&dy[at.clone()], &x[at], means.each_ref())]
        });
        d_weight.iter_mut().zip(scale).for_each(|(d, scale)| *d *= scale);
        let (d_weight, d_bias) = (&*d_weight, &*d_bias);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let len = self.channels * run;
        exec::split(cx.exec, cx.groups::<L>(), [(&mut **d_input, len)], &|group, [dx]| {
            dx.copy_from_slice(&dy[group * len..][..len]);
            let real = real_images(cx.images, L::IMAGES, group);
            for (c, dx) in dx.chunks_exact_mut(run).enumerate() {
                let a = affine(t.params, c)[0] * scale[c];
                let (b, shift) = match cx.mode {
                    Mode::Training => (-a * scale[c] * d_weight[c] / n, -a * d_bias[c] / n),
                    Mode::Evaluation => (0.0, 0.0),
                };
                vector::combine(a, b, mean[c], shift, &x[group * len + c * run..][..run], dx);
                if real < L::IMAGES {
                    dx.chunks_exact_mut(L::IMAGES).for_each(|dx| dx[real..].fill(0.0));
                }
            }
        });
    }
}
