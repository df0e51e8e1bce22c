//! Softmax and its logarithm.

use crate::math;
use crate::simd::tree::{RUN, Tree};
use crate::simd::{Simd, Single, simd_fn};
use crate::vector::{self, map, zip};

/// Numbers that lie side by side from which on they are taken a vector at a time.
const LONG: usize = 32;

/// Whether these are vectors of `lanes` numbers in rows of `positions`, or are to be taken for such.
fn in_columns(lanes: usize, positions: usize, numbers: usize) -> bool {
    lanes * positions > 1 || numbers < LONG
}

/// `e^y` over the sum of the same, along rows of `positions` vectors of `lanes` floats.
pub(crate) fn softmax(lanes: usize, positions: usize, y: &mut [f32]) {
    if in_columns(lanes, positions, y.len()) {
        softmax_columns(lanes, positions, y);
    } else {
        softmax_row(y);
    }
}

/// `d = y · (d - Σ d · y)`
pub(crate) fn softmax_gradient(lanes: usize, positions: usize, y: &[f32], d: &mut [f32]) {
    if in_columns(lanes, positions, y.len()) {
        softmax_gradient_columns(lanes, positions, y, d);
    } else {
        softmax_gradient_row(y, d);
    }
}

/// The logarithm of [`softmax`].
pub(crate) fn log_softmax(lanes: usize, positions: usize, y: &mut [f32]) {
    if in_columns(lanes, positions, y.len()) {
        log_softmax_columns(lanes, positions, y);
    } else {
        log_softmax_row(y);
    }
}

/// `d = d - e^y · Σ d`
pub(crate) fn log_softmax_gradient(lanes: usize, positions: usize, y: &[f32], d: &mut [f32]) {
    if in_columns(lanes, positions, y.len()) {
        log_softmax_gradient_columns(lanes, positions, y, d);
    } else {
        log_softmax_gradient_row(y, d);
    }
}

/// Overwrites `e` with `e^(x - max x)`, and gives the maximum and the sum.
pub(crate) fn exponentials_of(x: &[f32], e: &mut [f32]) -> [f32; 2] {
    if x.len() < LONG {
        e.copy_from_slice(x);
        let max = maximum(Single, x, 1);
        return [max, exponentials(Single, e, 1, max, true)];
    }
    let max = largest(x);
    exponentials_row(max, x, e);
    [max, vector::total(vector::sum_lanes(e).into_iter())]
}

// Numbers that lie side by side, a vector of them at a time.
simd_fn! {
    pub(crate) fn softmax_row<S>(s, y: &mut [f32]) {
        let max = s.splat(largest(y));
        map!(s, y, |v| math::exp_of_negative(s, s.sub(v, max)));
        let scale = s.splat(1.0 / vector::total(vector::sum_lanes(y).into_iter()));
        map!(s, y, |v| s.mul(v, scale));
    }

    fn softmax_gradient_row<S>(s, y: &[f32], d: &mut [f32]) {
        let dot = s.splat(vector::dot(y, d));
        zip!(s, y, d, |y, d| s.mul(y, s.sub(d, dot)));
    }

    fn log_softmax_row<S>(s, y: &mut [f32]) {
        let max = largest(y);
        let (mut sum, mut e) = (0.0, [0.0; 16 * RUN]);
        for y in y.chunks(16 * RUN) {
            let e = &mut e[..y.len()];
            exponentials_row(max, y, e);
            sum += vector::total(vector::sum_lanes(e).into_iter());
        }
        // The sum is NaN or at least 1, since the maximum itself is among its terms.
        let (max, log) = (s.splat(max), math::ln(s, s.splat(sum)));
        map!(s, y, |y| s.sub(s.sub(y, max), log));
    }

    fn log_softmax_gradient_row<S>(s, y: &[f32], d: &mut [f32]) {
        let sum = s.splat(vector::total(vector::sum_lanes(d).into_iter()));
        zip!(s, y, d, |y, d| s.sub(d, s.mul(math::exp_of_negative(s, y), sum)));
    }

    /// `e = e^(x - max)`
    fn exponentials_row<S>(s, max: f32, x: &[f32], e: &mut [f32]) {
        let max = s.splat(max);
        zip!(s, x, e, |x, _e| math::exp_of_negative(s, s.sub(x, max)));
    }

    /// The largest number, or -∞.
    fn largest<S>(s, x: &[f32]) -> f32 {
        let mut most = s.splat(f32::NEG_INFINITY);
        let (whole, rest) = x.as_chunks::<16>();
        for x in whole {
            most = s.max(s.load(x), most);
        }
        let mut lanes = [0.0; 16];
        s.store_bits(most, &mut lanes);
        lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |most, &x| most.max(x))
    }
}

// Columns of vectors.
simd_fn! {
    fn softmax_columns<S>(s by lanes, positions: usize, y: &mut [f32]) {
        let row = positions * S::LANES;
        for p in (0..row).step_by(S::LANES) {
            let max = maximum(s, &y[p..], row);
            let sum = exponentials(s, &mut y[p..], row, max, true);
            let scale = s.div(s.splat(1.0), sum);
            y[p..].chunks_mut(row).for_each(|y| s.store(s.mul(s.load(y), scale), y));
        }
    }

    fn softmax_gradient_columns<S>(s by lanes, positions: usize, y: &[f32], d: &mut [f32]) {
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

    fn log_softmax_columns<S>(s by lanes, positions: usize, y: &mut [f32]) {
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

    fn log_softmax_gradient_columns<S>(s by lanes, positions: usize, y: &[f32], d: &mut [f32]) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::on_every_backend;

    /// Some numbers, and the same with an infinity or NaN among them.
    fn rows(n: usize) -> Vec<Vec<f32>> {
        let plain: Vec<f32> =
            (0..n).map(|i| ((i * 7919 + 13) % 1009) as f32 * 0.1 - 50.0).collect();
        let with = |x: f32| {
            let mut row = plain.clone();
            row[n / 2] = x;
            row
        };
        vec![plain.clone(), with(f32::NEG_INFINITY), with(f32::NAN), with(3e38), with(-3e38)]
    }

    #[track_caller]
    fn same(got: &[f32], want: &[f32], within: f32, what: &str) {
        for (i, (a, b)) in got.iter().zip(want).enumerate() {
            let near = (a - b).abs() <= within + 2e-6 * b.abs();
            assert!(near || a == b || a.is_nan() && b.is_nan(), "{what}, {i}: {a:e}, not {b:e}");
        }
    }

    #[test]
    fn a_row_at_a_time_is_what_number_by_number_is() {
        on_every_backend(|backend| {
            for n in (LONG..=70).chain([1000, 2500]) {
                for x in rows(n) {
                    let what = format!("{n} numbers on {}", backend.name());
                    let d: Vec<f32> = (0..n).map(|i| (i % 5) as f32 * 0.3 - 0.5).collect();
                    let [mut row, mut column] = [x.clone(), x.clone()];
                    softmax_row(&mut row);
                    softmax_columns(1, 1, &mut column);
                    same(&row, &column, 1e-7, &format!("softmax of {what}"));
                    let [mut d_row, mut d_column] = [d.clone(), d.clone()];
                    softmax_gradient_row(&column, &mut d_row);
                    softmax_gradient_columns(1, 1, &column, &mut d_column);
                    same(&d_row, &d_column, 1e-6, &format!("softmax's gradient of {what}"));
                    let [mut row, mut column] = [x.clone(), x.clone()];
                    log_softmax_row(&mut row);
                    log_softmax_columns(1, 1, &mut column);
                    same(&row, &column, 2e-5, &format!("log_softmax of {what}"));
                    let [mut d_row, mut d_column] = [d.clone(), d.clone()];
                    log_softmax_gradient_row(&column, &mut d_row);
                    log_softmax_gradient_columns(1, 1, &column, &mut d_column);
                    same(&d_row, &d_column, 2e-6, &format!("log_softmax's gradient of {what}"));
                }
            }
        });
    }
}
