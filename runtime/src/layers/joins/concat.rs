//! The channels of all inputs one after the other.
//!
//! ```text
//! forward:   y = x₀ ‖ x₁ ‖ …      (per image, or group of interleaved images)
//! backward:  dx₀ ‖ dx₁ ‖ … = dy
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;

/// The channels of all inputs one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Concat {
    pub(super) lens: &'static [usize],
    pub(super) total: usize,
}

impl Concat {
    /// The layer over inputs of these numbers of floats per image.
    pub const fn new(lens: &'static [usize]) -> Self {
        let mut total = 0;
        let mut i = 0;
        while i < lens.len() {
            total += lens[i];
            i += 1;
        }
        Self { lens, total }
    }
}

impl<L: Layout> Kernel<L> for Concat {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = self.total * L::IMAGES;
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            let mut rest = &mut *y;
            for (x, len) in t.inputs.iter().zip(self.lens) {
                let len = len * L::IMAGES;
                let (part, tail) = rest.split_at_mut(len);
                part.copy_from_slice(&x[group * len..][..len]);
                rest = tail;
            }
            activation.apply(y);
        });
    }
}
