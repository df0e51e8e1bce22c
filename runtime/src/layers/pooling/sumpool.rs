//! Sum over a window of each channel.
//!
//! ```text
//! forward:   y = Σ of x over the window
//! backward:  dx[window] += dy
//! ```

use super::avgpool::AvgPool;
use super::geometry::PoolGeometry;
use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;

/// Sum over a window of each channel: a mean that is not divided.
#[derive(Clone, Copy, Debug)]
pub struct SumPool(AvgPool);

impl SumPool {
    /// The pool; padding adds nothing.
    pub const fn new(geometry: PoolGeometry) -> Self {
        Self(AvgPool::sum(geometry))
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

impl<L: Layout> Kernel<L> for SumPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        Kernel::<L>::forward(&self.0, activation, cx, t);
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        Kernel::<L>::backward(&self.0, cx, t);
    }
}
