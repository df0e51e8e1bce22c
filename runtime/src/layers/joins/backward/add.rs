//! The gradients of [`Add`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::joins::add::Add;
use crate::layout::Layout;

impl<L: Layout> Train<L> for Add {
    fn backward(&self, _: &Pass<'_>, t: Backward<'_>) {
        for d_input in t.d_inputs.iter_mut().filter(|d| !d.is_empty()) {
            d_input.copy_from_slice(t.d_output);
        }
    }
}
