//! Nothing but an activation, in blocks of sixteen channels: `y = activation(x)`.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::apply_rows;
use crate::kernels::rows::{d_halo, write_rows};
use crate::layout::{Blocked, Frame, Grid};

/// An activation standing alone, or a change of the halo.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl Identity {
    /// Images of `dims`.
    pub const fn new(dims: [usize; 3], frame: Frame) -> Self {
        Self {
            x: frame.input(0, dims),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
        }
    }
}

impl Kernel<Blocked> for Identity {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        match t.inputs.first() {
            None => apply_rows(cx, activation, t.output, self.y),
            Some(x) => write_rows(cx.exec, t.output, self.y, &|place, y| {
                y.copy_from_slice(self.x.row(x, place));
                activation.apply(y);
            }),
        }
    }
}
