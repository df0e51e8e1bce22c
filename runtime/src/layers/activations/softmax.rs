//! Softmax over the channels at each position.
//!
//! ```text
//! forward:   y[c] = e^(x[c] - max x) / Σ of the same
//! backward:  dx[c] = y[c] · (dy[c] - Σ dy · y)
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::images::{backward_in_place, copy_input};
use crate::kernels::softmax::{softmax, softmax_gradient};
use crate::layout::Layout;

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
