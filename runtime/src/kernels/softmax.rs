//! Softmax and its logarithm.

use crate::math;
use crate::simd::tree::{RUN, Tree};
use crate::simd::{Simd, simd_fn};
use crate::vector::{self, map};

simd_fn! {
    /// `e^y` over the sum of the same, along rows of `positions` vectors.
    pub(crate) fn softmax<S>(s by lanes, positions: usize, y: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let max = maximum(s, &y[p..], row);
            let sum = exponentials(s, &mut y[p..], row, max, true);
            let scale = s.div(s.splat(1.0), sum);
            y[p..].chunks_mut(row).for_each(|y| s.store(s.mul(s.load(y), scale), y));
        }
    }

    /// `d = y · (d - Σ d · y)`
    pub(crate) fn softmax_gradient<S>(s by lanes, positions: usize, y: &[f32], d: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let mut tree = Tree::<S, 1, 1>::new();
            for (y, d) in y[p..].chunks(row * RUN).zip(d[p..].chunks(row * RUN)) {
                let mut dot = s.splat(0.0);
                for (y, d) in y.chunks(row).zip(d.chunks(row)) {
                    dot = s.mul_add(s.load(y), s.load(d), dot);
                }
                tree.add(s, [[dot]]);
            }
            let dot = tree.total(s)[0][0];
            for (y, d) in y[p..].chunks(row).zip(d[p..].chunks_mut(row)) {
                s.store(s.mul(s.load(y), s.sub(s.load(d), dot)), d);
            }
        }
    }

    /// [`softmax`] of numbers that lie side by side, a vector of them at a time.
    pub(crate) fn softmax_row<S>(s, a: &mut [f32]) {
        let most = a.iter().fold(f32::NEG_INFINITY, |most, &a| most.max(a));
        map!(s, a, |v| math::exp_of_negative(s, s.sub(v, s.splat(most))));
        let scale = 1.0 / vector::total(vector::sum_lanes(a).into_iter());
        map!(s, a, |v| s.mul(v, s.splat(scale)));
    }

    /// The logarithm of [`softmax`].
    pub(crate) fn log_softmax<S>(s by lanes, positions: usize, y: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let max = maximum(s, &y[p..], row);
            let sum = exponentials(s, &mut y[p..], row, max, false);
            // The sum is NaN or at least 1, since the maximum itself is among its terms.
            let log = math::ln(s, sum);
            for y in y[p..].chunks_mut(row) {
                s.store(s.sub(s.sub(s.load(y), max), log), y);
            }
        }
    }

    /// `d = d - e^y · Σ d`
    pub(crate) fn log_softmax_gradient<S>(s by lanes, positions: usize, y: &[f32], d: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let mut tree = Tree::<S, 1, 1>::new();
            for d in d[p..].chunks(row * RUN) {
                let mut sum = s.splat(0.0);
                for d in d.chunks(row) {
                    sum = s.add(sum, s.load(d));
                }
                tree.add(s, [[sum]]);
            }
            let sum = tree.total(s)[0][0];
            for (y, d) in y[p..].chunks(row).zip(d[p..].chunks_mut(row)) {
                s.store(s.sub(s.load(d), s.mul(math::exp_of_negative(s, s.load(y)), sum)), d);
            }
        }
    }
}

/// The sum of `e^(y - max)` over the vectors that begin the rows of `y`; they become these where they are kept.
#[inline(always)]
fn exponentials<S: Simd>(s: S, y: &mut [f32], row: usize, max: S::V, kept: bool) -> S::V {
    let mut tree = Tree::<S, 1, 1>::new();
    for y in y.chunks_mut(row * RUN) {
        let mut sum = s.splat(0.0);
        for y in y.chunks_mut(row) {
            let e = math::exp_of_negative(s, s.sub(s.load(y), max));
            if kept {
                s.store(e, y);
            }
            sum = s.add(sum, e);
        }
        tree.add(s, [[sum]]);
    }
    tree.total(s)[0][0]
}

/// The maximum of the vectors that begin the rows of `x`; NaN if one of them is.
#[inline(always)]
fn maximum<S: Simd>(s: S, x: &[f32], row: usize) -> S::V {
    let mut max = s.splat(f32::NEG_INFINITY);
    for x in x.chunks(row) {
        let x = s.load(x);
        max = s.select(s.is_nan(max), max, s.max(max, x));
    }
    max
}
