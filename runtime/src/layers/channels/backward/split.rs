//! The gradients of [`Split`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::channels::split::Split;
use crate::layout::Layout;

impl<L: Layout> Train<L> for Split {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (len, part) = self.part(L::IMAGES);
        let dy = &*t.d_output;
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        exec::split(cx.exec, cx.groups::<L>(), [(&mut **d_input, len)], &|group, [dx]| {
            dx.fill(0.0);
            dx[part.clone()].copy_from_slice(&dy[group * part.len()..][..part.len()]);
        });
    }
}
