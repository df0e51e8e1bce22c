//! The gradients of [`LayerNorm`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::channel_sums;
use crate::layers::normalization::ln::LayerNorm;
use crate::layout::{LANES, Layout};
use crate::simd::simd_fn;
use crate::simd::tree::{RUN, Runs, Tree};
use crate::vector::{self, load_part, store_part};

impl<L: Layout> Train<L> for LayerNorm {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, saved) = (t.inputs[0], &*t.d_output, t.saved);
        let run = self.positions * L::IMAGES;
        let len = self.channels * run;
        if let [d_weight, d_bias] = t.d_params {
            let sizes = [self.channels, run];
            channel_sums::<L, 1>(cx, sizes, t.partials, d_bias, &|_, at| {
                [vector::sum_lanes(&dy[at])]
            });
            channel_sums::<L, 1>(cx, sizes, t.partials, d_weight, &|_, at| {
                let stats = &saved[at.start / len * 2 * run..][..2 * run];
                [products(&x[at.clone()], &dy[at], stats)]
            });
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let weight = t.params.first().copied();
        exec::split(cx.exec, cx.groups::<L>(), [(&mut **d_input, len)], &|group, [dx]| {
            let here = group * len..(group + 1) * len;
            let stats = &saved[group * 2 * run..][..2 * run];
            gradient(&x[here.clone()], &dy[here], weight, stats, dx);
        });
    }
}

simd_fn! {
    /// Sixteen partial sums of `dy · x̂` over a run.
    fn products<S>(s, x: &[f32], dy: &[f32], stats: &[f32]) -> [f32; LANES] {
        let (means, scales) = stats.split_at(x.len());
        let mut tree = Tree::<S, 1, 1>::new();
        for start in (0..x.len()).step_by(LANES * RUN) {
            let end = x.len().min(start + LANES * RUN);
            let mut sums = [s.splat(0.0); 4];
            for (i, p) in (start..end).step_by(LANES).enumerate() {
                let here = p..end.min(p + LANES);
                let [x, dy, mean, scale] =
                    [x, dy, means, scales].map(|t| load_part(s, &t[here.clone()]));
                sums[i % 4] = s.mul_add(s.mul(s.sub(x, mean), scale), dy, sums[i % 4]);
            }
            tree.add_four(s, sums);
        }
        tree.lanes(s)
    }

    fn gradient<S>(s, x: &[f32], dy: &[f32], weight: Option<&[f32]>, stats: &[f32], dx: &mut [f32]) {
        let run = stats.len() / 2;
        let (means, scales) = stats.split_at(run);
        let share = s.splat(run as f32 / x.len() as f32);
        for p in (0..run).step_by(LANES) {
            let here = p..run.min(p + LANES);
            let [mean, scale] = [means, scales].map(|t| load_part(s, &t[here.clone()]));
            let mut tree = Tree::<S, 1, 2>::new();
            for [_, channels] in Runs::new([1, x.len() / run], 1) {
                let [mut sum, mut product] = [s.splat(0.0); 2];
                for c in channels {
                    let [x, dy] = [x, dy].map(|t| load_part(s, &t[c * run..][here.clone()]));
                    let g = s.mul(dy, s.splat(weight.map_or(1.0, |w| w[c])));
                    sum = s.add(sum, g);
                    product = s.mul_add(g, s.mul(s.sub(x, mean), scale), product);
                }
                tree.add(s, [[sum, product]]);
            }
            let [sum, product] = tree.total(s)[0].map(|v| s.mul(v, share));
            for (c, dx) in dx.chunks_exact_mut(run).enumerate() {
                let [x, dy] = [x, dy].map(|t| load_part(s, &t[c * run..][here.clone()]));
                let g = s.mul(dy, s.splat(weight.map_or(1.0, |w| w[c])));
                let normal = s.mul(s.sub(x, mean), scale);
                let v = s.sub(s.sub(g, sum), s.mul(normal, product));
                store_part(s, s.mul(v, scale), &mut dx[here.clone()]);
            }
        }
    }
}
