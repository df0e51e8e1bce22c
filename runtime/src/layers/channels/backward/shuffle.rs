//! The gradients of [`Shuffle`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::channels::shuffle::{Shuffle, shuffle};
use crate::layout::Layout;

impl<L: Layout> Train<L> for Shuffle {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let groups = self.channels / self.groups;
        let sizes = [self.channels, groups, self.positions * L::IMAGES];
        shuffle(cx.exec, crate::activation::NoActivation, sizes, t.d_output, d_input);
    }
}
