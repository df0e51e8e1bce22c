//! The logarithm of softmax over the channels at each position.
//!
//! ```text
//! forward:   y[c] = x[c] - max x - ln Σ e^(x - max x)
//! backward:  dx[c] = dy[c] - e^y[c] · Σ dy
//! ```

use super::softmax::maximum;
use super::{backward_in_place, copy_input};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::math;
use crate::layout::Layout;
use crate::simd::simd_fn;
use crate::simd::tree::{RUN, Tree};

/// The logarithm of softmax over the channels at each position.
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax {
    channels: usize,
    positions: usize,
}

impl LogSoftmax {
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

impl<L: Layout> Kernel<L> for LogSoftmax {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = self.channels * self.positions * L::LANES;
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            log_softmax(L::LANES, self.positions, y);
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let len = self.channels * self.positions * L::LANES;
        let gradient = |group: usize, d: &mut [f32]| {
            log_softmax_gradient(L::LANES, self.positions, &t.output[group * len..][..len], d);
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
    fn log_softmax<S>(s by lanes, positions: usize, y: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let max = maximum(s, &y[p..], row);
            let mut tree = Tree::<S, 1, 1>::new();
            for y in y[p..].chunks(row * RUN) {
                let mut sum = s.splat(0.0);
                for y in y.chunks(row) {
                    sum = s.add(sum, math::exp(s, s.sub(s.load(y), max)));
                }
                tree.add(s, [[sum]]);
            }
            let sum = tree.total(s)[0][0];
            // The sum is NaN or at least 1, since the maximum itself is among its terms.
            let log = math::ln(s, sum);
            for y in y[p..].chunks_mut(row) {
                s.store(s.sub(s.sub(s.load(y), max), log), y);
            }
        }
    }

    fn log_softmax_gradient<S>(s by lanes, positions: usize, y: &[f32], d: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let mut tree = Tree::<S, 1, 1>::new();
            for d in d[p..].chunks(row * RUN) {
                let mut sum = s.splat(0.0);
                for d in d.chunks(row) {
                    sum = s.add(sum, s.load(d));
                }
                tree.add(s, [[sum]]);
            }
            let sum = tree.total(s)[0][0];
            for (y, d) in y[p..].chunks(row).zip(d[p..].chunks_mut(row)) {
                s.store(s.sub(s.load(d), s.mul(math::exp(s, s.load(y)), sum)), d);
            }
        }
    }
}
