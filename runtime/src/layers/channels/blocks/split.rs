//! Some neighboring channels of the input, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y[c] = x[first + c]
//! backward:  dx[first + c] = dy[c], and 0 for the other channels
//! ```
//! Where the channels start with a whole block, inference has no such step: they are read where
//! they lie.

use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::gather::Source;
use crate::kernels::rows::{d_halo, write_rows};
use crate::layout::{Blocked, Frame, Grid};

/// Some neighboring channels of the input.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
    first: usize,
}

impl Split {
    /// Channels `first..first + count` of images of `dims`.
    pub const fn new(
        dims @ [channels, height, width]: [usize; 3],
        first: usize,
        count: usize,
        frame: Frame,
    ) -> Self {
        assert!(count > 0 && first + count <= channels);
        let output = [count, height, width];
        Self {
            x: frame.input(0, dims),
            y: frame.output(output),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(output, frame.d_output),
            first,
        }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }
}

impl Kernel<Blocked> for Split {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [grid, y_grid] = Grid::joined([self.x, self.y]);
        let x = Source { x: t.inputs[0], grid };
        write_rows(cx.exec, t.output, y_grid, &|place, y| {
            x.row(place, self.y.channels, |c| Some(self.first + c), y);
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
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
