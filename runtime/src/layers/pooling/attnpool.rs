//! Attention pooling: a mean over the positions, weighted by how much each agrees with a query.
//!
//! ```text
//! forward:   l[p] = Σ w[c] · x[c][p];  a = softmax(l);  y[c] = Σ a[p] · x[c][p];  saved = a
//! backward:  g[p] = Σ dy[c] · x[c][p];  dl[p] = a[p] · (g[p] - Σ a · g)
//!            dx[c][p] = a[p] · dy[c] + dl[p] · w[c];  dw[c] = Σ dl[p] · x[c][p]
//! ```
//! Parameter: `weight`, the query, one element a channel.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::images::sum_real;
use crate::kernels::softmax::softmax;
use crate::layout::{LANES, Layout};
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves};
use crate::simd::simd_fn;
use crate::vector;

/// A mean over the positions, weighted by a query.
#[derive(Clone, Copy, Debug)]
pub struct AttnPool {
    channels: usize,
    positions: usize,
}

impl AttnPool {
    /// The pool over `positions` pixels of `channels`.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        self.positions
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        self.positions
    }
}

impl<L: Layout> Kernel<L> for AttnPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x, w) = (t.inputs[0], t.params[0]);
        let run = self.positions * L::LANES;
        let attention = if t.saved.is_empty() { t.scratch } else { t.saved };
        let tensors = [(t.output, self.channels * L::LANES), (attention, run)];
        exec::split(cx.exec, cx.groups::<L>(), tensors, &|group, [y, a]| {
            let x = &x[group * self.channels * run..][..self.channels * run];
            a.fill(0.0);
            x.chunks_exact(run).zip(w).for_each(|(x, &w)| vector::axpy(w, x, a));
            softmax(L::LANES, 1, a);
            for (x, y) in x.chunks_exact(run).zip(y.chunks_exact_mut(L::LANES)) {
                y.copy_from_slice(&products::<L>(a, x)[..L::LANES]);
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, a, w) = (t.inputs[0], &*t.d_output, t.saved, t.params[0]);
        let run = self.positions * L::LANES;
        let x_len = self.channels * run;
        let d_input = t.d_inputs.first_mut().map_or(&mut [][..], |d| &mut **d);
        let d_len = if d_input.is_empty() { 0 } else { x_len };
        let scratch = &mut t.scratch[..cx.groups::<L>() * run];
        let tensors = [(&mut *scratch, run), (d_input, d_len)];
        exec::split(cx.exec, cx.groups::<L>(), tensors, &|group, [dl, dx]| {
            let a = &a[group * run..][..run];
            let dy = dy[group * self.channels * L::LANES..].chunks_exact(L::LANES);
            dl.fill(0.0);
            for (x, dy) in x[group * x_len..][..x_len].chunks_exact(run).zip(dy.clone()) {
                add_scaled(dy, x, dl);
            }
            let mean = products::<L>(a, dl);
            for (dl, a) in dl.chunks_exact_mut(L::LANES).zip(a.chunks_exact(L::LANES)) {
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
        let (leaves, dl) = (leaves(cx.images, L::LANES), &*scratch);
        let sum = Sum { exec: cx.exec, leaves, row: 1, partials: t.partials, scratch: &mut [] };
        sum.over(d_w, &|leaf, channels, out, _| {
            for (c, out) in channels.zip(out) {
                let groups = leaf_groups(cx.images, L::LANES, leaf).map(|group| {
                    let x = &x[group * x_len + c * run..][..run];
                    // The copies in the last group have no gradient: all lanes may count.
                    let sums =
                        vector::sum_products(&dl[group * run..][..run], x, [&[0.0; LANES]; 2]);
                    sum_real(sums, L::LANES, L::LANES)
                });
                *out = vector::total(groups);
            }
        });
    }
}

/// `Σ a · x` over the positions, for each image of a group.
fn products<L: Layout>(a: &[f32], x: &[f32]) -> [f32; LANES] {
    let sums = vector::sum_products(a, x, [&[0.0; LANES]; 2]);
    if L::LANES == 1 { [sum_real(sums, 1, 1); LANES] } else { sums }
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
