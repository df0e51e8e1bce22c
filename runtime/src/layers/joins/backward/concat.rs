//! The gradients of [`Concat`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::joins::concat::Concat;
use crate::layout::Layout;

impl<L: Layout> Train<L> for Concat {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (total, mut start) = (self.total * L::IMAGES, 0);
        let dy = &*t.d_output;
        for (dx, len) in t.d_inputs.iter_mut().zip(self.lens) {
            let len = len * L::IMAGES;
            if !dx.is_empty() {
                exec::split(cx.exec, cx.groups::<L>(), [(&mut **dx, len)], &|group, [dx]| {
                    dx.copy_from_slice(&dy[group * total + start..][..len]);
                });
            }
            start += len;
        }
    }
}
