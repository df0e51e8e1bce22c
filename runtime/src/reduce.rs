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
//!
//! Where several processes share a batch, each has whole leaves of it, and the tree goes on from process to
//! process ([`crate::shard`]).

use crate::exec::{self, Exec};
use crate::pass::Pass;
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

/// Images in a leaf of a sum over the batch of a pass.
pub(crate) fn leaf_of(cx: &Pass<'_>, least: usize) -> usize {
    cx.shard.leaf.unwrap_or_else(|| leaf_images(cx.batch(), least))
}

/// Leaves that a pass has at hand.
pub(crate) fn leaves_of(cx: &Pass<'_>, least: usize) -> usize {
    cx.images.div_ceil(leaf_of(cx, least))
}

/// Subtrees that those leaves make up.
pub(crate) fn subtrees_of(cx: &Pass<'_>) -> usize {
    cx.shard.across.map_or(1, |across| across.subtrees().len())
}

/// Whether a block of `block` floats for each leaf but one is as many as partial sums may be.
pub(crate) fn partials_fit(cx: &Pass<'_>, block: usize) -> bool {
    cx.shard.leaf.is_none_or(|leaf| (cx.batch().div_ceil(leaf) - 1) * block <= MOST_PARTIALS)
}

/// The groups at hand of leaf `leaf` of those at hand.
pub(crate) fn leaf_groups(cx: &Pass<'_>, interleaved: usize, leaf: usize) -> Range<usize> {
    let per_leaf = leaf_of(cx, interleaved) / interleaved;
    leaf * per_leaf..((leaf + 1) * per_leaf).min(cx.images.div_ceil(interleaved))
}

/// The subtrees that make up the leaves `some` of a tree over the leaves `tree`, in order.
pub(crate) fn subtrees(tree: Range<usize>, some: &Range<usize>) -> Vec<Range<usize>> {
    if tree.start >= some.end || tree.end <= some.start {
        return Vec::new();
    }
    if some.start <= tree.start && tree.end <= some.end {
        return vec![tree];
    }
    let middle = middle(&tree);
    let mut all = subtrees(tree.start..middle, some);
    all.extend(subtrees(middle..tree.end, some));
    all
}

/// Where a tree over more than one leaf has its two halves.
pub(crate) fn middle(tree: &Range<usize>) -> usize {
    tree.start + tree.len().next_power_of_two() / 2
}

/// Floats that `Backward::partials` needs, where the largest parameter has `largest` elements and
/// the longest row of one (an output's weights) has `row`: room for all leaves but one, or, where
/// that is more than 64 MiB, for as many rows of them as 64 MiB hold, but at least one.
pub const fn partials_len(largest: usize, row: usize, images: usize, interleaved: usize) -> usize {
    partials_of(largest, row, leaves(images, interleaved))
}

/// As [`partials_len`], of that number of leaves.
pub(crate) const fn partials_of(largest: usize, row: usize, leaves: usize) -> usize {
    let others = leaves - 1;
    let (rows, all) = (others.saturating_mul(row), others.saturating_mul(largest));
    let least = if rows > MOST_PARTIALS { rows } else { MOST_PARTIALS };
    if all < least { all } else { least }
}

/// A gradient that is a sum over the batch.
pub(crate) struct Sum<'a> {
    pub(crate) cx: &'a Pass<'a>,
    /// Leaves at hand.
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
    /// Overwrites `out` with the sum of all leaves of the batch.
    pub(crate) fn over(mut self, out: &mut [f32], leaf: Leaf<'_>) {
        let all = 0..self.leaves;
        match self.cx.shard.across {
            None => self.subtrees(core::slice::from_ref(&all), out, &mut [], leaf),
            Some(across) => {
                let trees = across.subtrees();
                if let ([tree], true) = (trees, self.cx.shard.later) {
                    return self.subtrees(core::slice::from_ref(tree), out, &mut [], leaf);
                }
                across.lend((trees.len() - 1) * out.len(), &mut |others| {
                    self.subtrees(trees, out, others, leaf);
                    across.finish(out, others);
                });
            }
        }
    }

    /// Overwrites `out` with the sum of the leaves of the first of these trees, and `others` with those of the
    /// other trees.
    fn subtrees(
        &mut self,
        trees: &[Range<usize>],
        out: &mut [f32],
        others: &mut [f32],
        leaf: Leaf<'_>,
    ) {
        let (len, least) = (out.len(), self.leaves - trees.len());
        let rows = len / self.row;
        let room = self.partials.len().checked_div(least * self.row);
        let fit = room.map_or(rows, |room| room.min(rows));
        assert!(fit > 0 || rows == 0, "no room for the partial sums of a row of {}", self.row);
        let share = self.scratch.len() / self.leaves;
        for (i, out) in out.chunks_mut((fit * self.row).max(1)).enumerate() {
            let first = i * fit;
            let rows = first..first + out.len() / self.row;
            let tree = Tree { exec: self.cx.exec, rows, share, leaf };
            let partials = &mut self.partials[..least * out.len()];
            match trees {
                [one] => tree.sum(one.clone(), out, partials, &mut *self.scratch),
                _ => {
                    let at = first * self.row..first * self.row + out.len();
                    let others = others.chunks_exact_mut(len).map(|other| &mut other[at.clone()]);
                    let mut outs: Vec<&mut [f32]> = core::iter::once(out).chain(others).collect();
                    tree.sums(trees, &mut outs, partials, &mut *self.scratch);
                }
            }
        }
    }
}

/// Writes the sum over some leaves, in the order of the tree: `(leaves, rows, their elements)`.
pub(crate) type Subtree<'f> = &'f (dyn Fn(Range<usize>, Range<usize>, &mut [f32]) + Sync);

/// Overwrites `out` with the sum of all leaves of the batch, of which `leaves` are at hand, where `sum` adds up
/// all leaves of a subtree itself. Threads take `rows` rows of `row` elements at a time.
pub(crate) fn by_rows(
    cx: &Pass<'_>,
    leaves: usize,
    [rows, row]: [usize; 2],
    out: &mut [f32],
    sum: Subtree<'_>,
) {
    let subtree = |tree: &Range<usize>, out: &mut [f32]| {
        let pieces = out.len().div_ceil(rows * row);
        exec::split(cx.exec, pieces, [(out, rows * row)], &|piece, [out]| {
            let first = piece * rows;
            sum(tree.clone(), first..first + out.len() / row, out);
        });
    };
    match cx.shard.across {
        None => subtree(&(0..leaves), out),
        Some(across) => {
            let trees = across.subtrees();
            if let ([tree], true) = (trees, cx.shard.later) {
                return subtree(tree, out);
            }
            let len = out.len();
            across.lend((trees.len() - 1) * len, &mut |others| {
                let outs = core::iter::once(&mut *out).chain(others.chunks_exact_mut(len));
                trees.iter().zip(outs).for_each(|(tree, out)| subtree(tree, out));
                across.finish(out, others);
            });
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
        let middle = middle(&leaves);
        let half = middle - leaves.start;
        let (left, right) = partials.split_at_mut((half - 1) * out.len());
        let (first, right) = right.split_at_mut(out.len());
        let (near, far) = scratch.split_at_mut(half * self.share);
        self.exec.join(&mut || self.sum(leaves.start..middle, out, left, near), &mut || {
            self.sum(middle..leaves.end, first, right, far)
        });
        vector::add_assign(first, out);
    }

    /// Each of `outs` is the sum of one of `trees`, which follow each other; `partials` has room for all of their
    /// leaves but one of each.
    fn sums(
        &self,
        trees: &[Range<usize>],
        outs: &mut [&mut [f32]],
        partials: &mut [f32],
        scratch: &mut [f32],
    ) {
        if let ([tree], [out]) = (trees, &mut *outs) {
            return self.sum(tree.clone(), out, partials, scratch);
        }
        let half = trees.len() / 2;
        let leaves = trees[half].start - trees[0].start;
        let ((some, more), (near, far)) = (trees.split_at(half), outs.split_at_mut(half));
        let len = near[0].len();
        let (partials, more_partials) = partials.split_at_mut((leaves - half) * len);
        let (scratch, more_scratch) = scratch.split_at_mut(leaves * self.share);
        self.exec.join(&mut || self.sums(some, near, partials, scratch), &mut || {
            self.sums(more, far, more_partials, more_scratch)
        });
    }
}
