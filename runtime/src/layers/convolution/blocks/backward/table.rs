//! The gradients of [`Connected`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::convolution::blocks::table::Connected;
use crate::layout::Blocked;
use crate::reduce::leaves;

impl Train<Blocked> for Connected {
    fn backward(&self, cx: &Pass<'_>, mut t: Backward<'_>) {
        let room = (2 + leaves(cx.images, 1)) * self.connections.dense();
        let (room, scratch) = core::mem::take(&mut t.scratch).split_at_mut(room);
        // The convolution knows the table.
        self.connections.backward(&self.conv, cx, t, room, scratch, &|_, _, _| ());
    }
}
