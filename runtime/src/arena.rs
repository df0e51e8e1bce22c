//! Aligned buffers, and disjoint pieces of an arena.

use crate::memory;
use std::array;
use std::ops::{Deref, DerefMut, Range};

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
///
/// # Panics
/// If there is no memory for them.
pub fn zeros(len: usize) -> Buffer {
    match try_zeros(len) {
        Some(buffer) => buffer,
        None => panic!("found no memory for {len} floats"),
    }
}

/// As [`zeros`]; none if there is no memory for them.
pub(crate) fn try_zeros(len: usize) -> Option<Buffer> {
    let floats = memory::zeros(len.saturating_add(LINE / size_of::<f32>() - 1))?;
    let start = floats.as_ptr().align_offset(LINE);
    Some(Buffer { floats, start, len })
}

impl Buffer {
    /// Forgets what lies after the first `len` floats.
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

impl Buffer {
    /// A copy; none if there is no memory for it.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        let mut copy = try_zeros(self.len)?;
        copy.copy_from_slice(self);
        Some(copy)
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

/// Floats that nobody changes any more.
#[derive(Debug)]
pub(crate) enum Floats {
    /// In memory of their own.
    Own(Buffer),
    /// A part of the program.
    Program(&'static [f32]),
}

impl Deref for Floats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Self::Own(floats) => floats,
            Self::Program(floats) => floats,
        }
    }
}

/// Cuts the given ranges out of an arena, every one as a slice of its own; what lies between them can
/// still be read.
///
/// # Panics
/// If two ranges overlap or one lies outside, which a plan never asks for.
pub(crate) fn cut<const K: usize>(
    arena: &mut [f32],
    ranges: [Range<usize>; K],
) -> ([&mut [f32]; K], Gaps<'_, K>) {
    let mut order: [usize; K] = array::from_fn(|i| i);
    let mut pieces: [&mut [f32]; K] = array::from_fn(|_| <&mut [f32]>::default());
    let mut between = [(0, [].as_slice()); K];
    let after = cut_into(arena, &ranges, &mut order, &mut pieces, &mut between);
    (pieces, Gaps { between, after })
}

/// Cuts the pieces out in the order in which they lie, each with the gap before it.
fn cut_into<'a>(
    mut arena: &'a mut [f32],
    ranges: &[Range<usize>],
    order: &mut [usize],
    pieces: &mut [&'a mut [f32]],
    between: &mut [(usize, &'a [f32])],
) -> (usize, &'a [f32]) {
    order.sort_unstable_by_key(|&i| (ranges[i].start, ranges[i].end));
    let mut start = 0;
    for &i in &*order {
        let (gap, rest) = arena.split_at_mut(ranges[i].start - start);
        between[i] = (start, gap);
        (pieces[i], arena) = rest.split_at_mut(ranges[i].len());
        start = ranges[i].end;
    }
    (start, arena)
}

/// What [`cut`] leaves: floats of the arena, each stretch with its offset.
#[derive(Clone, Copy)]
pub(crate) struct Gaps<'a, const K: usize> {
    between: [(usize, &'a [f32]); K],
    after: (usize, &'a [f32]),
}

impl<'a, const K: usize> Gaps<'a, K> {
    /// The floats of the range.
    ///
    /// # Panics
    /// If it overlaps what was cut out or lies outside, which a plan never asks for.
    pub(crate) fn find(&self, range: Range<usize>) -> &'a [f32] {
        find(&self.between, self.after, range)
    }
}

fn find<'a>(
    between: &[(usize, &'a [f32])],
    after: (usize, &'a [f32]),
    range: Range<usize>,
) -> &'a [f32] {
    let within = |&(start, gap): &(usize, &'a [f32])| {
        gap.get(range.start.checked_sub(start)?..range.end.checked_sub(start)?)
    };
    match between.iter().chain([&after]).find_map(within) {
        Some(floats) => floats,
        None => panic!("a step reads {range:?} of the arena, which it writes or does not have"),
    }
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
