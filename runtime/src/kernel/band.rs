//! The contract of a kernel that computes some rows of an image at a time, out of some rows of its input:
//! chains of such kernels run in bands (see [`crate::step::bands`]).
//!
//! Rows of a tensor with a halo are counted from the top of the halo, unless they are rows of an output.

use crate::kernels::finish::Finish;
use crate::layout::Grid;
use crate::view::View;
use core::ops::Range;

/// What a kernel's outputs need of its input, by rows.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// The first input.
    pub(crate) x: Grid,
    /// The output.
    pub(crate) y: Grid,
    /// The second input, which has a pixel for each of the output's, or one for all.
    pub(crate) add: Option<Grid>,
    /// Rows of padding above the image.
    pub(crate) pad: usize,
    /// Rows of the input from one output to the next.
    pub(crate) stride: usize,
    /// Rows of the input that an output reaches over.
    pub(crate) reach: usize,
    /// Rows of the output that are computed together: the first of them is a multiple of it.
    pub(crate) together: usize,
    /// Rows of the output below which a band is not worth the work that it takes anew.
    pub(crate) least: usize,
    /// Floats of scratch.
    pub(crate) scratch: usize,
    /// Multiply–adds of an image, or operations that take as long.
    pub(crate) work: usize,
}

impl Rows {
    /// Of windows along the rows – the rows of padding above the image, from one window to the next, and that a
    /// window reaches over – whose rows may be computed one by one.
    pub(crate) const fn of(
        x: Grid,
        y: Grid,
        [pad, stride, reach]: [usize; 3],
        work: usize,
    ) -> Self {
        Self { x, y, add: None, pad, stride, reach, together: 1, least: 1, scratch: 0, work }
    }

    /// The row of the input at which the window of output row `i` starts.
    pub(crate) const fn start(&self, i: usize) -> usize {
        (i * self.stride + self.x.halo).saturating_sub(self.pad)
    }

    /// Where the second input's row beside output row `i` of an image starts, given how it lies.
    pub(crate) const fn beside(&self, add: &Grid, image: usize, i: usize) -> usize {
        let row = if add.height == self.y.height { i } else { 0 };
        image * add.step + row * add.pitch()
    }

    /// The row of the input after those that the first `n` output rows reach over, computed together.
    pub(crate) const fn end(&self, n: usize) -> usize {
        let last = n.next_multiple_of(self.together) - 1;
        (last * self.stride + self.x.halo + self.reach).saturating_sub(self.pad)
    }
}

/// What is the same for all bands of a step.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The packed parameters.
    pub(crate) params: &'a [&'a [f32]],
    /// What happens to finished sums.
    pub(crate) finish: Finish<'a>,
}

/// The tensors of a band.
pub struct Band<'a> {
    /// Rows of the first input's image.
    pub(crate) x: &'a [f32],
    /// How they lie.
    pub(crate) x_grid: Grid,
    /// Rows of the input before them.
    pub(crate) before: usize,
    /// The second input's image from the band's first row on, or its one pixel.
    pub(crate) add: Option<&'a [f32]>,
    /// The rows of the output that are asked for.
    pub(crate) rows: Range<usize>,
    /// They themselves, counted from the first.
    pub(crate) y: View<'a>,
    /// Scratch, contents undefined.
    pub(crate) scratch: &'a mut [f32],
}

/// A kernel that computes bands.
pub trait Banded: Sync {
    /// Computes a band.
    fn band(&self, given: Given<'_>, t: Band<'_>);
}
