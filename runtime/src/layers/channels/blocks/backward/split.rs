//! The gradients of [`Split`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::gather::Source;
use crate::kernels::rows::write_rows;
use crate::layers::channels::blocks::split::Split;
use crate::layout::{Blocked, Grid};

impl Train<Blocked> for Split {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let [grid, dx_grid] = Grid::joined([self.dy, self.dx]);
        let dy = Source { x: t.d_output, grid };
        let inside = |c: usize| c.checked_sub(self.first).filter(|&c| c < self.dy.channels);
        write_rows(cx.exec, d_input, dx_grid, &|place, dx| {
            dy.row(place, self.dx.channels, inside, dx);
        });
    }
}
