//! Sixteen floats at a time on whatever the processor has.
//!
//! A piece of work is a [`Job`]: a body generic over [`Simd`], marked `#[inline(always)]`. The
//! thin entry points of the backends compile it with the processor's features switched on:
//!
//! ```text
//! run(job) ─ which backend? ─┬─ avx512 ── job.run(Avx512)   #[target_feature(enable = "avx512f")]
//!                            ├─ avx2 ──── job.run(Avx2)     #[target_feature(enable = "avx2,fma")]
//!                            ├─ neon ──── job.run(Neon)     #[target_feature(enable = "neon")]
//!                            └─ scalar ── job.run(Scalar)
//! ```
//!
//! A backend is a token that exists only where its instructions do, so everything above this
//! module is safe code; all `unsafe` of the crate is here and in `view.rs`. The backend is chosen once per
//! process; `CNN_SIMD=scalar|avx2|avx512|neon` forces one that the machine has.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
pub(crate) mod product;
mod scalar;
pub(crate) mod spread;
pub(crate) mod tree;
use core::sync::atomic::{AtomicU8, Ordering};
#[cfg(target_arch = "aarch64")]
pub use neon::Neon;
pub use scalar::{Scalar, Single};
#[cfg(target_arch = "x86_64")]
pub use {avx2::Avx2, avx512::Avx512};

/// Vectors of [`Simd::LANES`] floats. An implementor is the proof that its instructions exist.
pub trait Simd: Copy + Send + Sync + 'static {
    /// Floats in a vector.
    const LANES: usize;
    /// Vectors that a register tile may keep as accumulators.
    const ACCUMULATORS: usize;
    /// A vector.
    type V: Copy;
    /// One truth value per lane.
    type M: Copy;

    /// Compiles the job's body for this backend and runs it; a body calls this for a part that
    /// is to be a function of its own.
    fn run<J: Job>(self, job: J) -> J::Output;

    /// Does the work with tiles for this backend's registers; only those are compiled.
    fn tiled<T: Tiled>(self, work: T) -> T::Output;

    /// `x` in every lane.
    fn splat(self, x: f32) -> Self::V;
    /// The first [`Self::LANES`] elements of `x`, which must have as many.
    fn load(self, x: &[f32]) -> Self::V;
    /// Asks for the cache line of `x` ahead of its use, where the backend can.
    #[inline(always)]
    fn prefetch(self, _x: *const f32) {}
    /// Overwrites the first [`Self::LANES`] elements of `y`, which must have as many.
    fn store(self, v: Self::V, y: &mut [f32]);

    /// `a + b`
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a - b`
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a * b`
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a / b`
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `√a`, rounded once.
    fn sqrt(self, a: Self::V) -> Self::V;
    /// `a * b + c`, fused where the backend can.
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `if a < b { a } else { b }`: a NaN in `b` stays.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// `if a > b { a } else { b }`: a NaN in `b` stays.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// Whether a lane is NaN.
    fn is_nan(self, a: Self::V) -> Self::M;
    /// `a < b`
    fn lt(self, a: Self::V, b: Self::V) -> Self::M;
    /// `if m { a } else { b }`
    fn select(self, m: Self::M, a: Self::V, b: Self::V) -> Self::V;
    /// `2ⁿ`, given `2²³ + 127 + n` or `3 · 2²² + 127 + n`, for a whole `n` of `-126..=127`; ∞ for 128.
    fn exponent(self, n: Self::V) -> Self::V;
    /// `(m, e)` with `x = m · 2ᵉ` and `1 ≤ m < 2`, for a positive, normal `x`.
    fn split(self, x: Self::V) -> (Self::V, Self::V);

    /// `x[M · (l / M) + K]` in lane `l`, for `M` of 1, 2, 4 or 8 and `K` below it: of each group of
    /// `M` lanes, the `K`-th number.
    #[inline(always)]
    fn spread<const M: usize, const K: usize>(self, x: &[f32]) -> Self::V {
        let mut lanes = [0.0; 16];
        for (l, lane) in lanes[..Self::LANES].iter_mut().enumerate() {
            *lane = x[l / M * M + K];
        }
        self.load(&lanes)
    }

    /// `x[index[l]]` in lane `l`, for sixteen lanes and indices below sixteen.
    #[inline(always)]
    fn permute(self, x: &[f32], index: &[i32; 16]) -> Self::V {
        let x: &[f32] = &x[..16];
        self.load(&index.map(|i| x[i as usize & 15]))
    }

    /// A zero that the compiler takes for any number. Accumulators that start as a known zero would
    /// be filled by a call of `memset` for each tile, and loaded from there.
    #[inline(always)]
    fn zero(self) -> Self::V {
        self.splat(core::hint::black_box(0.0))
    }

    /// The sum of all lanes, as a balanced tree.
    #[inline(always)]
    fn sum(self, v: Self::V) -> f32 {
        let mut a = [0.0; 16];
        self.store(v, &mut a);
        let mut width = Self::LANES / 2;
        while width > 0 {
            for i in 0..width {
                a[i] += a[i + width];
            }
            width /= 2;
        }
        a[0]
    }

    /// The nearest whole number, for `|x| < 2²²`.
    #[inline(always)]
    fn round(self, x: Self::V) -> Self::V {
        // Adding 1.5 · 2²³ pushes the fraction out of the mantissa.
        let magic = self.splat(12_582_912.0);
        self.sub(self.add(x, magic), magic)
    }

    /// `2ⁿ` for a whole `n` of `-126..=127`; ∞ for 128.
    #[inline(always)]
    fn pow2(self, n: Self::V) -> Self::V {
        self.exponent(self.add(n, self.splat(8_388_735.0)))
    }

    /// The whole number `n` nearest to `a · b`, and `2ⁿ`; `n` as for [`Self::pow2`].
    #[inline(always)]
    fn nearest_pow2(self, a: Self::V, b: Self::V) -> (Self::V, Self::V) {
        // As in `round`, with the bias of an exponent on top.
        let magic = self.splat(12_583_039.0);
        let n = self.mul_add(a, b, magic);
        (self.sub(n, magic), self.exponent(n))
    }

    /// `-a`
    #[inline(always)]
    fn neg(self, a: Self::V) -> Self::V {
        self.mul(a, self.splat(-1.0))
    }

    /// `|a|`
    #[inline(always)]
    fn abs(self, a: Self::V) -> Self::V {
        self.max(self.neg(a), a)
    }
}

/// Work written once for every backend. `run` must be `#[inline(always)]`, and so must every
/// function of the body that takes the token: only inlined code gets the backend's features.
pub trait Job {
    /// Whether every element is worked on by itself, in one plain loop. Portable code then has one
    /// element as its vector, which compilers vectorise as well as sixteen, and compile much sooner.
    const ELEMENTWISE: bool = false;
    /// What the work gives.
    type Output;
    /// Does the work.
    fn run<S: Simd>(self, s: S) -> Self::Output;
}

/// Work with register tiles, which are other code for few registers than for many.
pub trait Tiled {
    /// What the work gives.
    type Output;
    /// With 28 accumulators.
    fn large<S: Simd>(self, s: S) -> Self::Output;
    /// With 6.
    fn medium<S: Simd>(self, s: S) -> Self::Output;
    /// With 3.
    fn small<S: Simd>(self, s: S) -> Self::Output;
}

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Backend {
    /// Portable code.
    Scalar = 1,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512F.
    Avx512,
    /// NEON, of 64-bit ARM.
    Neon,
}

impl Backend {
    const ALL: [Self; 4] = [Self::Scalar, Self::Avx2, Self::Avx512, Self::Neon];

    /// The name that `CNN_SIMD` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    /// Whether this machine has it.
    pub fn available(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::detect().is_some(),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => Neon::detect().is_some(),
            _ => false,
        }
    }
}

/// The chosen backend; 0 until the first use.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

/// The backend that [`run`] uses.
#[inline]
pub fn backend() -> Backend {
    match CHOSEN.load(Ordering::Relaxed) {
        1 => Backend::Scalar,
        2 => Backend::Avx2,
        3 => Backend::Avx512,
        4 => Backend::Neon,
        _ => choose(),
    }
}

#[cold]
fn choose() -> Backend {
    let available = || Backend::ALL.into_iter().rev().filter(|b| b.available());
    let forced = std::env::var("CNN_SIMD").ok();
    let wanted = forced.and_then(|name| available().find(|b| b.name() == name));
    let backend = wanted.or_else(|| available().next()).unwrap_or(Backend::Scalar);
    CHOSEN.store(backend as u8, Ordering::Relaxed);
    backend
}

/// Runs the job on the chosen backend.
#[inline]
pub fn run<J: Job>(job: J) -> J::Output {
    match backend() {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512 => match Avx512::detect() {
            Some(s) => s.run(job),
            None => Scalar.run(job),
        },
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => match Avx2::detect() {
            Some(s) => s.run(job),
            None => Scalar.run(job),
        },
        #[cfg(target_arch = "aarch64")]
        Backend::Neon => match Neon::detect() {
            Some(s) => s.run(job),
            None => Scalar.run(job),
        },
        _ => Scalar.run(job),
    }
}

/// About `n` multiply–adds in registers, for benchmarks: nothing is faster.
#[doc(hidden)]
pub fn multiply_adds(n: usize) -> f32 {
    struct Loop(usize);
    impl Job for Loop {
        type Output = f32;
        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> f32 {
            let factor = s.splat(core::hint::black_box(0.5));
            // No more than the registers hold.
            let (mut sums, count) = ([s.splat(1.0); 16], S::ACCUMULATORS.min(16));
            for _ in 0..self.0 / (count * S::LANES) {
                for sum in &mut sums[..count] {
                    *sum = s.mul_add(factor, factor, *sum);
                }
            }
            sums.into_iter().map(|v| s.sum(v)).sum()
        }
    }
    run(Loop(n))
}

/// Runs `f` once for every backend of this machine, with that one chosen; for tests.
#[doc(hidden)]
pub fn on_every_backend(mut f: impl FnMut(Backend)) {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = backend();
    for b in Backend::ALL.into_iter().filter(|b| b.available()) {
        CHOSEN.store(b as u8, Ordering::Relaxed);
        f(b);
    }
    CHOSEN.store(before as u8, Ordering::Relaxed);
}

/// Defines functions whose bodies are compiled for every backend.
///
/// `fn f<S>(s, x: &[f32]) { … }` is called as `f(x)` and works on vectors of sixteen floats;
/// `fn f<S>(s by lanes, x: &[f32]) { … }` is called as `f(lanes, x)`, and a vector is the images
/// that lie side by side in the layout: sixteen, or a single one. `fn f<S elementwise>(…)` is
/// [`Job::ELEMENTWISE`].
macro_rules! simd_fn {
    ($( $(#[$meta:meta])* $vis:vis fn $name:ident<S $($elementwise:ident)?>($s:ident $($by:ident $lanes:ident)?
        $(, $arg:ident: $ty:ty)* $(,)?) $(-> $out:ty)? $body:block )*) => { $(
        $(#[$meta])*
        $vis fn $name($($lanes: usize,)? $($arg: $ty),*) $(-> $out)? {
            struct Task<T>(T);
            impl $crate::simd::Job for Task<($($ty,)*)> {
                $(const ELEMENTWISE: bool = $crate::simd::simd_fn!(@is $elementwise);)?
                type Output = $crate::simd::simd_fn!(@out $($out)?);
                #[inline(always)]
                fn run<S: $crate::simd::Simd>(self, $s: S) -> Self::Output {
                    let ($($arg,)*) = self.0;
                    $body
                }
            }
            let task = Task(($($arg,)*));
            $(if $lanes == 1 {
                return $crate::simd::Job::run(task, $crate::simd::Single);
            })?
            $crate::simd::run(task)
        }
    )* };
    (@is elementwise) => { true };
    (@out) => { () };
    (@out $out:ty) => { $out };
}
pub(crate) use simd_fn;

#[cfg(test)]
mod tests {
    use super::*;

    simd_fn! {
        fn apply<S>(s, which: usize, a: &[f32], b: &[f32], y: &mut [f32]) {
            let (a, b) = (s.load(a), s.load(b));
            let v = match which {
                0 => s.add(a, b),
                1 => s.sub(a, b),
                2 => s.mul(a, b),
                3 => s.div(a, b),
                4 => s.min(a, b),
                5 => s.max(a, b),
                6 => s.select(s.is_nan(a), s.splat(1.0), b),
                7 => s.select(s.lt(a, b), s.splat(1.0), b),
                8 => s.mul_add(a, b, s.splat(3.0)),
                9 => s.sqrt(a),
                _ => s.splat(s.sum(a)),
            };
            s.store(v, y);
        }
        fn parts<S>(s, x: &[f32], mantissa: &mut [f32], exponent: &mut [f32], power: &mut [f32]) {
            let (m, e) = s.split(s.load(x));
            s.store(m, mantissa);
            s.store(e, exponent);
            s.store(s.pow2(e), power);
        }
    }

    /// Every pair of special and ordinary numbers gives what the trait says, to the bit.
    #[test]
    fn operations_are_what_they_are_said_to_be() {
        type Binary = fn(f32, f32) -> f32;
        let definitions: [Binary; 10] = [
            |a, b| a + b,
            |a, b| a - b,
            |a, b| a * b,
            |a, b| a / b,
            |a, b| if a < b { a } else { b },
            |a, b| if a > b { a } else { b },
            |a, b| if a.is_nan() { 1.0 } else { b },
            |a, b| if a < b { 1.0 } else { b },
            |a, b| a * b + 3.0, // for these numbers the same fused and not
            |a, _| a.sqrt(),
        ];
        let a: [f32; 16] = [
            f32::NAN,
            f32::NEG_INFINITY,
            -1024.0,
            -2.5,
            -1.0,
            -0.5,
            -1e-40,
            -0.0,
            0.0,
            1e-40,
            0.25,
            1.0,
            1.5,
            3.0,
            512.0,
            f32::INFINITY,
        ];
        on_every_backend(|backend| {
            for turn in 0..16 {
                let mut b = a;
                b.rotate_left(turn);
                for (which, definition) in definitions.iter().enumerate() {
                    let mut y = [0.0; 16];
                    apply(which, &a, &b, &mut y);
                    for ((&a, &b), &y) in a.iter().zip(&b).zip(&y) {
                        let e = definition(a, b);
                        let same = y.to_bits() == e.to_bits() || y.is_nan() && e.is_nan();
                        let name = backend.name();
                        assert!(same, "{name}: operation {which} of {a:e} and {b:e} is {y:e}");
                    }
                }
            }
            let (ones, mut y) =
                (core::array::from_fn::<f32, 16, _>(|i| (1 << i) as f32), [0.0; 16]);
            apply(10, &ones, &ones, &mut y);
            assert_eq!(y, [65_535.0; 16], "{}: sum", backend.name());
        });
    }

    simd_fn! {
        fn spread<S>(s, x: &[f32], y: &mut [f32]) {
            let spread = [
                s.spread::<1, 0>(x),
                s.spread::<2, 0>(x),
                s.spread::<2, 1>(x),
                s.spread::<4, 0>(x),
                s.spread::<4, 1>(x),
                s.spread::<4, 2>(x),
                s.spread::<4, 3>(x),
                s.spread::<8, 0>(x),
                s.spread::<8, 5>(x),
            ];
            for (v, y) in spread.into_iter().zip(y.chunks_exact_mut(16)) {
                s.store(v, y);
            }
        }
    }

    #[test]
    fn one_number_of_each_group_of_lanes() {
        let x: [f32; 16] = core::array::from_fn(|i| i as f32);
        let groups = [(1, 0), (2, 0), (2, 1), (4, 0), (4, 1), (4, 2), (4, 3), (8, 0), (8, 5)];
        on_every_backend(|backend| {
            let mut y = [0.0; 16 * 9];
            spread(&x, &mut y);
            for ((m, k), y) in groups.into_iter().zip(y.chunks_exact(16)) {
                let expected: [f32; 16] = core::array::from_fn(|l| (l / m * m + k) as f32);
                assert_eq!(y, expected, "{}: {k} of {m}", backend.name());
            }
        });
    }

    simd_fn! {
        fn permute<S>(s, x: &[f32], index: &[i32; 16], y: &mut [f32]) {
            s.store(s.permute(x, index), y);
        }
    }

    #[test]
    fn lanes_in_any_order() {
        let x: [f32; 16] = core::array::from_fn(|i| i as f32);
        on_every_backend(|backend| {
            for step in [1, 3, 4, 7] {
                let index: [i32; 16] = core::array::from_fn(|l| (step * l as i32 + 5) % 16);
                let mut y = [0.0; 16];
                permute(&x, &index, &mut y);
                assert_eq!(y, index.map(|i| i as f32), "{}: {index:?}", backend.name());
            }
        });
    }

    #[test]
    fn floats_come_apart_into_mantissa_and_exponent() {
        on_every_backend(|backend| {
            for first in (-126..=112).step_by(14) {
                let n: [i32; 16] = core::array::from_fn(|i| first + i as i32);
                let x = n.map(|n| 1.375 * 2f32.powi(n));
                let [mut mantissa, mut exponent, mut power] = [[0.0; 16]; 3];
                parts(&x, &mut mantissa, &mut exponent, &mut power);
                assert_eq!(mantissa, [1.375; 16], "{}", backend.name());
                assert_eq!(exponent, n.map(|n| n as f32), "{}", backend.name());
                assert_eq!(power, n.map(|n| 2f32.powi(n)), "{}", backend.name());
            }
        });
    }
}
