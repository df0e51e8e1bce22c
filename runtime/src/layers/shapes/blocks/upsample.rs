//! Upsampling in blocks of sixteen channels: a row of a block at a time, as
//! [`crate::layers::shapes::upsample`] says.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::shapes::upsample;
use crate::layout::{BLOCK, Blocked, Frame, Grid};

/// Each channel larger.
#[derive(Clone, Copy, Debug)]
pub struct Upsample {
    pub(super) up: upsample::Upsample,
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl Upsample {
    /// Images of `dims`, made as large as `output`.
    pub const fn new(
        dims @ [channels, ..]: [usize; 3],
        output: [usize; 2],
        interpolation: upsample::Interpolation,
        frame: Frame,
    ) -> Self {
        let up = upsample::Upsample::new(dims, output, interpolation);
        let [rows, columns] = up.output();
        let output = [channels, rows, columns];
        Self {
            up,
            x: frame.input(0, dims),
            y: frame.output(output),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(output, frame.d_output),
        }
    }
}

impl Kernel<Blocked> for Upsample {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        write_rows(cx.exec, t.output, self.y, &|[image, block, i], y| {
            self.up.forward_row(BLOCK, i, |row| self.x.row(t.inputs[0], [image, block, row]), y);
            activation.apply(y);
        });
    }
}
