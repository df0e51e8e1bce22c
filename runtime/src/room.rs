//! The scratch that steps need.

use crate::reduce::leaves;

/// Floats of scratch that a step needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// For each (padded) image.
    pub image: usize,
    /// For each leaf of a sum over the batch (see [`crate::reduce`]), one image after the other.
    pub leaf: usize,
    /// Once.
    pub batch: usize,
    /// For each thread that works on the step.
    pub thread: usize,
}

impl Room {
    /// No scratch.
    pub const NONE: Self = Self { image: 0, leaf: 0, batch: 0, thread: 0 };

    /// `image` floats for each image.
    pub const fn images(image: usize) -> Self {
        Self { image, ..Self::NONE }
    }

    /// Floats for a padded batch of `n` images on `threads` threads; the largest number if they are
    /// more than it.
    pub const fn len(&self, n: usize, threads: usize) -> usize {
        let images = self.image.saturating_mul(n);
        let leaves = self.leaf.saturating_mul(leaves(n, 1));
        let threads = self.thread.saturating_mul(threads);
        images.saturating_add(leaves).saturating_add(self.batch).saturating_add(threads)
    }

    /// The scratch of the batch, of the leaves or the images, and of the threads.
    pub(crate) fn split<'a>(&self, scratch: &'a mut [f32], n: usize) -> [&'a mut [f32]; 3] {
        let (batch, rest) = scratch.split_at_mut(self.batch);
        let (pieces, threads) = rest.split_at_mut(self.image * n + self.leaf * leaves(n, 1));
        [batch, pieces, threads]
    }
}

/// Floats of an arena of `arena` per image, and of the scratch of the steps, each of which starts
/// after the buffers that live at its time. The largest number if they are more than it: no system
/// has memory for that.
pub const fn arena_with_rooms(
    arena: usize,
    rooms: &[(usize, Room)],
    n: usize,
    threads: usize,
) -> usize {
    let mut most = arena.saturating_mul(n);
    let mut i = 0;
    while i < rooms.len() {
        let (start, room) = &rooms[i];
        let end = start.saturating_mul(n).saturating_add(room.len(n, threads));
        if end > most {
            most = end;
        }
        i += 1;
    }
    most
}
