//! Nothing but an activation, in blocks of sixteen channels: `y = activation(x)`.

use super::{copy_rows, d_halo, write_rows};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::layout::{Blocked, Frame, Grid};
use crate::view::View;

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
            None => apply(cx, activation, t.output, self.y),
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

/// Applies an activation to the pixels; the halo is left as it is.
pub(super) fn apply<A: Activation>(cx: &Pass<'_>, activation: A, tensor: &mut [f32], grid: Grid) {
    let pieces = tensor.len() / exec::GRAIN;
    View::new(tensor, grid).pieces(cx.exec, pieces, 1, &|mut view| {
        for [image, block, row] in view.places() {
            activation.apply(view.row(image, block, row));
        }
    });
}

/// Applies the activation's derivative to the pixels of a tensor: `d *= f'(kept)`, where each of
/// the two has its halo.
pub fn derivative<A: Activation>(
    cx: &Pass<'_>,
    activation: A,
    dims: [usize; 3],
    kept: &[f32],
    kept_halo: usize,
    d: &mut [f32],
    d_halo: usize,
) {
    let kept_grid = Grid::new(dims, kept_halo);
    let pieces = d.len() / exec::GRAIN;
    View::new(d, Grid::new(dims, d_halo)).pieces(cx.exec, pieces, 1, &|mut view| {
        for place @ [image, block, row] in view.places() {
            activation.derivative(kept_grid.row(kept, place), view.row(image, block, row));
        }
    });
}
