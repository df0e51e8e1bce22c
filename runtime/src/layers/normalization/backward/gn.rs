//! The gradients of [`GroupNorm`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::channel_sums;
use crate::layers::normalization::gn::{GroupNorm, affine, over_group};
use crate::layout::{LANES, Layout};
use crate::simd::simd_fn;
use crate::vector::{self, zip};

impl<L: Layout> Train<L> for GroupNorm {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let (len, run) = (self.count() * L::IMAGES, self.positions * L::IMAGES);
        let stats = |i: usize| -> [[f32; LANES]; 3] {
            let saved = &t.saved[i * 3 * L::IMAGES..][..3 * L::IMAGES];
            core::array::from_fn(|k| every_lane(&saved[k * L::IMAGES..][..L::IMAGES]))
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
            let sums = over_group(vector::sum_lanes(dx), L::IMAGES);
            let products = vector::sum_products(dx, x, [&[0.0; LANES], &mean]);
            let products = over_group(products, L::IMAGES);
            let products: [f32; LANES] = core::array::from_fn(|l| products[l] - rest[l] * sums[l]);
            let shift = core::array::from_fn(|l| -scale[l] * sums[l] / m);
            let slope = core::array::from_fn(|l| -scale[l].powi(3) * products[l] / m);
            gradient(x, [mean, scale, slope, shift], dx);
        });
    }
}

/// What was saved for each image, in every lane: means, what these are short of, and scales.
fn every_lane(saved: &[f32]) -> [f32; LANES] {
    core::array::from_fn(|lane| saved[lane % saved.len()])
}

simd_fn! {
    /// `d = d · scale + (x - mean) · slope + shift`
    fn gradient<S>(s, x: &[f32], stats: [[f32; LANES]; 4], d: &mut [f32]) {
        let [mean, scale, slope, shift] = stats.map(|v| s.load(&v));
        zip!(s, x, d, |x, d| s.mul_add(d, scale, s.mul_add(s.sub(x, mean), slope, shift)));
    }
}
