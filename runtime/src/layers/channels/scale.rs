//! Each channel times a learned weight, and perhaps plus a learned bias.
//!
//! ```text
//! forward:   y = x · weight + bias
//! backward:  dx = dy · weight,  dweight = Σ dy · x,  dbias = Σ dy
//! ```
//! Parameters: `weight` and, perhaps, `bias`; one element a channel.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::images::{channel_sums, copy_input};
use crate::layout::{LANES, Layout};
use crate::vector;

/// Each channel times a weight, plus a bias if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    channels: usize,
    positions: usize,
}

impl Scale {
    /// The layer over `channels` of `positions` pixels.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }
}

impl<L: Layout> Kernel<L> for Scale {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (weight, bias) = (t.params[0], t.params.get(1));
        let run = self.positions * L::LANES;
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, run)], &|i, [y]| {
            let c = i % self.channels;
            copy_input(t.inputs, i, y);
            vector::scale_shift(weight[c], bias.map_or(0.0, |b| b[c]), y);
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, weight) = (t.inputs[0], &*t.d_output, t.params[0]);
        let run = self.positions * L::LANES;
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
