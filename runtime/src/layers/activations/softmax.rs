//! Softmax over the channels at each position.
//!
//! ```text
//! forward:   y[c] = e^(x[c] - max x) / Σ of the same
//! backward:  dx[c] = y[c] · (dy[c] - Σ dy · y)
//! ```

use super::{backward_in_place, copy_input};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::math;
use crate::layout::Layout;
use crate::simd::tree::{RUN, Tree};
use crate::simd::{Simd, simd_fn};

/// Softmax over the channels at each position.
#[derive(Clone, Copy, Debug)]
pub struct Softmax {
    channels: usize,
    positions: usize,
}

impl Softmax {
    /// The layer over `channels` of `positions` pixels.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
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

impl<L: Layout> Kernel<L> for Softmax {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = self.channels * self.positions * L::LANES;
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            softmax(L::LANES, self.positions, y);
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let len = self.channels * self.positions * L::LANES;
        let gradient = |group: usize, d: &mut [f32]| {
            softmax_gradient(L::LANES, self.positions, &t.output[group * len..][..len], d);
        };
        backward_in_place::<L>(
            cx,
            len,
            t.d_output,
            t.d_inputs.first_mut().map(|d| &mut **d),
            &gradient,
        );
    }
}

simd_fn! {
    pub(super) fn softmax<S>(s by lanes, positions: usize, y: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let max = maximum(s, &y[p..], row);
            let mut tree = Tree::<S, 1, 1>::new();
            for y in y[p..].chunks_mut(row * RUN) {
                let mut sum = s.splat(0.0);
                for y in y.chunks_mut(row) {
                    let e = math::exp(s, s.sub(s.load(y), max));
                    s.store(e, y);
                    sum = s.add(sum, e);
                }
                tree.add(s, [[sum]]);
            }
            let scale = s.div(s.splat(1.0), tree.total(s)[0][0]);
            y[p..].chunks_mut(row).for_each(|y| s.store(s.mul(s.load(y), scale), y));
        }
    }

    fn softmax_gradient<S>(s by lanes, positions: usize, y: &[f32], d: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let mut tree = Tree::<S, 1, 1>::new();
            for (y, d) in y[p..].chunks(row * RUN).zip(d[p..].chunks(row * RUN)) {
                let mut dot = s.splat(0.0);
                for (y, d) in y.chunks(row).zip(d.chunks(row)) {
                    dot = s.mul_add(s.load(y), s.load(d), dot);
                }
                tree.add(s, [[dot]]);
            }
            let dot = tree.total(s)[0][0];
            for (y, d) in y[p..].chunks(row).zip(d[p..].chunks_mut(row)) {
                s.store(s.mul(s.load(y), s.sub(s.load(d), dot)), d);
            }
        }
    }
}

/// The maximum of the vectors that begin the rows of `x`; NaN if one of them is.
#[inline(always)]
pub(super) fn maximum<S: Simd>(s: S, x: &[f32], row: usize) -> S::V {
    let mut max = s.splat(f32::NEG_INFINITY);
    for x in x.chunks(row) {
        let x = s.load(x);
        max = s.select(s.is_nan(max), max, s.max(max, x));
    }
    max
}
