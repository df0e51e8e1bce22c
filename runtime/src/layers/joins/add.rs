//! The sum of any number of inputs of one shape.
//!
//! ```text
//! forward:   y = x₀ + x₁ + …
//! backward:  dx₀ = dx₁ = … = dy
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::images::copy_input;
use crate::layout::Layout;
use crate::vector;

/// The sum of any number of inputs of one shape.
#[derive(Clone, Copy, Debug, Default)]
pub struct Add;

impl Add {
    /// The layer.
    pub const fn new() -> Self {
        Self
    }
}

impl<L: Layout> Kernel<L> for Add {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = t.output.len() / cx.groups::<L>();
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            for x in t.inputs.iter().skip(1) {
                vector::add_assign(&x[group * len..][..len], y);
            }
            activation.apply(y);
        });
    }
}

/// `dst += src`, in groups of images: how a value that is used twice gets its gradient.
pub fn accumulate(cx: &Pass<'_>, dst: &mut [f32], src: &[f32]) {
    // A fixed piece will do here: elements are independent.
    let len = exec::GRAIN;
    exec::split(cx.exec, dst.len().div_ceil(len), [(dst, len)], &|piece, [dst]| {
        vector::add_assign(&src[piece * len..][..dst.len()], dst);
    });
}
