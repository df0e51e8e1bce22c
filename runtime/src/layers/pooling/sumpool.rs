//! Sum over a window of each channel.
//!
//! ```text
//! forward:   y = Σ of x over the window
//! backward:  dx[window] += dy
//! ```

use super::avgpool::AvgPool;
use super::geometry::PoolGeometry;
use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;

/// Sum over a window of each channel: a mean that is not divided.
#[derive(Clone, Copy, Debug)]
pub struct SumPool(pub(super) AvgPool);

impl SumPool {
    /// The pool; padding adds nothing.
    pub const fn new(geometry: PoolGeometry) -> Self {
        Self(AvgPool::sum(geometry))
    }
}

impl<L: Layout> Kernel<L> for SumPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        Kernel::<L>::forward(&self.0, activation, cx, t);
    }
}
