//! The gradients of [`ProdPool`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::blocks::prodpool::ProdPool;
use crate::layers::pooling::prodpool::backward_plane;
use crate::layout::{BLOCK, Blocked};

impl Train<Blocked> for ProdPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (x, dy, planes) = (t.inputs[0], &*t.d_output, cx.images * self.x.blocks());
        let scratch = &mut t.scratch[..planes * self.window()];
        let tensors = [(&mut **d_input, self.dx.plane()), (scratch, self.window())];
        exec::split(cx.exec, planes, tensors, &|plane, [dx, after]| {
            let x = &x[plane * self.x.plane()..][..self.x.plane()];
            let dy = &dy[plane * self.dy.plane()..][..self.dy.plane()];
            backward_plane(BLOCK, &self.g, [&self.x, &self.dy, &self.dx], x, dy, dx, after);
        });
    }
}
