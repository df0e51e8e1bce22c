//! The gradients of [`Scale`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::channel_sums;
use crate::layers::channels::scale::Scale;
use crate::layout::{LANES, Layout};
use crate::vector;

impl<L: Layout> Train<L> for Scale {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, weight) = (t.inputs[0], &*t.d_output, t.params[0]);
        let run = self.positions * L::IMAGES;
        let sizes = [self.channels, run];
        let [d_weight, d_bias @ ..] = t.d_params else { unreachable!("scale has a weight") };
        // The copies in the last group have no gradient: all lanes may count.
        channel_sums::<L, 1>(cx, sizes, t.partials, d_weight, &|_, run| {
            [vector::sum_products(&dy[run.clone()], &x[run], [&[0.0; LANES]; 2])]
        });
        if let [d_bias] = d_bias {
            channel_sums::<L, 1>(cx, sizes, t.partials, d_bias, &|_, run| {
                [vector::sum_lanes(&dy[run])]
            });
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let count = cx.groups::<L>() * self.channels;
        exec::split(cx.exec, count, [(&mut **d_input, run)], &|i, [dx]| {
            dx.copy_from_slice(&dy[i * run..][..run]);
            vector::scale_shift(weight[i % self.channels], 0.0, dx);
        });
    }
}
