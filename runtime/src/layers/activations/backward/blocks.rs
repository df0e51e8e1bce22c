//! The gradients of [`Identity`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::copy_rows;
use crate::layers::activations::blocks::Identity;
use crate::layout::Blocked;

impl Train<Blocked> for Identity {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            copy_rows(cx.exec, t.d_output, self.dy, d_input, self.dx);
        }
    }
}
