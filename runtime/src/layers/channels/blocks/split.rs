//! Some neighboring channels of the input, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y[c] = x[first + c]
//! backward:  dx[first + c] = dy[c], and 0 for the other channels
//! ```
//! Where the channels start with a whole block, inference has no such step: they are read where
//! they lie.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::gather::Source;
use crate::kernels::rows::{d_halo, write_rows};
use crate::layout::{Blocked, Frame, Grid};

/// Some neighboring channels of the input.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
    pub(super) first: usize,
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
}
