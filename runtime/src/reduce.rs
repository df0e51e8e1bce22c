//! Sums over the images of a batch: one balanced tree, fixed by the batch size alone.
