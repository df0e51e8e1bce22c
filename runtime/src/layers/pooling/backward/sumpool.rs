//! The gradients of [`SumPool`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::sumpool::SumPool;
use crate::layout::Layout;

impl<L: Layout> Train<L> for SumPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        Train::<L>::backward(&self.0, cx, t);
    }
}
