//! The gradients of [`Identity`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::activations::identity::Identity;
use crate::layout::Layout;

impl<L: Layout> Train<L> for Identity {
    fn backward(&self, _: &Pass<'_>, t: Backward<'_>) {
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            d_input.copy_from_slice(t.d_output);
        }
    }
}
