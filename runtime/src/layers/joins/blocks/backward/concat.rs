//! The gradients of [`Concat`].

use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::gather::Source;
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::joins::blocks::concat::Concat;
use crate::layout::{Blocked, Grid};

impl Train<Blocked> for Concat {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let dy = &*t.d_output;
        let dy_grid = Grid::new(self.dims(self.all_channels()), self.frame.d_output);
        let mut first = 0;
        for (i, (dx, &channels)) in t.d_inputs.iter_mut().zip(self.channels).enumerate() {
            if !dx.is_empty() {
                let grid = Grid::new(self.dims(channels), d_halo(&self.frame, i));
                let dy = Source { x: dy, grid: dy_grid };
                write_rows(cx.exec, dx, grid, &|place, dx| {
                    dy.row(place, channels, |c| Some(first + c), dx);
                });
            }
            first += channels;
        }
    }
}
