//! The gradients of [`Upsample`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::shapes::upsample::Upsample;
use crate::layout::Layout;

impl<L: Layout> Train<L> for Upsample {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let [x_row, y_row] = [self.input, self.output()].map(|[_, width]| width * L::IMAGES);
        let [x_len, y_len] = [self.input[0] * x_row, self.output()[0] * y_row];
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (dy, planes) = (&*t.d_output, cx.groups::<L>() * self.channels);
        exec::split(cx.exec, planes, [(&mut **d_input, x_len)], &|c, [dx]| {
            let dy = &dy[c * y_len..][..y_len];
            for (i, dx) in dx.chunks_exact_mut(x_row).enumerate() {
                self.backward_row(L::IMAGES, i, |row| &dy[row * y_row..][..y_row], dx);
            }
        });
    }
}
