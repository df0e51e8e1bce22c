//! Elementary functions of vectors, as polynomials.
//!
//! Bounds are against the exact value over all of `f32`, in units in the last place; a test
//! checks each against `f64`. NaN gives NaN, and the limits at ±∞ are exact.

use crate::simd::{Simd, vector_fn};

vector_fn! {
    /// `eˣ`, within 2 ulp; results below the normal range are 0.
    ///
    /// ```text
    /// n = round(x / ln 2),  r = x - n · ln 2,  |r| ≤ 0.35
    /// eˣ = 2ⁿ · (1 + r + r² · P(r))
    /// ```
    /// `2ⁿ` is applied in two factors, since 2¹²⁸ is beyond the range of some results near its end.
    pub(crate) fn exp<S>(s, x: S::V) -> S::V {
        let vanishes = s.lt(x, s.splat(LEAST));
        // Beyond these the result is 0 or ∞ and `n` would no longer fit. A NaN passes both.
        let x = s.max(s.splat(LEAST), s.min(s.splat(89.0), x));
        let n = s.round(s.mul(x, s.splat(core::f32::consts::LOG2_E)));
        // ln 2 in two parts; the first has trailing zeros, which makes n times it exact.
        let r = s.mul_add(n, s.splat(-0.693_359_4), x);
        let r = s.mul_add(n, s.splat(2.121_944_4e-4), r);
        let p = polynomial(s, r, EXP);
        let e = s.mul_add(s.mul(r, r), p, s.add(r, s.splat(1.0)));
        let half = s.round(s.mul(n, s.splat(0.5)));
        let y = s.mul(s.mul(e, s.pow2(half)), s.pow2(s.sub(n, half)));
        s.select(vanishes, s.splat(0.0), y)
    }
}

vector_fn! {
    /// `eˣ` for `x ≤ 0`, within 2 ulp; results below the normal range are 0. `2ⁿ` is applied at once, which is half of
    /// the operations of [`exp`].
    pub(crate) fn exp_of_negative<S>(s, x: S::V) -> S::V {
        let vanishes = s.lt(x, s.splat(LEAST));
        // A NaN passes.
        let x = s.max(s.splat(LEAST), x);
        let (n, power) = s.nearest_pow2(x, s.splat(core::f32::consts::LOG2_E));
        let r = s.mul_add(n, s.splat(-0.693_359_4), x);
        let r = s.mul_add(n, s.splat(2.121_944_4e-4), r);
        let p = polynomial(s, r, EXP);
        let e = s.mul_add(s.mul(r, r), p, s.add(r, s.splat(1.0)));
        s.select(vanishes, s.splat(0.0), s.mul(e, power))
    }
}

/// `P` of [`exp`].
const EXP: [f32; 5] = [0.499_999_94, 0.166_665_21, 0.041_668_39, 8.368_71e-3, 1.381_461e-3];

/// The least number whose power of e is normal.
const LEAST: f32 = -87.336_54;

vector_fn! {
    /// `ln x` within 2 ulp for positive, normal `x`; ∞ and NaN stay what they are.
    ///
    /// ```text
    /// x = m · 2ᵉ,  √½ ≤ m < √2,  t = (m - 1) / (m + 1)
    /// ln x = e · ln 2 + 2 (t + t³/3 + t⁵/5 + …)
    /// ```
    pub(crate) fn ln<S>(s, x: S::V) -> S::V {
        let (m, e) = s.split(x);
        let big = s.lt(s.splat(core::f32::consts::SQRT_2), m);
        let m = s.select(big, s.mul(m, s.splat(0.5)), m);
        let e = s.select(big, s.add(e, s.splat(1.0)), e);
        let one = s.splat(1.0);
        let t = s.div(s.sub(m, one), s.add(m, one));
        let z = s.mul(t, t);
        let p = polynomial(s, z, [2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0]);
        let low = s.mul_add(s.mul(t, z), p, s.mul(e, s.splat(-2.121_944_4e-4)));
        let y = s.mul_add(e, s.splat(0.693_359_4), s.mul_add(t, s.splat(2.0), low));
        // Their exponent is that of no power of two.
        s.select(s.lt(x, s.splat(f32::INFINITY)), y, x)
    }
}

/// `ln(1 + x)` for `x ≥ 0`, within 4 ulp.
///
/// With `u = 1 + x` rounded, `ln(u) · (x / (u - 1))` undoes the rounding.
#[inline(always)]
pub(crate) fn ln_1p<S: Simd>(s: S, x: S::V) -> S::V {
    let one = s.splat(1.0);
    let u = s.add(one, x);
    let d = s.sub(u, one);
    let y = s.mul(ln(s, u), s.div(x, d));
    let finite = s.lt(u, s.splat(f32::INFINITY));
    // Where 1 + x rounds to 1 the answer is x; where it is ∞ or NaN, so is the answer.
    s.select(s.lt(s.splat(0.0), d), s.select(finite, y, x), x)
}

/// `1 / (1 + e⁻ˣ)`, within 4 ulp above -87 and within 2⁻¹²⁶ below.
///
/// ```text
/// n = -round(x / ln 2),  r = x + n · ln 2,  |r| ≤ 0.35
/// e⁻ˣ = 2ⁿ · P(-r)
/// ```
/// What is added to 1 needs fewer digits and no gradual underflow, so this takes about half of the
/// operations of [`exp`]; those of `P` wait little for each other, which is what a processor that
/// looks a few vectors ahead has to hide.
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(s: S, x: S::V) -> S::V {
    let one = s.splat(1.0);
    // Beyond 87 the result is 1; below -88.4 the power is 2¹²⁸, which is ∞. A NaN passes both.
    let x = s.max(s.splat(-89.0), s.min(s.splat(87.0), x));
    let (n, power) = s.nearest_pow2(x, s.splat(-core::f32::consts::LOG2_E));
    let r = s.mul_add(n, s.splat(0.693_359_4), x);
    let r = s.mul_add(n, s.splat(-2.121_944_4e-4), r);
    let r2 = s.mul(r, r);
    let low = s.mul_add(r, s.splat(-0.999_999_7), one);
    let middle = s.mul_add(r, s.splat(-0.166_676_39), s.splat(0.499_991_46));
    let high = s.mul_add(r, s.splat(-0.008_290_26), s.splat(0.041_898_4));
    let p = s.mul_add(r2, s.mul_add(r2, high, middle), low);
    s.div(one, s.mul_add(p, power, one))
}

/// `tanh x`, within 4 ulp: an odd polynomial near 0, `±(1 - e) / (1 + e)` with `e = e^(-2|x|)` beyond.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(s: S, x: S::V) -> S::V {
    let one = s.splat(1.0);
    let z = s.mul(x, x);
    let p = polynomial(
        s,
        z,
        [-0.333_332_6, 0.133_311_29, -0.053_721_137, 0.020_591_162, -5.660_151e-3],
    );
    let near = s.mul_add(s.mul(x, z), p, x);
    let a = s.abs(x);
    let e = exp_of_negative(s, s.mul(a, s.splat(-2.0)));
    let far = s.div(s.sub(one, e), s.add(one, e));
    let far = s.select(s.lt(x, s.splat(0.0)), s.neg(far), far);
    s.select(s.lt(a, s.splat(0.625)), near, far)
}

vector_fn! {
    /// `Φ(x)`, the normal distribution, and its density `φ(x)`: within 2⁻²³, and `Φ(x)` for a negative `x` within a
    /// few ulp and `x²` half ulp, its argument's rounding.
    ///
    /// ```text
    /// Φ(-t) = e^(-t²/2) · P(1 / (1 + 0.3 t)) for t ≥ 0
    /// ```
    /// The form is that of Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 7.1.26; `P` is
    /// the polynomial whose largest relative error over `0 ≤ t ≤ 13.3` is least.
    pub(crate) fn normal<S>(s, x: S::V) -> [S::V; 2] {
        let one = s.splat(1.0);
        let e = exp_of_negative(s, s.mul(s.mul(x, x), s.splat(-0.5)));
        let u = s.div(one, s.mul_add(s.abs(x), s.splat(0.3), one));
        let p = [
            6.685_703e-6,
            0.119_495_9,
            0.121_861_94,
            0.094_911_29,
            0.142_001_78,
            -0.075_734_92,
            0.227_986_37,
            -0.168_840_36,
            0.038_311_342,
        ];
        let tail = s.mul(e, polynomial(s, u, p));
        let cdf = s.select(s.lt(s.splat(0.0), x), s.sub(one, tail), tail);
        [cdf, s.mul(e, s.splat(0.398_942_3))]
    }
}

/// `c₀ + c₁ x + c₂ x² + …`
#[inline(always)]
pub(crate) fn polynomial<S: Simd, const N: usize>(s: S, x: S::V, c: [f32; N]) -> S::V {
    let mut y = s.splat(c[N - 1]);
    for i in (0..N - 1).rev() {
        y = s.mul_add(y, x, s.splat(c[i]));
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{on_every_backend, simd_fn};

    simd_fn! {
        fn apply<S>(s, which: usize, x: &mut [f32]) {
            let v = s.load(x);
            let y = match which {
                0 => exp(s, v),
                1 => ln(s, v),
                2 => ln_1p(s, v),
                3 => sigmoid(s, v),
                4 => tanh(s, v),
                5 => exp_of_negative(s, v),
                _ => normal(s, v)[which - 6],
            };
            s.store_bits(y, x);
        }
    }

    /// Floats spread over all exponents, both signs, and the special ones.
    fn floats() -> Vec<f32> {
        let mut all: Vec<f32> =
            (0..=u32::MAX >> 13).map(|i| f32::from_bits((i << 13) | 0x5a5)).collect();
        all.extend((-40_000..40_000).map(|i| i as f32 * 0.002_613));
        all.extend([
            0.0,
            -0.0,
            1.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
            f32::MAX,
            f32::MIN,
        ]);
        all
    }

    /// The largest error in ulp of the result (counting from the smallest normal number).
    fn worst(which: usize, keep: impl Fn(f32) -> bool, exact: impl Fn(f64) -> f64) {
        let bound = [2.0, 2.0, 4.0, 4.0, 4.0, 2.0][which];
        let least = if [0, 5].contains(&which) { f64::from(f32::MIN_POSITIVE) } else { 0.0 };
        let inputs: Vec<f32> = floats().into_iter().filter(|x| keep(*x)).collect();
        on_every_backend(|backend| {
            for chunk in inputs.chunks(16) {
                let mut y = [1.0; 16];
                y[..chunk.len()].copy_from_slice(chunk);
                apply(which, &mut y);
                for (&x, &y) in chunk.iter().zip(&y) {
                    let e = exact(x as f64);
                    let same = y.is_nan() && e.is_nan()
                        || y as f64 == e
                        || y == e as f32
                        || y == 0.0 && e < least;
                    let ulp = (e.abs().max(f32::MIN_POSITIVE as f64)).log2().floor().exp2()
                        * 2f64.powi(-23);
                    assert!(
                        same || (y as f64 - e).abs() <= bound * ulp,
                        "{}: f({x:e}) = {y:e}, not {e:e} ({} ulp)",
                        backend.name(),
                        (y as f64 - e).abs() / ulp
                    );
                }
            }
        });
    }

    #[test]
    fn functions_keep_their_bounds() {
        let normal = |x: f32| x >= f32::MIN_POSITIVE || x.is_nan();
        worst(0, |_| true, f64::exp);
        worst(1, normal, f64::ln);
        worst(2, |x| x >= 0.0 || x.is_nan(), f64::ln_1p);
        worst(3, |x| x > -87.0 || x.is_nan(), |x| 1.0 / (1.0 + (-x).exp()));
        worst(4, |_| true, f64::tanh);
        worst(5, |x| x <= 0.0 || x.is_nan(), f64::exp);
    }
    #[test]
    fn the_normal_distribution_keeps_its_digits_below_zero_too() {
        let inputs: Vec<f32> = (-6400..6400).map(|i| i as f32 * 1e-3).collect();
        on_every_backend(|backend| {
            for chunk in inputs.chunks(16) {
                let [mut cdf, mut density] = [[0.0; 16]; 2];
                cdf[..chunk.len()].copy_from_slice(chunk);
                density[..chunk.len()].copy_from_slice(chunk);
                apply(6, &mut cdf);
                apply(7, &mut density);
                for ((&x, &cdf), &density) in chunk.iter().zip(&cdf).zip(&density) {
                    let (x, name) = (f64::from(x), backend.name());
                    let ulp = 2f64.powi(-23);
                    let exact = 0.5 * (1.0 + cnn_oracle::erf(x * core::f64::consts::FRAC_1_SQRT_2));
                    // The oracle's own digits end at 2⁻⁵².
                    let bound = (4.0 + x * x / 2.0) * ulp * exact + 2f64.powi(-50);
                    assert!(
                        (f64::from(cdf) - exact).abs() <= bound,
                        "{name}: Φ({x}) = {cdf:e}, not {exact:e}"
                    );
                    let exact = (-x * x / 2.0).exp() / (2.0 * core::f64::consts::PI).sqrt();
                    let bound = (4.0 + x * x / 2.0) * ulp * exact;
                    assert!(
                        (f64::from(density) - exact).abs() <= bound,
                        "{name}: φ({x}) = {density:e}, not {exact:e}"
                    );
                }
            }
            let mut limits = [0.0; 16];
            limits[..4].copy_from_slice(&[f32::NEG_INFINITY, f32::MIN, f32::INFINITY, f32::NAN]);
            apply(6, &mut limits);
            assert_eq!(limits[..3], [0.0, 0.0, 1.0], "{}", backend.name());
            assert!(limits[3].is_nan());
        });
    }
    #[test]
    fn sigmoid_reaches_its_limits() {
        on_every_backend(|backend| {
            let mut y = [f32::INFINITY; 16];
            y[..4].copy_from_slice(&[f32::NEG_INFINITY, -89.0, 0.0, 87.0]);
            apply(3, &mut y);
            assert_eq!(y[..5], [0.0, 0.0, 0.5, 1.0, 1.0], "{}", backend.name());
        });
    }
}
