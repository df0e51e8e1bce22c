//! The gradients of [`Reorder`] and [`Flatten`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::shapes::blocks::reorder::{Flatten, Reorder, to_blocks, to_planes};
use crate::layout::Blocked;

impl Train<Blocked> for Reorder {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            to_planes(cx, t.d_output, self.dy, d_input, &|_| ());
        }
    }
}

impl Train<Blocked> for Flatten {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            to_blocks(cx.exec, t.d_output, d_input, self.dx, &|_| ());
        }
    }
}
