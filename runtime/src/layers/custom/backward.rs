//! The gradients of [`Custom`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::custom::params::MOST;
use crate::layers::custom::{Custom, CustomLayer, ShapeType, put_lane, take_lane};
use crate::layout::Layout;
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::vector::flush;

/// [`CustomLayer::backward`]
type OfInput = fn(&[&[f32]], &[f32], &[f32], &[f32], &mut [f32]);
/// [`CustomLayer::backward_params`]
type OfParams = fn(&[&[f32]], &[f32], &[f32], &[f32], &mut [&mut [f32]]);

/// What a layer says of gradients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gradients {
    input: OfInput,
    params: OfParams,
}

impl Gradients {
    pub(super) const fn of<T: CustomLayer<In>, In: ShapeType>() -> Self {
        Self { input: T::backward, params: T::backward_params }
    }
}

impl Custom {
    /// The sums over the batch of the parameters' gradients.
    fn sum_gradients<L: Layout>(&self, cx: &Pass<'_>, t: &mut Backward<'_>) {
        let Some(d_params) = t.d_params.first_mut().filter(|d| !d.is_empty()) else { return };
        let tensors = self.tensors(t.params);
        let params = &tensors[..self.params.len()];
        let (x_len, y_len) = (self.floats[0] * L::IMAGES, self.floats[1] * L::IMAGES);
        let (inputs, outputs, d_outputs) = (t.inputs[0], t.output, &*t.d_output);
        let leaves = leaves_of(cx, L::IMAGES);
        let row = d_params.len();
        let sum = Sum { cx, leaves, row, partials: &mut *t.partials, scratch: &mut *t.scratch };
        sum.over(d_params, &|leaf, _, out, scratch| {
            out.fill(0.0);
            let mut rest = out;
            let mut d: [&mut [f32]; MOST] = Default::default();
            for (d, p) in d.iter_mut().zip(self.params) {
                let (space, others) = std::mem::take(&mut rest).split_at_mut(p.space());
                (*d, rest) = (&mut space[..p.len()], others);
            }
            let d = &mut d[..self.params.len()];
            for group in leaf_groups(cx, L::IMAGES, leaf) {
                let x = &inputs[group * x_len..][..x_len];
                let [y, dy] = [outputs, d_outputs].map(|v| &v[group * y_len..][..y_len]);
                if L::IMAGES == 1 {
                    (self.gradients.params)(params, x, y, dy, d);
                    continue;
                }
                let (one_x, others) = scratch.split_at_mut(self.floats[0]);
                let (one_y, others) = others.split_at_mut(self.floats[1]);
                let one_dy = &mut others[..self.floats[1]];
                for lane in 0..L::IMAGES.min(cx.images - group * L::IMAGES) {
                    take_lane::<L>(x, lane, one_x);
                    take_lane::<L>(y, lane, one_y);
                    take_lane::<L>(dy, lane, one_dy);
                    (self.gradients.params)(params, one_x, one_y, one_dy, d);
                }
            }
        });
    }
}

impl<L: Layout> Train<L> for Custom {
    fn backward(&self, cx: &Pass<'_>, mut t: Backward<'_>) {
        self.sum_gradients::<L>(cx, &mut t);
        let (x_len, y_len) = (self.floats[0] * L::IMAGES, self.floats[1] * L::IMAGES);
        let tensors = self.tensors(t.params);
        let params = &tensors[..self.params.len()];
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        let pieces = [(&mut **d_input, x_len), (t.scratch, self.room_backward().image * L::IMAGES)];
        exec::split(cx.exec, cx.groups::<L>(), pieces, &|group, [dx, scratch]| {
            let x = &t.inputs[0][group * x_len..][..x_len];
            let y = &t.output[group * y_len..][..y_len];
            let dy = &dy[group * y_len..][..y_len];
            if L::IMAGES == 1 {
                (self.gradients.input)(params, x, y, dy, dx);
                return flush(dx);
            }
            let (one_x, rest) = scratch.split_at_mut(self.floats[0]);
            let (one_dx, rest) = rest.split_at_mut(self.floats[0]);
            let (one_y, rest) = rest.split_at_mut(self.floats[1]);
            let one_dy = &mut rest[..self.floats[1]];
            for lane in 0..L::IMAGES {
                take_lane::<L>(x, lane, one_x);
                take_lane::<L>(y, lane, one_y);
                take_lane::<L>(dy, lane, one_dy);
                (self.gradients.input)(params, one_x, one_y, one_dy, one_dx);
                put_lane::<L>(one_dx, lane, dx);
            }
            flush(dx);
        });
    }
}
