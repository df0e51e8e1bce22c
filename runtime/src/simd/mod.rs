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
//! process; `CNN_SIMD=scalar|avx2|avx512|neon` forces one that the machine has. Where all processors of the
//! target have a backend's instructions, as with `-C target-cpu=native`, those of fewer are not compiled.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
pub(crate) mod product;
mod scalar;
pub(crate) mod spread;
#[cfg(test)]
mod tests;
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
    /// Whether a vector lies in registers. The instructions for one that does not are many, and are
    /// compiled once for each function of vectors instead of at each of its uses.
    const IN_REGISTERS: bool = true;
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
    /// Overwrites the first [`Self::LANES`] elements of `y`, which must have as many, with numbers that
    /// have been computed: those below the normal range become zeros of their sign. As operands they would
    /// slow processors down many times.
    #[inline(always)]
    fn store(self, v: Self::V, y: &mut [f32]) {
        self.store_bits(self.flush(v), y);
    }
    /// Overwrites the first [`Self::LANES`] elements of `y`, which must have as many, bit for bit.
    fn store_bits(self, v: Self::V, y: &mut [f32]);
    /// Zeros of their sign in place of numbers below the normal range.
    fn flush(self, v: Self::V) -> Self::V;

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

    /// What a sum of products starts at: 2⁻¹⁰², which [`Self::total`] takes off again. With a sum of
    /// that size, products below the normal range give none; from zero on, each of them would.
    #[inline(always)]
    fn start(self) -> Self::V {
        self.splat(core::hint::black_box(SMALL))
    }

    /// A sum that started at [`Self::start`]. It is not denormal, nor are sums of such sums.
    #[inline(always)]
    fn total(self, sum: Self::V) -> Self::V {
        self.sub(sum, self.splat(SMALL))
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

/// 2⁻¹⁰². The floats around it are 2⁻¹²⁶ apart, which is the smallest normal number: what is left of a sum
/// when it is taken off is normal or zero, whatever the sum came to, and off by some 2⁻¹²⁶ a product at
/// most. Nothing of it is left in sums above 2⁻⁷⁷. As much holds for its multiples.
pub(crate) const SMALL: f32 = f32::from_bits((127 - 102) << 23);

/// Zero, of its sign, in place of a number below the normal range.
#[inline(always)]
pub(crate) fn flushed(x: f32) -> f32 {
    if x.abs() < f32::MIN_POSITIVE { 0f32.copysign(x) } else { x }
}

/// Work written once for every backend. `run` must be `#[inline(always)]`, and so must every
/// function of the body that takes the token: only inlined code gets the backend's features.
pub trait Job {
    /// Whether every element is worked on by itself, in one plain loop. Portable code then has one
    /// element as its vector, which compilers vectorize as well as sixteen, and compile much sooner.
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

    /// What all processors of the target have. There is no code for less.
    const LEAST: Self = if cfg!(all(target_arch = "x86_64", target_feature = "avx512f")) {
        Self::Avx512
    } else if cfg!(all(target_arch = "x86_64", target_feature = "avx2", target_feature = "fma")) {
        Self::Avx2
    } else if cfg!(all(target_arch = "aarch64", target_feature = "neon")) {
        Self::Neon
    } else {
        Self::Scalar
    };

    /// The name that `CNN_SIMD` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    /// Whether this machine has it, and the program code for it.
    pub fn available(self) -> bool {
        if (self as u8) < Self::LEAST as u8 {
            return false;
        }
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
    let backend = wanted.or_else(|| available().next()).unwrap_or(Backend::LEAST);
    CHOSEN.store(backend as u8, Ordering::Relaxed);
    backend
}

/// The chosen backend, of those that there is code for.
#[derive(Clone, Copy)]
enum Token {
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    #[cfg(all(target_arch = "x86_64", not(target_feature = "avx512f")))]
    Avx2(Avx2),
    #[cfg(target_arch = "aarch64")]
    Neon(Neon),
    #[cfg(not(any(
        all(target_arch = "x86_64", target_feature = "avx512f"),
        all(target_arch = "x86_64", target_feature = "avx2", target_feature = "fma"),
        all(target_arch = "aarch64", target_feature = "neon"),
    )))]
    Scalar(Scalar),
}

impl Token {
    /// That of [`Backend::LEAST`].
    const LEAST: Self = {
        #[cfg(all(target_arch = "x86_64", target_feature = "avx512f"))]
        {
            Self::Avx512(Avx512::ALWAYS)
        }
        #[cfg(all(
            target_arch = "x86_64",
            target_feature = "avx2",
            target_feature = "fma",
            not(target_feature = "avx512f"),
        ))]
        {
            Self::Avx2(Avx2::ALWAYS)
        }
        #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
        {
            Self::Neon(Neon::ALWAYS)
        }
        #[cfg(not(any(
            all(target_arch = "x86_64", target_feature = "avx512f"),
            all(target_arch = "x86_64", target_feature = "avx2", target_feature = "fma"),
            all(target_arch = "aarch64", target_feature = "neon"),
        )))]
        {
            Self::Scalar(Scalar)
        }
    };

    #[inline]
    fn chosen() -> Self {
        let token = match backend() {
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 => Avx512::detect().map(Self::Avx512),
            #[cfg(all(target_arch = "x86_64", not(target_feature = "avx512f")))]
            Backend::Avx2 => Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "aarch64")]
            Backend::Neon => Neon::detect().map(Self::Neon),
            _ => None,
        };
        token.unwrap_or(Self::LEAST)
    }
}

/// Runs the job on the chosen backend.
#[inline]
pub fn run<J: Job>(job: J) -> J::Output {
    // What is not generic is compiled once, not for every job.
    match Token::chosen() {
        #[cfg(target_arch = "x86_64")]
        Token::Avx512(s) => s.run(job),
        #[cfg(all(target_arch = "x86_64", not(target_feature = "avx512f")))]
        Token::Avx2(s) => s.run(job),
        #[cfg(target_arch = "aarch64")]
        Token::Neon(s) => s.run(job),
        #[cfg(not(any(
            all(target_arch = "x86_64", target_feature = "avx512f"),
            all(target_arch = "x86_64", target_feature = "avx2", target_feature = "fma"),
            all(target_arch = "aarch64", target_feature = "neon"),
        )))]
        Token::Scalar(s) => s.run(job),
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

/// Defines functions of vectors, in line where a vector is [in registers](Simd::IN_REGISTERS). A generic
/// parameter `impl Fn` in its place would be inlined too late to get the backend's instructions.
macro_rules! vector_fn {
    ($( $(#[$meta:meta])* $vis:vis fn $name:ident<S>($s:ident, $x:ident: $in:ty) -> $out:ty $body:block )*) => { $(
        $(#[$meta])*
        #[inline(always)]
        $vis fn $name<S: $crate::simd::Simd>($s: S, $x: $in) -> $out {
            #[inline(always)]
            fn in_line<S: $crate::simd::Simd>($s: S, $x: $in) -> $out $body
            #[inline(never)]
            fn called<S: $crate::simd::Simd>($s: S, $x: $in) -> $out {
                in_line($s, $x)
            }
            if S::IN_REGISTERS { in_line($s, $x) } else { called($s, $x) }
        }
    )* };
}
pub(crate) use vector_fn;
