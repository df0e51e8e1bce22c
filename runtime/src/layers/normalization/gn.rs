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
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::images::{channel_sums, sum_real};
use crate::layout::{LANES, Layout};
use crate::simd::simd_fn;
use crate::vector::{self, load_part, map, store_part, zip};

/// Normalization over groups of channels of an image.
#[derive(Clone, Copy, Debug)]
pub struct GroupNorm {
    channels: usize,
    positions: usize,
    groups: usize,
    eps: f32,
}

impl GroupNorm {
    /// The layer over `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], groups: usize, eps: f32) -> Self {
        assert!(positions > 0 && groups > 0 && channels > 0 && channels.is_multiple_of(groups));
        Self { channels, positions, groups, eps }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }

    /// Channels of a group.
    fn grouped(&self) -> usize {
        self.channels / self.groups
    }

    /// Elements of a group in an image.
    fn count(&self) -> usize {
        self.grouped() * self.positions
    }

    /// A group's part of the parameters, if there are any.
    fn params<'p>(&self, params: &[&'p [f32]], group: usize) -> Option<[&'p [f32]; 2]> {
        let part = group * self.grouped()..(group + 1) * self.grouped();
        match params {
            [weight, bias] => Some([&weight[part.clone()], &bias[part]]),
            _ => None,
        }
    }
}

/// What the lanes' sums over a group of elements are, given those of all vectors.
fn over_group(sums: [f32; LANES], lanes: usize) -> [f32; LANES] {
    if lanes == 1 { [sum_real(sums, 1, 1); LANES] } else { sums }
}

/// What was saved for each image, in every lane: means, what these are short of, and scales.
fn every_lane(saved: &[f32]) -> [f32; LANES] {
    core::array::from_fn(|lane| saved[lane % saved.len()])
}

impl<L: Layout> Kernel<L> for GroupNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (len, run) = (self.count() * L::LANES, self.positions * L::LANES);
        let pieces = cx.groups::<L>() * self.groups;
        let kept = if t.saved.is_empty() { 0 } else { 3 * L::LANES };
        exec::split(cx.exec, pieces, [(t.output, len), (t.saved, kept)], &|i, [y, saved]| {
            let x = &t.inputs[0][i * len..][..len];
            let m = self.count() as f32;
            let mut mean = over_group(vector::sum_lanes(x), L::LANES).map(|sum| sum / m);
            let [sums, squares] =
                vector::sum_squares(x, &mean).map(|sums| over_group(sums, L::LANES));
            // What the means are short of.
            let mut rest = [0.0; LANES];
            let scale = core::array::from_fn(|l| {
                let [var, short] = vector::variance(&mut mean[l], [sums[l], squares[l]], m);
                rest[l] = short;
                1.0 / (var + self.eps).sqrt()
            });
            let stats = [mean, rest, scale];
            for (to, of) in saved.chunks_exact_mut(L::LANES).zip(&stats) {
                to.copy_from_slice(&of[..L::LANES]);
            }
            y.copy_from_slice(x);
            normalize(stats, y);
            if let Some([weight, bias]) = self.params(t.params, i % self.groups) {
                affine(weight, Some(bias), run, y);
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let (len, run) = (self.count() * L::LANES, self.positions * L::LANES);
        let stats = |i: usize| -> [[f32; LANES]; 3] {
            let saved = &t.saved[i * 3 * L::LANES..][..3 * L::LANES];
            core::array::from_fn(|k| every_lane(&saved[k * L::LANES..][..L::LANES]))
        };
        if let [d_weight, d_bias] = t.d_params {
            let sizes = [self.channels, run];
            channel_sums::<L, 1>(cx, sizes, t.partials, d_bias, &|_, at| {
                [vector::sum_lanes(&dy[at])]
            });
            channel_sums::<L, 1>(cx, sizes, t.partials, d_weight, &|_, at| {
                let [mean, rest, scale] = stats(at.start / len);
                let dy = &dy[at.clone()];
                let sums = vector::sum_lanes(dy);
                let products = vector::sum_products(dy, &x[at], [&[0.0; LANES], &mean]);
                [core::array::from_fn(|l| (products[l] - rest[l] * sums[l]) * scale[l])]
            });
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let pieces = cx.groups::<L>() * self.groups;
        exec::split(cx.exec, pieces, [(&mut **d_input, len)], &|i, [dx]| {
            let x = &x[i * len..][..len];
            dx.copy_from_slice(&dy[i * len..][..len]);
            if let Some([weight, _]) = self.params(t.params, i % self.groups) {
                affine(weight, None, run, dx);
            }
            let [mean, rest, scale] = stats(i);
            let m = self.count() as f32;
            let sums = over_group(vector::sum_lanes(dx), L::LANES);
            let products = vector::sum_products(dx, x, [&[0.0; LANES], &mean]);
            let products = over_group(products, L::LANES);
            let products: [f32; LANES] = core::array::from_fn(|l| products[l] - rest[l] * sums[l]);
            let shift = core::array::from_fn(|l| -scale[l] * sums[l] / m);
            let slope = core::array::from_fn(|l| -scale[l].powi(3) * products[l] / m);
            gradient(x, [mean, scale, slope, shift], dx);
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
    fn affine<S>(s, weight: &[f32], bias: Option<&[f32]>, run: usize, y: &mut [f32]) {
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

    /// `d = d · scale + (x - mean) · slope + shift`
    fn gradient<S>(s, x: &[f32], stats: [[f32; LANES]; 4], d: &mut [f32]) {
        let [mean, scale, slope, shift] = stats.map(|v| s.load(&v));
        zip!(s, x, d, |x, d| s.mul_add(d, scale, s.mul_add(s.sub(x, mean), slope, shift)));
    }
}
