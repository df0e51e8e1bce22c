//! The gradients of [`Dropout2d`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::copy_rows;
use crate::layers::dropout::blocks::Dropout2d;
use crate::layout::Blocked;

impl Train<Blocked> for Dropout2d {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        match t.d_inputs.first_mut().map(|d| &mut **d) {
            None => self.apply(cx, t.d_output, self.dy, t.scratch),
            Some([]) => {}
            Some(d_input) => {
                copy_rows(cx.exec, t.d_output, self.dy, d_input, self.dx);
                self.apply(cx, d_input, self.dx, t.scratch);
            }
        }
    }
}
