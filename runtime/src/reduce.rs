//! Sums over the images of a batch: one balanced tree, fixed by the batch size alone.
//!
//! ```text
//! sum(leaves a..b) = b - a == 1 ? leaf(a) : sum(a..m) + sum(m..b),
//!                    m - a the largest power of two below b - a
//! ```
//!
//! A leaf is a power of two images, sixteen or more in the interleaved layout, and there are at
//! most [`MOST_LEAVES`]. Threads take whole subtrees. The elements of a gradient are independent
//! of each other, so the rows of a large one are done in chunks that fit the room for partial
//! sums, without any change to the result.

use crate::exec::Exec;
use crate::vector;
use core::ops::Range;

/// Leaves of the tree at most.
pub const MOST_LEAVES: usize = 16;

/// Floats of partial sums beyond which a gradient is done in chunks.
const MOST_PARTIALS: usize = 16 << 20;

/// Images in a leaf, a power of two and a multiple of those that are interleaved.
pub const fn leaf_images(images: usize, interleaved: usize) -> usize {
    let least = images.div_ceil(MOST_LEAVES).next_power_of_two();
    if least < interleaved { interleaved } else { least }
}

/// Leaves of the tree over a batch.
pub const fn leaves(images: usize, interleaved: usize) -> usize {
    images.div_ceil(leaf_images(images, interleaved))
}

/// How many images of group `group` are real and not copies of the last one.
pub(crate) fn real_images(images: usize, interleaved: usize, group: usize) -> usize {
    interleaved.min(images - group * interleaved)
}

/// The groups of leaf `leaf` of the reduction tree.
pub(crate) fn leaf_groups(
    images: usize,
    interleaved: usize,
    leaf: usize,
) -> core::ops::Range<usize> {
    let per_leaf = leaf_images(images, interleaved) / interleaved;
    leaf * per_leaf..((leaf + 1) * per_leaf).min(images.div_ceil(interleaved))
}

/// Floats that `Backward::partials` needs, where the largest parameter has `largest` elements and
/// the longest row of one (an output's weights) has `row`: room for all leaves but one, or, where
/// that is more than 64 MiB, for as many rows of them as 64 MiB hold, but at least one.
pub const fn partials_len(largest: usize, row: usize, images: usize, interleaved: usize) -> usize {
    let others = leaves(images, interleaved) - 1;
    let (rows, all) = (others.saturating_mul(row), others.saturating_mul(largest));
    let least = if rows > MOST_PARTIALS { rows } else { MOST_PARTIALS };
    if all < least { all } else { least }
}

/// A gradient that is a sum over the batch.
pub(crate) struct Sum<'a> {
    pub(crate) exec: &'a dyn Exec,
    /// Leaves of the tree.
    pub(crate) leaves: usize,
    /// Elements of a row of the result.
    pub(crate) row: usize,
    /// Room for partial sums: at least a row for every leaf but one.
    pub(crate) partials: &'a mut [f32],
    /// Scratch, divided evenly among the leaves.
    pub(crate) scratch: &'a mut [f32],
}

/// Writes a leaf's sum: `(leaf, rows, their elements, scratch)`.
pub(crate) type Leaf<'f> = &'f (dyn Fn(usize, Range<usize>, &mut [f32], &mut [f32]) + Sync);

impl Sum<'_> {
    /// Overwrites `out` with the sum of all leaves.
    pub(crate) fn over(self, out: &mut [f32], leaf: Leaf<'_>) {
        let others = self.leaves - 1;
        let rows = out.len() / self.row;
        let fit =
            if others == 0 { rows } else { (self.partials.len() / (others * self.row)).min(rows) };
        assert!(fit > 0 || rows == 0, "no room for the partial sums of a row of {}", self.row);
        let share = self.scratch.len() / self.leaves;
        for (i, out) in out.chunks_mut((fit * self.row).max(1)).enumerate() {
            let first = i * fit;
            let rows = first..first + out.len() / self.row;
            let tree = Tree { exec: self.exec, rows, share, leaf };
            let partials = &mut self.partials[..others * out.len()];
            tree.sum(0..self.leaves, out, partials, &mut *self.scratch);
        }
    }
}

struct Tree<'a> {
    exec: &'a dyn Exec,
    rows: Range<usize>,
    share: usize,
    leaf: Leaf<'a>,
}

impl Tree<'_> {
    /// `out` is the sum of `leaves`; `partials` has room for all of them but one.
    fn sum(
        &self,
        leaves: Range<usize>,
        out: &mut [f32],
        partials: &mut [f32],
        scratch: &mut [f32],
    ) {
        let n = leaves.len();
        if n == 1 {
            return (self.leaf)(leaves.start, self.rows.clone(), out, &mut scratch[..self.share]);
        }
        let half = n.next_power_of_two() / 2;
        let (left, right) = partials.split_at_mut((half - 1) * out.len());
        let (first, right) = right.split_at_mut(out.len());
        let (near, far) = scratch.split_at_mut(half * self.share);
        let middle = leaves.start + half;
        self.exec.join(&mut || self.sum(leaves.start..middle, out, left, near), &mut || {
            self.sum(middle..leaves.end, first, right, far)
        });
        vector::add_assign(first, out);
    }
}
