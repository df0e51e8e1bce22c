//! The gradients of [`AttnPool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::sum_real;
use crate::layers::pooling::attnpool::{AttnPool, products};
use crate::layout::{LANES, Layout};
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::simd::simd_fn;
use crate::vector;

impl<L: Layout> Train<L> for AttnPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, a, w) = (t.inputs[0], &*t.d_output, t.saved, t.params[0]);
        let run = self.positions * L::IMAGES;
        let x_len = self.channels * run;
        let d_input = t.d_inputs.first_mut().map_or(&mut [][..], |d| &mut **d);
        let d_len = if d_input.is_empty() { 0 } else { x_len };
        let scratch = &mut t.scratch[..cx.groups::<L>() * run];
        let tensors = [(&mut *scratch, run), (d_input, d_len)];
        exec::split(cx.exec, cx.groups::<L>(), tensors, &|group, [dl, dx]| {
            let a = &a[group * run..][..run];
            let dy = dy[group * self.channels * L::IMAGES..].chunks_exact(L::IMAGES);
            dl.fill(0.0);
            for (x, dy) in x[group * x_len..][..x_len].chunks_exact(run).zip(dy.clone()) {
                add_scaled(dy, x, dl);
            }
            let mean = products::<L>(a, dl);
            for (dl, a) in dl.chunks_exact_mut(L::IMAGES).zip(a.chunks_exact(L::IMAGES)) {
                let lanes = dl.iter_mut().zip(a).zip(&mean);
                lanes.for_each(|((dl, a), mean)| *dl = a * (*dl - mean));
            }
            for ((dx, dy), &w) in dx.chunks_exact_mut(run).zip(dy).zip(w) {
                dx.fill(0.0);
                add_scaled(dy, a, dx);
                vector::axpy(w, dl, dx);
            }
        });
        let Some(d_w) = t.d_params.first_mut() else { return };
        let (leaves, dl) = (leaves_of(cx, L::IMAGES), &*scratch);
        let sum = Sum { cx, leaves, row: 1, partials: t.partials, scratch: &mut [] };
        sum.over(d_w, &|leaf, channels, out, _| {
            for (c, out) in channels.zip(out) {
                let groups = leaf_groups(cx, L::IMAGES, leaf).map(|group| {
                    let x = &x[group * x_len + c * run..][..run];
                    // The copies in the last group have no gradient: all lanes may count.
                    let sums =
                        vector::sum_products(&dl[group * run..][..run], x, [&[0.0; LANES]; 2]);
                    sum_real(sums, L::IMAGES, L::IMAGES)
                });
                *out = vector::total(groups);
            }
        });
    }
}

/// `y += a · x`, with an `a` for each image of a group.
fn add_scaled(a: &[f32], x: &[f32], y: &mut [f32]) {
    match a {
        [a] => vector::axpy(*a, x, y),
        _ => add_scaled_lanes(a, x, y),
    }
}

simd_fn! {
    fn add_scaled_lanes<S>(s, a: &[f32], x: &[f32], y: &mut [f32]) {
        let a = s.load(a);
        for (x, y) in x.chunks_exact(LANES).zip(y.chunks_exact_mut(LANES)) {
            s.store(s.mul_add(a, s.load(x), s.load(y)), y);
        }
    }
}
