//! The gradients of [`GlobalAvgPool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::global_avgpool::GlobalAvgPool;
use crate::layout::Layout;

impl<L: Layout> Train<L> for GlobalAvgPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let len = self.channels * self.positions * L::IMAGES;
        let scale = 1.0 / self.positions as f32;
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        exec::split(cx.exec, cx.groups::<L>(), [(&mut **d_input, len)], &|group, [dx]| {
            let dy = &dy[group * self.channels * L::IMAGES..];
            for (dx, dy) in
                dx.chunks_exact_mut(self.positions * L::IMAGES).zip(dy.chunks_exact(L::IMAGES))
            {
                for dx in dx.chunks_exact_mut(L::IMAGES) {
                    dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx = dy * scale);
                }
            }
        });
    }
}
