//! The gradients of [`GlobalAvgPool`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::write_rows;
use crate::layers::pooling::blocks::global_avgpool::GlobalAvgPool;
use crate::layout::{BLOCK, Blocked};

impl Train<Blocked> for GlobalAvgPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        write_rows(cx.exec, d_input, self.dx, &|[image, block, _], dx| {
            let mut d = [0.0; BLOCK];
            d.copy_from_slice(self.dy.row(dy, [image, block, 0]));
            let d = d.map(|d| d * self.scale());
            dx.as_chunks_mut::<BLOCK>().0.fill(d);
        });
    }
}
