//! Nothing but an activation, in blocks of sixteen channels: `y = activation(x)`.

use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::rows::apply_rows;
use crate::kernels::rows::{copy_rows, d_halo, write_rows};
use crate::layout::{Blocked, Frame, Grid};

/// An activation standing alone, or a change of the halo.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
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

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
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

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            copy_rows(cx.exec, t.d_output, self.dy, d_input, self.dx);
        }
    }
}
