//! Aligned buffers, and disjoint slots of an arena.

use crate::network::Slot;
use aligned_vec::{AVec, ConstAlign};

/// A buffer of floats that starts on a cache line.
pub type Buffer = AVec<f32, ConstAlign<64>>;

/// A buffer of `len` zeros.
pub fn zeros(len: usize) -> Buffer {
    let mut buffer = Buffer::with_capacity(64, len);
    buffer.resize(len, 0.0);
    buffer
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
