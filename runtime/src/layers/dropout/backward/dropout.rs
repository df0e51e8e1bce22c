//! The gradients of [`Dropout`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::backward_in_place;
use crate::layers::dropout::Dropout;
use crate::layout::Layout;

impl<L: Layout> Train<L> for Dropout {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let len = t.d_output.len() / cx.groups::<L>();
        let gradient = |group: usize, d: &mut [f32]| self.mask::<L>(cx, group, d);
        backward_in_place::<L>(
            cx,
            len,
            t.d_output,
            t.d_inputs.first_mut().map(|d| &mut **d),
            &gradient,
        );
    }
}
