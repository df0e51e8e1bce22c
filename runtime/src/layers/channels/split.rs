//! Some neighboring channels of the input.
//!
//! ```text
//! forward:   y[c] = x[first + c]
//! backward:  dx[first + c] = dy[c], and 0 for the other channels
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;

/// Some neighboring channels of the input.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    pub(super) channels: usize,
    pub(super) positions: usize,
    pub(super) first: usize,
    pub(super) count: usize,
}

impl Split {
    /// Channels `first..first + count` of `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], first: usize, count: usize) -> Self {
        assert!(count > 0 && positions > 0 && first + count <= channels);
        Self { channels, positions, first, count }
    }

    /// Floats of a group of the input, and where the output's part of it lies.
    pub(super) fn part(&self, lanes: usize) -> (usize, core::ops::Range<usize>) {
        let run = self.positions * lanes;
        (self.channels * run, self.first * run..(self.first + self.count) * run)
    }
}

impl<L: Layout> Kernel<L> for Split {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (len, part) = self.part(L::IMAGES);
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, part.len())], &|group, [y]| {
            y.copy_from_slice(&t.inputs[0][group * len..][part.clone()]);
            activation.apply(y);
        });
    }
}
