//! The channels of some groups taken in turn (Zhang et al., "ShuffleNet", 2018).
//!
//! ```text
//! forward:   y[k · groups + g] = x[g · channels/groups + k]
//! backward:  dx[g · channels/groups + k] = dy[k · groups + g]
//! ```
//! Backward is the shuffle of `channels/groups` groups.

use crate::activation::Activation;
use crate::exec::{self, Exec};
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;

/// The channels of some groups taken in turn.
#[derive(Clone, Copy, Debug)]
pub struct Shuffle {
    pub(super) channels: usize,
    pub(super) positions: usize,
    pub(super) groups: usize,
}

impl Shuffle {
    /// The layer over `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], groups: usize) -> Self {
        assert!(groups > 0 && positions > 0 && channels.is_multiple_of(groups));
        Self { channels, positions, groups }
    }
}

/// The channel that comes to place `c` when those of some groups are taken in turn.
pub(crate) const fn shuffled(channels: usize, groups: usize, c: usize) -> usize {
    c % groups * (channels / groups) + c / groups
}

/// Writes `y` run by run, a run being a channel of a group of images, and applies the activation.
pub(super) fn shuffle<A: Activation>(
    exec: &dyn Exec,
    activation: A,
    [channels, groups, run]: [usize; 3],
    x: &[f32],
    y: &mut [f32],
) {
    exec::split(exec, y.len() / run, [(y, run)], &|i, [y]| {
        let (group, c) = (i / channels, i % channels);
        let from = group * channels + shuffled(channels, groups, c);
        y.copy_from_slice(&x[from * run..][..run]);
        activation.apply(y);
    });
}

impl<L: Layout> Kernel<L> for Shuffle {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let sizes = [self.channels, self.groups, self.positions * L::IMAGES];
        shuffle(cx.exec, activation, sizes, t.inputs[0], t.output);
    }
}
