//! Sums over the images of a batch: one balanced tree, fixed by the batch size alone.

/// Leaves of the tree at most.
pub const MOST_LEAVES: usize = 16;

/// Floats of partial sums beyond which a gradient is done in chunks.
const MOST_PARTIALS: usize = 4 << 20;

/// Images in a leaf, a power of two and a multiple of `lanes`.
pub const fn leaf_images(images: usize, lanes: usize) -> usize {
    let least = images.div_ceil(MOST_LEAVES).next_power_of_two();
    if least < lanes { lanes } else { least }
}

/// Leaves of the tree over a batch.
pub const fn leaves(images: usize, lanes: usize) -> usize {
    images.div_ceil(leaf_images(images, lanes))
}

/// Floats that `Backward::partials` needs, where the largest parameter has `largest` elements.
pub const fn partials_len(largest: usize, images: usize, lanes: usize) -> usize {
    let all = (leaves(images, lanes) - 1) * largest;
    if all < MOST_PARTIALS { all } else { MOST_PARTIALS }
}
