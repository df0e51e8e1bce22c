//! The gradients of [`SumPool`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::pooling::blocks::sumpool::SumPool;
use crate::layout::Blocked;

impl Train<Blocked> for SumPool {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        Train::<Blocked>::backward(&self.0, cx, t);
    }
}
