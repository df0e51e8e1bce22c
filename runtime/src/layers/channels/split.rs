//! Some neighboring channels of the input.
//!
//! ```text
//! forward:   y[c] = x[first + c]
//! backward:  dx[first + c] = dy[c], and 0 for the other channels
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;

/// Some neighboring channels of the input.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    channels: usize,
    positions: usize,
    first: usize,
    count: usize,
}

impl Split {
    /// Channels `first..first + count` of `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], first: usize, count: usize) -> Self {
        assert!(count > 0 && positions > 0 && first + count <= channels);
        Self { channels, positions, first, count }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }

    /// Floats of a group of the input, and where the output's part of it lies.
    fn part(&self, lanes: usize) -> (usize, core::ops::Range<usize>) {
        let run = self.positions * lanes;
        (self.channels * run, self.first * run..(self.first + self.count) * run)
    }
}

impl<L: Layout> Kernel<L> for Split {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (len, part) = self.part(L::LANES);
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, part.len())], &|group, [y]| {
            y.copy_from_slice(&t.inputs[0][group * len..][part.clone()]);
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (len, part) = self.part(L::LANES);
        let dy = &*t.d_output;
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        exec::split(cx.exec, cx.groups::<L>(), [(&mut **d_input, len)], &|group, [dx]| {
            dx.fill(0.0);
            dx[part.clone()].copy_from_slice(&dy[group * part.len()..][..part.len()]);
        });
    }
}
