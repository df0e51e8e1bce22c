//! The gradients of [`Copied`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::shapes::pad::Copied;
use crate::layout::Layout;

impl<L: Layout, const CROP: bool> Train<L> for Copied<CROP> {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Self(copies) = self;
        let [x_row, y_row] = [copies.input, copies.output].map(|[_, width]| width * L::IMAGES);
        let [x_len, y_len] = [copies.input[0] * x_row, copies.output[0] * y_row];
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (dy, planes) = (&*t.d_output, cx.groups::<L>() * copies.channels);
        exec::split(cx.exec, planes, [(&mut **d_input, x_len)], &|c, [dx]| {
            let dy = &dy[c * y_len..][..y_len];
            for (i, dx) in dx.chunks_exact_mut(x_row).enumerate() {
                copies.sum_row(L::IMAGES, i, |row| &dy[row * y_row..][..y_row], dx);
            }
        });
    }
}
