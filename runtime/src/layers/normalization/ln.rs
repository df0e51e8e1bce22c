//! Normalization over the channels at each position (Ba, Kiros and Hinton, "Layer normalization",
//! 2016).
//!
//! ```text
//! forward:   mean, var = of x over the C channels of a position, var divided by C
//!            x̂ = (x - mean) / √(var + eps),  y = x̂ · weight + bias
//! backward:  dbias = Σ dy,  dweight = Σ dy · x̂,  g = dy · weight
//!            dx = (g - Σ g / C - x̂ · Σ g · x̂ / C) / √(var + eps), sums over the channels
//! ```
//! Parameters: `weight` and `bias`, one element a channel, or none. Forward saves the mean and
//! `1 / √(var + eps)` of each position. Sixteen positions, or images, make a vector.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::images::channel_sums;
use crate::layout::{LANES, Layout};
use crate::simd::simd_fn;
use crate::simd::tree::{RUN, Runs, Tree};
use crate::vector::{self, load_part, store_part, variance};

/// Normalization over the channels at each position.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm {
    channels: usize,
    positions: usize,
    eps: f32,
}

impl LayerNorm {
    /// The layer over `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], eps: f32) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions, eps }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }
}

impl<L: Layout> Kernel<L> for LayerNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let run = self.positions * L::LANES;
        let len = self.channels * run;
        let kept = if t.saved.is_empty() { 0 } else { 2 * run };
        let tensors = [(t.output, len), (t.saved, kept)];
        exec::split(cx.exec, cx.groups::<L>(), tensors, &|group, [y, saved]| {
            normalize(&t.inputs[0][group * len..][..len], t.params, self.eps, run, y, saved);
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, saved) = (t.inputs[0], &*t.d_output, t.saved);
        let run = self.positions * L::LANES;
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
    /// Normalizes the runs of all channels; keeps means and scales if there is room for them.
    fn normalize<S>(s, x: &[f32], params: &[&[f32]], eps: f32, run: usize, y: &mut [f32], saved: &mut [f32]) {
        let share = s.splat(run as f32 / x.len() as f32);
        for p in (0..run).step_by(LANES) {
            let here = p..run.min(p + LANES);
            let mut tree = Tree::<S, 1, 1>::new();
            for x in x.chunks(run * RUN) {
                let mut sum = s.splat(0.0);
                for x in x.chunks_exact(run) {
                    sum = s.add(sum, load_part(s, &x[here.clone()]));
                }
                tree.add(s, [[sum]]);
            }
            let mean = s.mul(tree.total(s)[0][0], share);
            let mut tree = Tree::<S, 1, 2>::new();
            for x in x.chunks(run * RUN) {
                let [mut sum, mut squares] = [s.splat(0.0); 2];
                for x in x.chunks_exact(run) {
                    let d = s.sub(load_part(s, &x[here.clone()]), mean);
                    sum = s.add(sum, d);
                    squares = s.mul_add(d, d, squares);
                }
                tree.add(s, [[sum, squares]]);
            }
            let [sums] = tree.total(s);
            let [mut means, mut sum, mut scale] = [[0.0; LANES]; 3];
            s.store(mean, &mut means);
            s.store(sums[0], &mut sum);
            s.store(sums[1], &mut scale);
            for l in 0..LANES {
                let n = (x.len() / run) as f32;
                let [var, _] = variance(&mut means[l], [sum[l], scale[l]], n);
                scale[l] = 1.0 / (var + eps).sqrt();
            }
            let (mean, scale) = (s.load(&means), s.load(&scale));
            if !saved.is_empty() {
                let (means, scales) = saved.split_at_mut(run);
                store_part(s, mean, &mut means[here.clone()]);
                store_part(s, scale, &mut scales[here.clone()]);
            }
            for (c, (x, y)) in x.chunks_exact(run).zip(y.chunks_exact_mut(run)).enumerate() {
                let mut v = s.mul(s.sub(load_part(s, &x[here.clone()]), mean), scale);
                if let [weight, bias] = params {
                    v = s.mul_add(v, s.splat(weight[c]), s.splat(bias[c]));
                }
                store_part(s, v, &mut y[here.clone()]);
            }
        }
    }

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
