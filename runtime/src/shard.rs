//! Which part of a batch a pass computes, where several processes share one.

use core::ops::Range;

/// The part of a batch that a pass computes. Kernels are chosen, and random numbers drawn, as for the whole batch.
#[derive(Clone, Copy)]
pub struct Shard<'a> {
    /// Images of the whole batch.
    pub batch: usize,
    /// Images of the batch before the first one at hand: whole leaves.
    pub first: usize,
    /// Images in a leaf of every sum over the batch; where there is none, each sum has its own number.
    pub leaf: Option<usize>,
    /// Who goes on with sums over the images at hand.
    pub across: Option<&'a dyn Across>,
    /// Whether the gradients of the step's parameters stay sums over the images at hand for now.
    pub later: bool,
}

impl Shard<'_> {
    /// All of a batch of that number of images.
    pub const fn whole(batch: usize) -> Self {
        Self { batch, first: 0, leaf: None, across: None, later: false }
    }
}

/// Makes sums over a batch of sums over the images at hand.
pub trait Across: Sync {
    /// The leaves at hand, counted from the first one, as whole subtrees of the tree over the batch; at least
    /// one.
    fn subtrees(&self) -> &[Range<usize>];

    /// Calls `work` with room for `floats` numbers, whose contents are undefined.
    fn lend(&self, floats: usize, work: &mut dyn FnMut(&mut [f32]));

    /// Overwrites `sum`, the sum over the first of the subtrees, with that over the batch; `others` are the
    /// sums over the other subtrees, one after the other. The processes call it in the same order.
    fn finish(&self, sum: &mut [f32], others: &mut [f32]);

    /// Whether [`Across::finish_later`] may be called.
    fn has_time(&self) -> bool;

    /// As [`Across::finish`] where each process has one subtree, but the sum is known when the pass has ended: of
    /// the gradients from number `first` on.
    fn finish_later(&self, first: usize, sum: &[f32]);
}
