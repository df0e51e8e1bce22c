//! The gradients of [`Softmax`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::images::backward_in_place;
use crate::kernels::softmax::softmax_gradient;
use crate::layers::activations::softmax::Softmax;
use crate::layout::Layout;

impl<L: Layout> Train<L> for Softmax {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let len = self.channels * self.positions * L::IMAGES;
        let gradient = |group: usize, d: &mut [f32]| {
            if !cx.logits {
                softmax_gradient(L::IMAGES, self.positions, &t.output[group * len..][..len], d);
            }
        };
        backward_in_place::<L>(
            cx,
            len,
            t.d_output,
            t.d_inputs.first_mut().map(|d| &mut **d),
            &gradient,
        );
    }
}
