//! The gradients of [`Copied`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::shapes::blocks::pad::Copied;
use crate::layout::{BLOCK, Blocked};

impl<const CROP: bool> Train<Blocked> for Copied<CROP> {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        write_rows(cx.exec, d_input, self.dx, &|[image, block, i], dx| {
            self.copies.sum_row(BLOCK, i, |row| self.dy.row(dy, [image, block, row]), dx);
        });
    }
}
