//! Sums of many numbers that lose no digits.
//!
//! A number that is added to a sum a million times its size leaves few of its digits there. So at most
//! [`RUN`] numbers are added up in a row, in registers, and the sums of these runs as a balanced tree,
//! whose shape their number alone fixes. Where a run has four sums side by side, the error of the whole
//! is some 1e-7 of the sum of the absolute values, however many they are.

use super::Simd;
use core::mem::MaybeUninit;
use core::ops::Range;

/// Numbers, or vectors of them, that are added up in a row at most.
pub(crate) const RUN: usize = 64;

/// Levels of a tree. The last one adds up what 2¹⁵ runs came to, one after the other.
const LEVELS: usize = 16;
const LAST: usize = LEVELS - 1;

/// A balanced tree over runs, each of which comes to `R × C` vectors.
pub(crate) struct Tree<S: Simd, const R: usize, const C: usize> {
    runs: usize,
    /// Level `l` holds the sum of 2ˡ runs where bit `l` of their number is set, the last level all that
    /// no other one holds.
    levels: [MaybeUninit<[[S::V; C]; R]>; LEVELS],
}

impl<S: Simd, const R: usize, const C: usize> Tree<S, R, C> {
    /// No runs.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self { runs: 0, levels: [const { MaybeUninit::uninit() }; LEVELS] }
    }

    /// Whether a level holds a sum: [`Tree::add`] has then written it.
    #[inline(always)]
    fn holds(&self, level: usize) -> bool {
        if level == LAST { self.runs >> LAST > 0 } else { self.runs >> level & 1 == 1 }
    }

    /// `sum += what the level holds`
    #[inline(always)]
    fn take(&self, s: S, level: usize, sum: &mut [[S::V; C]; R]) {
        assert!(self.holds(level));
        // SAFETY: a level that holds a sum was written when the number of runs became one with that
        // bit set.
        let below = unsafe { self.levels[level].assume_init_ref() };
        for r in 0..R {
            for c in 0..C {
                sum[r][c] = s.add(below[r][c], sum[r][c]);
            }
        }
    }

    /// One more run, which came to `sum`.
    #[inline(always)]
    pub(crate) fn add(&mut self, s: S, mut sum: [[S::V; C]; R]) {
        let mut level = 0;
        while level < LAST && self.holds(level) {
            self.take(s, level, &mut sum);
            level += 1;
        }
        if level == LAST && self.holds(level) {
            self.take(s, level, &mut sum);
        }
        self.levels[level].write(sum);
        self.runs += 1;
    }

    /// One more run of products, which started at [`Simd::start`].
    #[inline(always)]
    pub(crate) fn add_products(&mut self, s: S, mut sum: [[S::V; C]; R]) {
        for r in 0..R {
            for c in 0..C {
                sum[r][c] = s.total(sum[r][c]);
            }
        }
        self.add(s, sum);
    }

    /// The sum of all runs.
    #[inline(always)]
    pub(crate) fn total(&self, s: S) -> [[S::V; C]; R] {
        let mut sum = [[s.zero(); C]; R];
        for level in 0..LEVELS {
            if self.runs >> level == 0 {
                break;
            }
            if self.holds(level) {
                self.take(s, level, &mut sum);
            }
        }
        sum
    }
}

impl<S: Simd> Tree<S, 1, 1> {
    /// One more run, which came to four vectors.
    #[inline(always)]
    pub(crate) fn add_four(&mut self, s: S, sums: [S::V; 4]) {
        self.add(s, [[four(s, sums)]]);
    }

    /// The sum of all runs, as the lanes of its vector.
    #[inline(always)]
    pub(crate) fn lanes(&self, s: S) -> [f32; 16] {
        let mut lanes = [0.0; 16];
        s.store(self.total(s)[0][0], &mut lanes);
        lanes
    }
}

/// The runs of `rows × columns` elements, each of which counts `deep` times: some rows, or a part of one.
/// They have [`RUN`] elements at most, where `deep` is no more than that.
#[derive(Clone, Debug)]
pub(crate) struct Runs {
    size: [usize; 2],
    /// Rows and columns of a run.
    piece: [usize; 2],
    at: [usize; 2],
}

impl Runs {
    #[inline(always)]
    pub(crate) fn new(size @ [_, columns]: [usize; 2], deep: usize) -> Self {
        let most = (RUN / deep.max(1)).max(1);
        let piece = if columns <= most { [most / columns.max(1), columns] } else { [1, most] };
        Self { size, piece, at: [0, 0] }
    }
}

impl Iterator for Runs {
    /// Rows and columns.
    type Item = [Range<usize>; 2];

    #[inline(always)]
    fn next(&mut self) -> Option<[Range<usize>; 2]> {
        let ([i, j], [rows, columns]) = (self.at, self.size);
        if i >= rows || columns == 0 {
            return None;
        }
        let end = [rows.min(i + self.piece[0]), columns.min(j + self.piece[1])];
        self.at = if end[1] == columns { [end[0], 0] } else { [i, end[1]] };
        Some([i..end[0], j..end[1]])
    }
}

/// The sum of four vectors.
#[inline(always)]
pub(crate) fn four<S: Simd>(s: S, [a, b, c, d]: [S::V; 4]) -> S::V {
    s.add(s.add(a, b), s.add(c, d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Scalar, Single};

    #[test]
    fn a_tree_adds_up_all_runs() {
        for n in (0..300).chain([1 << 14, (1 << 17) + 5]) {
            let mut tree = Tree::<Single, 1, 2>::new();
            (1..=n).for_each(|i| tree.add(Single, [[1.0, (i % 5) as f32]]));
            let sum: u32 = (1..=n).map(|i| i % 5).sum();
            assert_eq!(tree.total(Single), [[n as f32, sum as f32]], "{n} runs");
        }
        let mut tree = Tree::<Scalar, 1, 1>::new();
        (0..7).for_each(|i| tree.add_four(Scalar, [[i as f32; 16]; 4]));
        assert_eq!(tree.lanes(Scalar), [84.0; 16]);
    }

    #[test]
    fn runs_are_short_and_cover_everything_once() {
        for size in [[1, 1], [7, 7], [3, 64], [2, 65], [100, 1], [1, 1000], [0, 5], [5, 0], [9, 20]]
        {
            for deep in [1, 3, 64, 100] {
                let mut seen = vec![0; size[0] * size[1]];
                for [rows, columns] in Runs::new(size, deep) {
                    assert!(rows.len() * columns.len() <= (RUN / deep).max(1));
                    for (i, j) in rows.flat_map(|i| columns.clone().map(move |j| (i, j))) {
                        seen[i * size[1] + j] += 1;
                    }
                }
                assert!(seen.iter().all(|&n| n == 1), "{size:?}, {deep} deep");
            }
        }
    }
}
