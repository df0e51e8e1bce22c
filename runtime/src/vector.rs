//! Loops over long rows: sums, scalings, products.

use crate::exec::Exec;
use crate::simd::tree::{RUN, Tree, four};
use crate::simd::{Simd, Single, simd_fn};

/// `map!(s, y, |v| f)` replaces every element `v` of `y` by `f`, a vector at a time. The lanes
/// beyond the end are zeros. A macro, since the body of a closure is inlined too late to get the
/// backend's instructions.
macro_rules! map {
    ($s:ident, $y:expr, |$v:ident| $f:expr) => {
        let mut whole = $y.chunks_exact_mut(S::LANES);
        for y in &mut whole {
            let $v = $s.load(y);
            $s.store($f, y);
        }
        let y = whole.into_remainder();
        if !y.is_empty() {
            let $v = $crate::vector::load_part($s, y);
            $crate::vector::store_part($s, $f, y);
        }
    };
}
pub(crate) use map;

/// `zip!(s, x, y, |u, v| f)` replaces every element `v` of `y` by `f` of it and its counterpart
/// `u` in `x`.
macro_rules! zip {
    ($s:ident, $x:expr, $y:expr, |$u:ident, $v:ident| $f:expr) => {
        let mut xs = $x[..$y.len()].chunks_exact(S::LANES);
        let mut ys = $y.chunks_exact_mut(S::LANES);
        for (x, y) in (&mut xs).zip(&mut ys) {
            let ($u, $v) = ($s.load(x), $s.load(y));
            $s.store($f, y);
        }
        let (x, y) = (xs.remainder(), ys.into_remainder());
        if !y.is_empty() {
            let $u = $crate::vector::load_part($s, x);
            let $v = $crate::vector::load_part($s, y);
            $crate::vector::store_part($s, $f, y);
        }
    };
}
pub(crate) use zip;

simd_fn! {
    /// Zeros in place of numbers below the normal range, which would slow the passes that read them.
    pub(crate) fn flush<S elementwise>(s, y: &mut [f32]) {
        map!(s, y, |y| y);
    }

    /// Whether there are such numbers.
    fn has_denormals<S elementwise>(s, x: &[f32]) -> bool {
        let _ = s;
        // A zero wraps round to the largest number.
        let is = |x: &f32| (x.to_bits() & 0x7fff_ffff).wrapping_sub(1) < 0x007f_ffff;
        x.chunks(1024).any(|x| x.iter().fold(false, |any, x| any | is(x)))
    }

    /// `y += x`
    pub(crate) fn add_assign<S elementwise>(s, x: &[f32], y: &mut [f32]) {
        zip!(s, x, y, |x, y| s.add(x, y));
    }

    /// `y += a · x`
    pub(crate) fn axpy<S elementwise>(s, a: f32, x: &[f32], y: &mut [f32]) {
        let a = s.splat(a);
        zip!(s, x, y, |x, y| s.mul_add(a, x, y));
    }

    /// `y = a · y + b`
    pub(crate) fn scale_shift<S elementwise>(s, a: f32, b: f32, y: &mut [f32]) {
        let (a, b) = (s.splat(a), s.splat(b));
        map!(s, y, |y| s.mul_add(a, y, b));
    }

    /// `y = (y - mean) · scale + shift`
    pub(crate) fn normalize<S elementwise>(s, mean: f32, scale: f32, shift: f32, y: &mut [f32]) {
        let (mean, scale, shift) = (s.splat(mean), s.splat(scale), s.splat(shift));
        map!(s, y, |y| s.mul_add(s.sub(y, mean), scale, shift));
    }

    /// `y = a · y + b · (x - mean) + shift`
    pub(crate) fn combine<S elementwise>(s, a: f32, b: f32, mean: f32, shift: f32, x: &[f32], y: &mut [f32]) {
        let (a, b, mean, shift) = (s.splat(a), s.splat(b), s.splat(mean), s.splat(shift));
        zip!(s, x, y, |x, y| s.mul_add(a, y, s.mul_add(b, s.sub(x, mean), shift)));
    }

    /// `Σ x · y`
    pub(crate) fn dot<S>(s, x: &[f32], y: &[f32]) -> f32 {
        let mut tree = Tree::<S, 1, 1>::new();
        for (x, y) in x.chunks(16 * RUN).zip(y[..x.len()].chunks(16 * RUN)) {
            let mut sums = [s.splat(0.0); 4];
            for (i, (x, y)) in x.chunks(16).zip(y.chunks(16)).enumerate() {
                sums[i % 4] = s.mul_add(load_part(s, x), load_part(s, y), sums[i % 4]);
            }
            tree.add_four(s, sums);
        }
        s.sum(tree.total(s)[0][0])
    }

    /// Column sums of a matrix with rows of sixteen, or of anything seen as one:
    /// `out[l] = Σ x[i]` over all `i ≡ l (mod 16)`.
    pub(crate) fn sum_lanes<S>(s, x: &[f32]) -> [f32; 16] {
        let mut tree = Tree::<S, 1, 1>::new();
        for x in x.chunks(16 * RUN) {
            let mut sums = [s.splat(0.0); 4];
            for (i, x) in x.chunks(16).enumerate() {
                sums[i % 4] = s.add(sums[i % 4], load_part(s, x));
            }
            tree.add_four(s, sums);
        }
        tree.lanes(s)
    }

    /// As [`sum_lanes`], of `(x[i] - a) · (y[i] - b)`, with an `a` and a `b` for each lane.
    pub(crate) fn sum_products<S>(s, x: &[f32], y: &[f32], shifts: [&[f32; 16]; 2]) -> [f32; 16] {
        let mut tree = Tree::<S, 1, 1>::new();
        let [a, b] = shifts.map(|v| s.load(v));
        let whole = y.len() / 16 * 16;
        for (x, y) in x[..whole].chunks(16 * RUN).zip(y[..whole].chunks(16 * RUN)) {
            let mut sums = [s.splat(0.0); 4];
            for (i, (x, y)) in x.chunks_exact(16).zip(y.chunks_exact(16)).enumerate() {
                sums[i % 4] = s.mul_add(s.sub(s.load(x), a), s.sub(s.load(y), b), sums[i % 4]);
            }
            tree.add_four(s, sums);
        }
        let mut out = tree.lanes(s);
        for i in whole..y.len() {
            out[i - whole] += (x[i] - shifts[0][i - whole]) * (y[i] - shifts[1][i - whole]);
        }
        out
    }

    /// As [`sum_lanes`], of `y[i] - shift` and of its square, with a shift for each lane.
    pub(crate) fn sum_squares<S>(s, y: &[f32], shift: &[f32; 16]) -> [[f32; 16]; 2] {
        let mut tree = Tree::<S, 1, 2>::new();
        let c = s.load(shift);
        let whole = y.len() / 16 * 16;
        for y in y[..whole].chunks(16 * RUN) {
            let [mut sums, mut squares] = [[s.splat(0.0); 4]; 2];
            for (i, y) in y.chunks_exact(16).enumerate() {
                let d = s.sub(s.load(y), c);
                sums[i % 4] = s.add(sums[i % 4], d);
                squares[i % 4] = s.mul_add(d, d, squares[i % 4]);
            }
            tree.add(s, [[four(s, sums), four(s, squares)]]);
        }
        let mut out = [[0.0; 16]; 2];
        let [total] = tree.total(s);
        for (v, out) in total.into_iter().zip(&mut out) {
            s.store(v, out);
        }
        for i in whole..y.len() {
            let d = y[i] - shift[i - whole];
            out[0][i - whole] += d;
            out[1][i - whole] += d * d;
        }
        out
    }
}

/// The sum of the numbers, as a balanced tree.
pub(crate) fn total(numbers: impl Iterator<Item = f32>) -> f32 {
    let mut tree = Tree::<Single, 1, 1>::new();
    numbers.for_each(|x| tree.add(Single, [[x]]));
    tree.total(Single)[0][0]
}

/// The variance of `n` numbers, given the sums of their differences to `mean` and of the squares of these.
/// `mean`, which was rounded, moves to where it should be; besides, what it then is still short of.
pub(crate) fn variance(mean: &mut f32, [sum, squares]: [f32; 2], n: f32) -> [f32; 2] {
    let off = sum / n;
    let moved = *mean + off;
    let rest = off - (moved - *mean);
    *mean = moved;
    let variance = squares / n - off * off;
    [if variance < 0.0 { 0.0 } else { variance }, rest]
}

/// Whether some numbers are below the normal range, looked for on all threads.
pub(crate) fn any_denormal(exec: &dyn Exec, x: &[f32]) -> bool {
    const PIECE: usize = 1 << 16;
    if x.len() <= PIECE {
        return has_denormals(x);
    }
    let (near, far) = x.split_at(x.len().next_power_of_two() / 2);
    let (mut a, mut b) = (false, false);
    exec.join(&mut || a = any_denormal(exec, near), &mut || b = any_denormal(exec, far));
    a || b
}

/// A vector of the elements there are, zeros beyond.
#[inline(always)]
pub(crate) fn load_part<S: Simd>(s: S, x: &[f32]) -> S::V {
    if x.len() >= S::LANES {
        return s.load(x);
    }
    let mut part = [0.0; 16];
    part[..x.len()].copy_from_slice(x);
    s.load(&part)
}

/// The first lanes of a vector, as many as fit.
#[inline(always)]
pub(crate) fn store_part<S: Simd>(s: S, v: S::V, y: &mut [f32]) {
    if y.len() >= S::LANES {
        return s.store(v, y);
    }
    let mut part = [0.0; 16];
    s.store(v, &mut part);
    y.copy_from_slice(&part[..y.len()]);
}
