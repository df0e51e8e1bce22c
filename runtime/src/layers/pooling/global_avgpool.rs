//! Mean over all positions of each channel.
//!
//! ```text
//! forward:   y[c] = Σ x[c][position] / positions
//! backward:  dx[c][position] = dy[c] / positions
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::images::sum_real;
use crate::layout::Layout;
use crate::vector;

/// Mean over all positions of each channel.
#[derive(Clone, Copy, Debug)]
pub struct GlobalAvgPool {
    pub(super) channels: usize,
    pub(super) positions: usize,
}

impl GlobalAvgPool {
    /// The pool over `positions` pixels of each channel.
    pub const fn new(channels: usize, positions: usize) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions }
    }
}

impl<L: Layout> Kernel<L> for GlobalAvgPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let plane = self.positions * L::IMAGES;
        let scale = 1.0 / self.positions as f32;
        exec::split(
            cx.exec,
            cx.groups::<L>(),
            [(t.output, self.channels * L::IMAGES)],
            &|group, [y]| {
                let x = &t.inputs[0][group * self.channels * plane..];
                for (x, y) in x.chunks_exact(plane).zip(y.chunks_exact_mut(L::IMAGES)) {
                    let sums = vector::sum_lanes(x);
                    match y {
                        [y] => *y = sum_real(sums, 1, 1) * scale,
                        _ => y.iter_mut().zip(sums).for_each(|(y, sum)| *y = sum * scale),
                    }
                }
                activation.apply(y);
            },
        );
    }
}
