//! Aligned buffers, and disjoint slots of an arena.

use crate::network::Slot;
use std::ops::{Deref, DerefMut};

/// Bytes of a cache line.
const LINE: usize = 64;

/// Floats that start on a cache line.
#[derive(Debug)]
pub struct Buffer {
    floats: Vec<f32>,
    start: usize,
    len: usize,
}

/// A buffer of `len` zeros. The system gives it memory only as it is written to.
pub fn zeros(len: usize) -> Buffer {
    let floats = vec![0.0; len + LINE / size_of::<f32>() - 1];
    let start = floats.as_ptr().align_offset(LINE);
    Buffer { floats, start, len }
}

impl Buffer {
    /// Forgets what lies behind the first `len` floats.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.floats[self.start..][..self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.floats[self.start..][..self.len]
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

/// The given slots of the arena of `n` padded images, which lie in its first `len` floats per image,
/// every one as a slice of its own, and what lies behind.
///
/// # Panics
/// If two slots overlap or one lies outside, which a plan never asks for.
pub fn slots<const K: usize>(
    arena: &mut [f32],
    len: usize,
    n: usize,
    slots: [Slot; K],
) -> ([&mut [f32]; K], &mut [f32]) {
    let (arena, scratch) = arena.split_at_mut(len * n);
    match arena.get_disjoint_mut(slots.map(|s| s.range(n))) {
        Ok(slices) => (slices, scratch),
        Err(error) => panic!("arena slots {slots:?} for {n} images: {error}"),
    }
}

/// The part of a tensor in blocks that starts `first` floats behind the start of each image and is
/// `len` long, where an image has `step` floats: from its beginning in the first image to its end
/// in the last.
pub fn part(tensor: &[f32], [first, len, step]: [usize; 3]) -> &[f32] {
    &tensor[first..tensor.len() - step + first + len]
}

/// As [`part`].
pub fn part_mut(tensor: &mut [f32], [first, len, step]: [usize; 3]) -> &mut [f32] {
    let end = tensor.len() - step + first + len;
    &mut tensor[first..end]
}

/// A stretch, as (offset, length).
pub fn stretch(buffer: &[f32], (offset, len): (usize, usize)) -> &[f32] {
    &buffer[offset..][..len]
}

/// The given stretches, as (offset, length), each as a slice of its own.
///
/// # Panics
/// If two of them overlap or one lies outside, which a plan never asks for.
pub fn ranges<const K: usize>(buffer: &mut [f32], ranges: [(usize, usize); K]) -> [&mut [f32]; K] {
    match buffer.get_disjoint_mut(ranges.map(|(offset, len)| offset..offset + len)) {
        Ok(slices) => slices,
        Err(error) => panic!("parameter ranges {ranges:?}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_and_their_copies_start_on_cache_lines() {
        for len in [0, 1, 15, 16, 1000, 1_000_000] {
            let mut buffer = zeros(len);
            assert_eq!(*buffer, vec![0.0; len][..]);
            buffer.fill(3.0);
            for buffer in [&buffer, &buffer.clone()] {
                assert_eq!(buffer.as_ptr().addr() % LINE, 0);
                assert_eq!(**buffer, vec![3.0; len][..]);
            }
            buffer.truncate(7);
            assert_eq!(buffer.len(), len.min(7));
        }
    }
}
