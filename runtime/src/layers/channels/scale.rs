//! Each channel times a learned weight, and perhaps plus a learned bias.
//!
//! ```text
//! forward:   y = x · weight + bias
//! backward:  dx = dy · weight,  dweight = Σ dy · x,  dbias = Σ dy
//! ```
//! Parameters: `weight` and, perhaps, `bias`; one element a channel.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::images::copy_input;
use crate::layout::Layout;
use crate::vector;

/// Each channel times a weight, plus a bias if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub(super) channels: usize,
    pub(super) positions: usize,
}

impl Scale {
    /// The layer over `channels` of `positions` pixels.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
    }
}

impl<L: Layout> Kernel<L> for Scale {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (weight, bias) = (t.params[0], t.params.get(1));
        let run = self.positions * L::IMAGES;
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, run)], &|i, [y]| {
            let c = i % self.channels;
            copy_input(t.inputs, i, y);
            vector::scale_shift(weight[c], bias.map_or(0.0, |b| b[c]), y);
            activation.apply(y);
        });
    }
}
