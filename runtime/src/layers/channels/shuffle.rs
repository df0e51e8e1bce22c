//! The channels of some groups taken in turn (Zhang et al., "ShuffleNet", 2018).
//!
//! ```text
//! forward:   y[k · groups + g] = x[g · channels/groups + k]
//! backward:  dx[g · channels/groups + k] = dy[k · groups + g]
//! ```
//! Backward is the shuffle of `channels/groups` groups.

use crate::activation::Activation;
use crate::exec::{self, Exec};
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;

/// The channels of some groups taken in turn.
#[derive(Clone, Copy, Debug)]
pub struct Shuffle {
    channels: usize,
    positions: usize,
    groups: usize,
}

impl Shuffle {
    /// The layer over `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], groups: usize) -> Self {
        assert!(groups > 0 && positions > 0 && channels.is_multiple_of(groups));
        Self { channels, positions, groups }
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

/// The channel that comes to place `c` when those of some groups are taken in turn.
pub(crate) const fn shuffled(channels: usize, groups: usize, c: usize) -> usize {
    c % groups * (channels / groups) + c / groups
}

/// Writes `y` run by run, a run being a channel of a group of images, and applies the activation.
fn shuffle<A: Activation>(
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
        let sizes = [self.channels, self.groups, self.positions * L::LANES];
        shuffle(cx.exec, activation, sizes, t.inputs[0], t.output);
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let groups = self.channels / self.groups;
        let sizes = [self.channels, groups, self.positions * L::LANES];
        shuffle(cx.exec, crate::activation::NoActivation, sizes, t.d_output, d_input);
    }
}
