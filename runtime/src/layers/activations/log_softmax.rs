//! The logarithm of softmax over the channels at each position.
//!
//! ```text
//! forward:   y[c] = x[c] - max x - ln Σ e^(x - max x)
//! backward:  dx[c] = dy[c] - e^y[c] · Σ dy
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::images::{backward_in_place, copy_input};
use crate::kernels::softmax::{log_softmax, log_softmax_gradient};
use crate::layout::Layout;

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
