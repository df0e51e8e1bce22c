//! Outputs of a batch, and which of its images they are of.

/// One output of a batch, with one row for each image.
#[derive(Debug)]
pub struct Rows<'a> {
    /// Elements of a row.
    pub len: usize,
    /// The output.
    pub output: &'a [f32],
    /// Where its gradient goes.
    pub d_output: &'a mut [f32],
}

/// Which images of a batch are at hand, where a batch is computed in several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Images of the batch before the first.
    pub first: usize,
    /// Images of the whole batch.
    pub images: usize,
}

impl Window {
    /// A batch of that number of images, all at hand.
    pub const fn whole(images: usize) -> Self {
        Self { first: 0, images }
    }
}
