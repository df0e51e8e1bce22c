//! Softmax over the channels at each position.
//!
//! ```text
//! forward:   y[c] = e^(x[c] - max x) / Σ of the same
//! backward:  dx[c] = y[c] · (dy[c] - Σ dy · y)
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::images::copy_input;
use crate::kernels::softmax::softmax;
use crate::layout::Layout;

/// Softmax over the channels at each position.
#[derive(Clone, Copy, Debug)]
pub struct Softmax {
    pub(super) channels: usize,
    pub(super) positions: usize,
}

impl Softmax {
    /// The layer over `channels` of `positions` pixels.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
    }
}

impl<L: Layout> Kernel<L> for Softmax {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = self.channels * self.positions * L::IMAGES;
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            if !cx.logits {
                softmax(L::IMAGES, self.positions, y);
            }
            activation.apply(y);
        });
    }
}
