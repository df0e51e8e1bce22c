//! AVX2 and FMA: a vector is two registers.

use super::{Job, Simd, Tiled};
use core::arch::x86_64::*;

/// Proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(());

impl Avx2 {
    /// The token, where all processors of the target have the instructions.
    #[cfg(all(target_feature = "avx2", target_feature = "fma", not(target_feature = "avx512f")))]
    pub(super) const ALWAYS: Self = Self(());

    /// The token, if the processor has the instructions.
    #[inline]
    pub fn detect() -> Option<Self> {
        let has = std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("fma");
        has.then_some(Self(()))
    }
}

#[target_feature(enable = "avx2,fma")]
#[inline(never)] // a job is a function of its own, which keeps both it and its caller small
fn entry<J: Job>(s: Avx2, job: J) -> J::Output {
    job.run(s)
}

/// Lanes 0–7 and 8–15.
type Two = (__m256, __m256);

macro_rules! intrinsics {
    ($($name:ident($($a:ident),*) = $e:expr;)*) => { $(
        #[inline(always)]
        fn $name(self, $($a: Two),*) -> Two {
            #[inline(always)]
            fn half($($a: __m256),*) -> __m256 {
                // SAFETY: called only with a token, which exists only where AVX2 and FMA do.
                unsafe { $e }
            }
            (half($($a.0),*), half($($a.1),*))
        }
    )* };
}

impl Simd for Avx2 {
    const LANES: usize = 16;
    const ACCUMULATORS: usize = 6;
    type V = Two;
    type M = Two;

    #[inline]
    fn run<J: Job>(self, job: J) -> J::Output {
        // SAFETY: the token exists only where AVX2 and FMA do.
        unsafe { entry(self, job) }
    }
    #[inline(always)]
    fn tiled<T: Tiled>(self, work: T) -> T::Output {
        work.medium(self)
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Two {
        // SAFETY: the token exists only where AVX2 and FMA do.
        let v = unsafe { _mm256_set1_ps(x) };
        (v, v)
    }
    #[inline(always)]
    fn spread<const M: usize, const K: usize>(self, x: &[f32]) -> Two {
        if M == 8 {
            let (a, b) = (x[K], x[8 + K]);
            // SAFETY: the token exists only where AVX2 and FMA do.
            return unsafe { (_mm256_set1_ps(a), _mm256_set1_ps(b)) };
        }
        #[inline(always)]
        fn half<const M: usize, const K: usize>(x: __m256) -> __m256 {
            // SAFETY: called only with a token, which exists only where AVX2 and FMA do.
            unsafe {
                match (M, K) {
                    (2, 0) => _mm256_moveldup_ps(x),
                    (2, _) => _mm256_movehdup_ps(x),
                    (4, 0) => _mm256_permute_ps::<0b00_00_00_00>(x),
                    (4, 1) => _mm256_permute_ps::<0b01_01_01_01>(x),
                    (4, 2) => _mm256_permute_ps::<0b10_10_10_10>(x),
                    (4, _) => _mm256_permute_ps::<0b11_11_11_11>(x),
                    _ => x,
                }
            }
        }
        let x = self.load(x);
        (half::<M, K>(x.0), half::<M, K>(x.1))
    }
    #[inline(always)]
    fn permute(self, x: &[f32], index: &[i32; 16]) -> Two {
        #[inline(always)]
        fn half(x: Two, index: &[i32]) -> __m256 {
            let index = &index[..8];
            // SAFETY: called only with a token, which exists only where AVX2 and FMA do, and `index`
            // has 8 elements.
            unsafe {
                let index = _mm256_loadu_si256(index.as_ptr().cast());
                // The fourth bit says which register.
                let second = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(index));
                let a = _mm256_permutevar8x32_ps(x.0, index);
                let b = _mm256_permutevar8x32_ps(x.1, index);
                _mm256_blendv_ps(a, b, second)
            }
        }
        let x = self.load(x);
        (half(x, index), half(x, &index[8..]))
    }
    #[inline(always)]
    fn prefetch(self, x: *const f32) {
        // SAFETY: a prefetch of any address is harmless.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(x.cast()) }
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> Two {
        let x = &x[..16];
        // SAFETY: the token exists only where AVX2 and FMA do, and `x` has 16 elements.
        unsafe { (_mm256_loadu_ps(x.as_ptr()), _mm256_loadu_ps(x.as_ptr().add(8))) }
    }
    #[inline(always)]
    fn store_bits(self, v: Two, y: &mut [f32]) {
        let y = &mut y[..16];
        // SAFETY: the token exists only where AVX2 and FMA do, and `y` has 16 elements.
        unsafe {
            _mm256_storeu_ps(y.as_mut_ptr(), v.0);
            _mm256_storeu_ps(y.as_mut_ptr().add(8), v.1);
        }
    }
    intrinsics! {
        add(a, b) = _mm256_add_ps(a, b);
        sub(a, b) = _mm256_sub_ps(a, b);
        mul(a, b) = _mm256_mul_ps(a, b);
        div(a, b) = _mm256_div_ps(a, b);
        sqrt(a) = _mm256_sqrt_ps(a);
        mul_add(a, b, c) = _mm256_fmadd_ps(a, b, c);
        min(a, b) = _mm256_min_ps(a, b);
        max(a, b) = _mm256_max_ps(a, b);
        is_nan(a) = _mm256_cmp_ps::<_CMP_UNORD_Q>(a, a);
        lt(a, b) = _mm256_cmp_ps::<_CMP_LT_OQ>(a, b);
        select(m, a, b) = _mm256_blendv_ps(b, a, m);
        flush(v) = {
            let bits = _mm256_castps_si256(v);
            let exponent = _mm256_and_si256(bits, _mm256_set1_epi32(0x7f80_0000));
            let low = _mm256_cmpeq_epi32(exponent, _mm256_setzero_si256());
            // Without an exponent, the sign is what is left.
            let gone = _mm256_and_si256(low, _mm256_set1_epi32(0x7fff_ffff));
            _mm256_castsi256_ps(_mm256_andnot_si256(gone, bits))
        };
        exponent(n) = _mm256_castsi256_ps(_mm256_slli_epi32::<23>(
            // The low bits are n's biased exponent.
            _mm256_castps_si256(n)));
    }
    #[inline(always)]
    fn split(self, x: Two) -> (Two, Two) {
        #[inline(always)]
        fn mantissa(x: __m256) -> __m256 {
            // SAFETY: called only with a token, which exists only where AVX2 and FMA do.
            unsafe {
                let fraction =
                    _mm256_and_si256(_mm256_castps_si256(x), _mm256_set1_epi32(0x007f_ffff));
                _mm256_castsi256_ps(_mm256_or_si256(fraction, _mm256_set1_epi32(0x3f80_0000)))
            }
        }
        #[inline(always)]
        fn exponent(x: __m256) -> __m256 {
            // SAFETY: called only with a token, which exists only where AVX2 and FMA do.
            unsafe {
                let biased = _mm256_srli_epi32::<23>(_mm256_castps_si256(x));
                let float = _mm256_or_si256(biased, _mm256_set1_epi32(0x4b00_0000));
                _mm256_sub_ps(_mm256_castsi256_ps(float), _mm256_set1_ps(8_388_735.0))
            }
        }
        ((mantissa(x.0), mantissa(x.1)), (exponent(x.0), exponent(x.1)))
    }
}
