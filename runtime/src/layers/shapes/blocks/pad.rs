//! Padding and cropping in blocks of sixteen channels: a row of a block at a time, as
//! [`crate::layers::shapes::pad`] says.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::shapes::crop;
use crate::layers::shapes::pad::{self, Border, Copies};
use crate::layout::{BLOCK, Blocked, Frame, Grid};

/// More rows and columns, or fewer.
#[derive(Clone, Copy, Debug)]
pub struct Copied<const CROP: bool> {
    pub(super) copies: Copies,
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

/// Rows and columns around each channel.
pub type Pad = Copied<false>;
/// Fewer rows and columns of each channel.
pub type Crop = Copied<true>;

impl Pad {
    /// Images of `dims` with `more` rows and columns at the top, bottom, left and right.
    pub const fn new(dims: [usize; 3], more: [usize; 4], border: Border, frame: Frame) -> Self {
        Self::of(pad::Pad::new(dims, more, border).0, frame)
    }
}

impl Crop {
    /// Images of `dims` without `less` rows and columns at the top, bottom, left and right.
    pub const fn new(dims: [usize; 3], less: [usize; 4], frame: Frame) -> Self {
        Self::of(crop::Crop::new(dims, less).0, frame)
    }
}

impl<const CROP: bool> Copied<CROP> {
    const fn of(copies: Copies, frame: Frame) -> Self {
        let Copies { channels, input: [height, width], output: [rows, columns], .. } = copies;
        let (input, output) = ([channels, height, width], [channels, rows, columns]);
        Self {
            copies,
            x: frame.input(0, input),
            y: frame.output(output),
            dx: Grid::new(input, d_halo(&frame, 0)),
            dy: Grid::new(output, frame.d_output),
        }
    }
}

impl<const CROP: bool> Kernel<Blocked> for Copied<CROP> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        write_rows(cx.exec, t.output, self.y, &|[image, block, i], y| {
            let row = |row| self.x.row(t.inputs[0], [image, block, row]);
            self.copies.copy_row(BLOCK, i, row, y);
            activation.apply(y);
        });
    }
}
