//! Normalization over groups of neighboring channels of an image (Wu and He, "Group normalization",
//! 2018); one group is the whole image, and groups of one channel are instance normalization.
//!
//! ```text
//! forward:   mean, var = of x over the group's channels and positions, var divided by their count m
//!            x̂ = (x - mean) / √(var + eps),  y = x̂ · weight + bias
//! backward:  dbias = Σ dy,  dweight = Σ dy · x̂,  g = dy · weight
//!            dx = (g - Σ g / m - x̂ · Σ g · x̂ / m) / √(var + eps), sums over the group
//! ```
//! Parameters: `weight` and `bias`, one element a channel, or none. Forward saves the mean of each group, what
//! that is short of as a float, and `1 / √(var + eps)`.
//!
//! A group is one stretch of an image. Its sums have sixteen lanes: sixteen images, or sixteen
//! neighboring elements, whose sums are then added up.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::images::sum_real;
use crate::layout::{LANES, Layout};
use crate::simd::simd_fn;
use crate::vector::{self, load_part, map, store_part};

/// Normalization over groups of channels of an image.
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm {
    pub(super) channels: usize,
    pub(super) positions: usize,
    pub(super) groups: usize,
    pub(super) eps: f32,
}

impl GroupNorm {
    /// The layer over `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], groups: usize, eps: f32) -> Self {
        assert!(positions > 0 && groups > 0 && channels > 0 && channels.is_multiple_of(groups));
        Self { channels, positions, groups, eps }
    }

    /// Channels of a group.
    fn grouped(&self) -> usize {
        self.channels / self.groups
    }

    /// Elements of a group in an image.
    pub(super) fn count(&self) -> usize {
        self.grouped() * self.positions
    }

    /// A group's part of the parameters, if there are any.
    pub(super) fn params<'p>(&self, params: &[&'p [f32]], group: usize) -> Option<[&'p [f32]; 2]> {
        let part = group * self.grouped()..(group + 1) * self.grouped();
        match params {
            [weight, bias] => Some([&weight[part.clone()], &bias[part]]),
            _ => None,
        }
    }
}

/// What the lanes' sums over a group of elements are, given those of all vectors.
pub(super) fn over_group(sums: [f32; LANES], lanes: usize) -> [f32; LANES] {
    if lanes == 1 { [sum_real(sums, 1, 1); LANES] } else { sums }
}

impl<L: Layout> Kernel<L> for GroupNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (len, run) = (self.count() * L::IMAGES, self.positions * L::IMAGES);
        let pieces = cx.groups::<L>() * self.groups;
        let kept = if t.saved.is_empty() { 0 } else { 3 * L::IMAGES };
        exec::split(cx.exec, pieces, [(t.output, len), (t.saved, kept)], &|i, [y, saved]| {
            let x = &t.inputs[0][i * len..][..len];
            let m = self.count() as f32;
            let mut mean = over_group(vector::sum_lanes(x), L::IMAGES).map(|sum| sum / m);
            let [sums, squares] =
                vector::sum_squares(x, &mean).map(|sums| over_group(sums, L::IMAGES));
            // What the means are short of.
            let mut rest = [0.0; LANES];
            let scale = core::array::from_fn(|l| {
                let [var, short] = vector::variance(&mut mean[l], [sums[l], squares[l]], m);
                rest[l] = short;
                1.0 / (var + self.eps).sqrt()
            });
            let stats = [mean, rest, scale];
            for (to, of) in saved.chunks_exact_mut(L::IMAGES).zip(&stats) {
                to.copy_from_slice(&of[..L::IMAGES]);
            }
            y.copy_from_slice(x);
            normalize(stats, y);
            if let Some([weight, bias]) = self.params(t.params, i % self.groups) {
                affine(weight, Some(bias), run, y);
            }
            activation.apply(y);
        });
    }
}

simd_fn! {
    /// `y = (y - mean - rest) · scale`
    fn normalize<S>(s, stats: [[f32; LANES]; 3], y: &mut [f32]) {
        let [mean, rest, scale] = stats.map(|v| s.load(&v));
        map!(s, y, |y| s.mul(s.sub(s.sub(y, mean), rest), scale));
    }

    /// `y = y · weight + bias`, with one of each a run.
    pub(super) fn affine<S>(s, weight: &[f32], bias: Option<&[f32]>, run: usize, y: &mut [f32]) {
        if run == 1 {
            for (i, y) in y.chunks_mut(LANES).enumerate() {
                let part = i * LANES..i * LANES + y.len();
                let bias = bias.map_or(s.splat(0.0), |b| load_part(s, &b[part.clone()]));
                let v = s.mul_add(load_part(s, y), load_part(s, &weight[part]), bias);
                store_part(s, v, y);
            }
            return;
        }
        for (c, y) in y.chunks_exact_mut(run).enumerate() {
            let (weight, bias) = (s.splat(weight[c]), s.splat(bias.map_or(0.0, |b| b[c])));
            map!(s, y, |y| s.mul_add(y, weight, bias));
        }
    }
}
