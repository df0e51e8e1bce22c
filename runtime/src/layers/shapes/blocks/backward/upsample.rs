//! The gradients of [`Upsample`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::shapes::blocks::upsample::Upsample;
use crate::layout::{BLOCK, Blocked};

impl Train<Blocked> for Upsample {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        write_rows(cx.exec, d_input, self.dx, &|[image, block, i], dx| {
            self.up.backward_row(BLOCK, i, |row| self.dy.row(dy, [image, block, row]), dx);
        });
    }
}
