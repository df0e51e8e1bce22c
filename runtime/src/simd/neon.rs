//! NEON: a vector is four registers.

use super::{Job, Simd, Tiled};
use core::arch::aarch64::*;

/// Proof that the processor has NEON.
#[derive(Clone, Copy, Debug)]
pub struct Neon(());

impl Neon {
    /// The token, where all processors of the target have the instructions.
    #[cfg(target_feature = "neon")]
    pub(super) const ALWAYS: Self = Self(());

    /// The token, if the processor has the instructions.
    #[inline]
    pub fn detect() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

#[target_feature(enable = "neon")]
#[inline(never)] // a job is a function of its own, which keeps both it and its caller small
fn entry<J: Job>(s: Neon, job: J) -> J::Output {
    job.run(s)
}

/// Lanes 0–3, 4–7, 8–11 and 12–15.
type Four<T> = (T, T, T, T);

macro_rules! intrinsics {
    ($($name:ident($($a:ident: $t:ty),*) -> $out:ty = $e:expr;)*) => { $(
        #[inline(always)]
        fn $name(self, $($a: Four<$t>),*) -> Four<$out> {
            #[inline(always)]
            fn quarter($($a: $t),*) -> $out {
                // SAFETY: called only with a token, which exists only where NEON does.
                unsafe { $e }
            }
            (quarter($($a.0),*), quarter($($a.1),*), quarter($($a.2),*), quarter($($a.3),*))
        }
    )* };
}

impl Simd for Neon {
    const LANES: usize = 16;
    const ACCUMULATORS: usize = 6;
    type V = Four<float32x4_t>;
    type M = Four<uint32x4_t>;

    #[inline]
    fn run<J: Job>(self, job: J) -> J::Output {
        // SAFETY: the token exists only where NEON does.
        unsafe { entry(self, job) }
    }
    #[inline(always)]
    fn tiled<T: Tiled>(self, work: T) -> T::Output {
        work.medium(self)
    }
    #[inline(always)]
    fn spread<const M: usize, const K: usize>(self, x: &[f32]) -> Self::V {
        if M == 8 {
            let (a, b) = (x[K], x[8 + K]);
            // SAFETY: the token exists only where NEON does.
            let (a, b) = unsafe { (vdupq_n_f32(a), vdupq_n_f32(b)) };
            return (a, a, b, b);
        }
        #[inline(always)]
        fn quarter<const M: usize, const K: usize>(x: float32x4_t) -> float32x4_t {
            // SAFETY: called only with a token, which exists only where NEON does.
            unsafe {
                match (M, K) {
                    (2, 0) => vtrn1q_f32(x, x),
                    (2, _) => vtrn2q_f32(x, x),
                    (4, 0) => vdupq_laneq_f32::<0>(x),
                    (4, 1) => vdupq_laneq_f32::<1>(x),
                    (4, 2) => vdupq_laneq_f32::<2>(x),
                    (4, _) => vdupq_laneq_f32::<3>(x),
                    _ => x,
                }
            }
        }
        let x = self.load(x);
        let quarter = quarter::<M, K>;
        (quarter(x.0), quarter(x.1), quarter(x.2), quarter(x.3))
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::V {
        // SAFETY: the token exists only where NEON does.
        let v = unsafe { vdupq_n_f32(x) };
        (v, v, v, v)
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> Self::V {
        let x = x[..16].as_ptr();
        // SAFETY: the token exists only where NEON does, and `x` has 16 elements.
        unsafe { (vld1q_f32(x), vld1q_f32(x.add(4)), vld1q_f32(x.add(8)), vld1q_f32(x.add(12))) }
    }
    #[inline(always)]
    fn store_bits(self, v: Self::V, y: &mut [f32]) {
        let y = y[..16].as_mut_ptr();
        // SAFETY: the token exists only where NEON does, and `y` has 16 elements.
        unsafe {
            vst1q_f32(y, v.0);
            vst1q_f32(y.add(4), v.1);
            vst1q_f32(y.add(8), v.2);
            vst1q_f32(y.add(12), v.3);
        }
    }
    intrinsics! {
        add(a: float32x4_t, b: float32x4_t) -> float32x4_t = vaddq_f32(a, b);
        sub(a: float32x4_t, b: float32x4_t) -> float32x4_t = vsubq_f32(a, b);
        mul(a: float32x4_t, b: float32x4_t) -> float32x4_t = vmulq_f32(a, b);
        div(a: float32x4_t, b: float32x4_t) -> float32x4_t = vdivq_f32(a, b);
        sqrt(a: float32x4_t) -> float32x4_t = vsqrtq_f32(a);
        mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t = vfmaq_f32(c, a, b);
        // Not `vminq_f32` and `vmaxq_f32`, which give NaN where either operand is.
        min(a: float32x4_t, b: float32x4_t) -> float32x4_t = vbslq_f32(vcltq_f32(a, b), a, b);
        max(a: float32x4_t, b: float32x4_t) -> float32x4_t = vbslq_f32(vcgtq_f32(a, b), a, b);
        is_nan(a: float32x4_t) -> uint32x4_t = vmvnq_u32(vceqq_f32(a, a));
        lt(a: float32x4_t, b: float32x4_t) -> uint32x4_t = vcltq_f32(a, b);
        select(m: uint32x4_t, a: float32x4_t, b: float32x4_t) -> float32x4_t = vbslq_f32(m, a, b);
        flush(v: float32x4_t) -> float32x4_t = {
            let bits = vreinterpretq_u32_f32(v);
            let kept = vtstq_u32(bits, vdupq_n_u32(0x7f80_0000));
            // Without an exponent, the sign is what is left.
            let kept = vorrq_u32(kept, vdupq_n_u32(0x8000_0000));
            vreinterpretq_f32_u32(vandq_u32(bits, kept))
        };
        exponent(n: float32x4_t) -> float32x4_t = vreinterpretq_f32_u32(vshlq_n_u32::<23>(
            // The low bits are n's biased exponent.
            vreinterpretq_u32_f32(n)));
    }
    #[inline(always)]
    fn split(self, x: Self::V) -> (Self::V, Self::V) {
        #[inline(always)]
        fn mantissa(x: float32x4_t) -> float32x4_t {
            // SAFETY: called only with a token, which exists only where NEON does.
            unsafe {
                let fraction = vandq_u32(vreinterpretq_u32_f32(x), vdupq_n_u32(0x007f_ffff));
                vreinterpretq_f32_u32(vorrq_u32(fraction, vdupq_n_u32(0x3f80_0000)))
            }
        }
        #[inline(always)]
        fn exponent(x: float32x4_t) -> float32x4_t {
            // SAFETY: called only with a token, which exists only where NEON does.
            unsafe {
                let biased = vshrq_n_u32::<23>(vreinterpretq_u32_f32(x));
                let float = vorrq_u32(biased, vdupq_n_u32(0x4b00_0000));
                vsubq_f32(vreinterpretq_f32_u32(float), vdupq_n_f32(8_388_735.0))
            }
        }
        (
            (mantissa(x.0), mantissa(x.1), mantissa(x.2), mantissa(x.3)),
            (exponent(x.0), exponent(x.1), exponent(x.2), exponent(x.3)),
        )
    }
}
