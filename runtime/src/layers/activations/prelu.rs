//! A rectifier with a learned slope below zero, one for all channels or one each.
//!
//! ```text
//! forward:   y = x > 0 ? x : a · x
//! backward:  dx = x > 0 ? dy : a · dy;   da = Σ of dy · x where x ≤ 0
//! ```
//! Parameter: `weight`, one element or one a channel.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::images::copy_input;
use crate::layout::Layout;
use crate::simd::simd_fn;
use crate::vector::map;

/// A rectifier with a learned slope below zero.
#[derive(Clone, Copy, Debug)]
pub struct Prelu {
    pub(super) channels: usize,
    pub(super) positions: usize,
}

impl Prelu {
    /// The layer over `channels` of `positions` pixels.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
    }
}

impl<L: Layout> Kernel<L> for Prelu {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let slopes = t.params[0];
        let run = self.positions * L::IMAGES;
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, run)], &|i, [y]| {
            copy_input(t.inputs, i, y);
            rectify(slopes[i % self.channels % slopes.len()], y);
            activation.apply(y);
        });
    }
}

simd_fn! {
    fn rectify<S>(s, slope: f32, y: &mut [f32]) {
        let slope = s.splat(slope);
        map!(s, y, |x| s.select(s.lt(s.splat(0.0), x), x, s.mul(slope, x)));
    }
}
