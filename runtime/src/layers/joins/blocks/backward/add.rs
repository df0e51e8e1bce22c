//! The gradients of [`Add`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::{copy_rows, d_halo};
use crate::layers::joins::blocks::add::Add;
use crate::layout::{Blocked, Grid};

impl Train<Blocked> for Add {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let dy = Grid::new(self.dims, self.frame.d_output);
        for (i, dx) in t.d_inputs.iter_mut().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            let grid = Grid::new(self.dims, d_halo(&self.frame, i));
            copy_rows(cx.exec, t.d_output, dy, dx, grid);
        }
    }
}
