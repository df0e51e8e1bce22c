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
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::images::sum_real;
use crate::kernels::softmax::softmax;
use crate::layout::{LANES, Layout};
use crate::vector;

/// A mean over the positions, weighted by a query.
#[derive(Clone, Copy, Debug)]
pub struct AttnPool {
    pub(super) channels: usize,
    pub(super) positions: usize,
}

impl AttnPool {
    /// The pool over `positions` pixels of `channels`.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::images(self.positions)
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.positions)
    }
}

impl<L: Layout> Kernel<L> for AttnPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x, w) = (t.inputs[0], t.params[0]);
        let run = self.positions * L::IMAGES;
        let attention = if t.saved.is_empty() { t.scratch } else { t.saved };
        let tensors = [(t.output, self.channels * L::IMAGES), (attention, run)];
        exec::split(cx.exec, cx.groups::<L>(), tensors, &|group, [y, a]| {
            let x = &x[group * self.channels * run..][..self.channels * run];
            a.fill(0.0);
            x.chunks_exact(run).zip(w).for_each(|(x, &w)| vector::axpy(w, x, a));
            softmax(L::IMAGES, 1, a);
            for (x, y) in x.chunks_exact(run).zip(y.chunks_exact_mut(L::IMAGES)) {
                y.copy_from_slice(&products::<L>(a, x)[..L::IMAGES]);
            }
            activation.apply(y);
        });
    }
}

/// `Σ a · x` over the positions, for each image of a group.
pub(super) fn products<L: Layout>(a: &[f32], x: &[f32]) -> [f32; LANES] {
    let sums = vector::sum_products(a, x, [&[0.0; LANES]; 2]);
    if L::IMAGES == 1 { [sum_real(sums, 1, 1); LANES] } else { sums }
}
