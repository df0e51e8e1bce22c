//! Loops over long rows: sums, scalings, products.

use crate::exec::Exec;
use crate::simd::{Simd, simd_fn};

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
            let $v = $crate::kernels::vector::load_part($s, y);
            $crate::kernels::vector::store_part($s, $f, y);
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
            let $u = $crate::kernels::vector::load_part($s, x);
            let $v = $crate::kernels::vector::load_part($s, y);
            $crate::kernels::vector::store_part($s, $f, y);
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
    pub(crate) fn normalise<S elementwise>(s, mean: f32, scale: f32, shift: f32, y: &mut [f32]) {
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
        let y = &y[..x.len()];
        let mut sums = [s.splat(0.0); 4];
        for (i, (x, y)) in x.chunks(16).zip(y.chunks(16)).enumerate() {
            sums[i % 4] = s.mul_add(load_part(s, x), load_part(s, y), sums[i % 4]);
        }
        s.sum(s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])))
    }

    /// Column sums of a matrix with rows of sixteen, or of anything seen as one:
    /// `out[l] = Σ x[i]` over all `i ≡ l (mod 16)`.
    pub(crate) fn sum_lanes<S>(s, x: &[f32]) -> [f32; 16] {
        let mut sums = [s.splat(0.0); 4];
        for (i, x) in x.chunks(16).enumerate() {
            sums[i % 4] = s.add(sums[i % 4], load_part(s, x));
        }
        let mut out = [0.0; 16];
        s.store(s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])), &mut out);
        out
    }

    /// As [`sum_lanes`], of `x[i] · (y[i] - shift)`; with `y` itself as `x` if that is none, then
    /// of `(y[i] - shift)²`.
    pub(crate) fn sum_products<S>(s, x: Option<&[f32]>, y: &[f32], shift: f32) -> [f32; 16] {
        let mut sums = [s.splat(0.0); 4];
        let whole = y.len() / 16 * 16;
        let c = s.splat(shift);
        for i in 0..whole / 16 {
            let d = s.sub(s.load(&y[16 * i..]), c);
            let x = match x {
                Some(x) => s.load(&x[16 * i..]),
                None => d,
            };
            sums[i % 4] = s.mul_add(x, d, sums[i % 4]);
        }
        let mut out = [0.0; 16];
        s.store(s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])), &mut out);
        for i in whole..y.len() {
            let d = y[i] - shift;
            out[i - whole] += x.map_or(d, |x| x[i]) * d;
        }
        out
    }
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
