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
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::{LANES, Layout};
use crate::simd::simd_fn;
use crate::simd::tree::{RUN, Tree};
use crate::vector::{load_part, store_part, variance};

/// Normalization over the channels at each position.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm {
    pub(super) channels: usize,
    pub(super) positions: usize,
    pub(super) eps: f32,
}

impl LayerNorm {
    /// The layer over `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], eps: f32) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions, eps }
    }
}

impl<L: Layout> Kernel<L> for LayerNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let run = self.positions * L::IMAGES;
        let len = self.channels * run;
        let kept = if t.saved.is_empty() { 0 } else { 2 * run };
        let tensors = [(t.output, len), (t.saved, kept)];
        exec::split(cx.exec, cx.groups::<L>(), tensors, &|group, [y, saved]| {
            normalize(&t.inputs[0][group * len..][..len], t.params, self.eps, run, y, saved);
            activation.apply(y);
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
}
