//! AVX-512F: a vector is one register.

use super::{Job, Simd, Tiled};
use core::arch::x86_64::*;

/// Proof that the processor has AVX-512F.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(());

impl Avx512 {
    /// The token, where all processors of the target have the instructions.
    #[cfg(target_feature = "avx512f")]
    pub(super) const ALWAYS: Self = Self(());

    /// The token, if the processor has the instructions.
    #[inline]
    pub fn detect() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx512f").then_some(Self(()))
    }
}

#[target_feature(enable = "avx512f")]
#[inline(never)] // a job is a function of its own, which keeps both it and its caller small
fn entry<J: Job>(s: Avx512, job: J) -> J::Output {
    job.run(s)
}

macro_rules! intrinsics {
    ($($name:ident($($a:ident: $t:ty),*) -> $out:ty = $e:expr;)*) => { $(
        #[inline(always)]
        fn $name(self, $($a: $t),*) -> $out {
            // SAFETY: the token exists only where AVX-512F does.
            unsafe { $e }
        }
    )* };
}

impl Simd for Avx512 {
    const LANES: usize = 16;
    const ACCUMULATORS: usize = 28;
    type V = __m512;
    type M = __mmask16;

    #[inline]
    fn run<J: Job>(self, job: J) -> J::Output {
        // SAFETY: the token exists only where AVX-512F does.
        unsafe { entry(self, job) }
    }
    #[inline(always)]
    fn tiled<T: Tiled>(self, work: T) -> T::Output {
        work.large(self)
    }
    #[inline(always)]
    fn spread<const M: usize, const K: usize>(self, x: &[f32]) -> __m512 {
        let x = self.load(x);
        // SAFETY: the token exists only where AVX-512F does.
        unsafe {
            match (M, K) {
                (2, 0) => _mm512_moveldup_ps(x),
                (2, _) => _mm512_movehdup_ps(x),
                (4, 0) => _mm512_permute_ps::<0b00_00_00_00>(x),
                (4, 1) => _mm512_permute_ps::<0b01_01_01_01>(x),
                (4, 2) => _mm512_permute_ps::<0b10_10_10_10>(x),
                (4, _) => _mm512_permute_ps::<0b11_11_11_11>(x),
                (8, k) => {
                    let (a, b) = (k as i32, 8 + k as i32);
                    let index = _mm512_setr_epi32(a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b);
                    _mm512_permutexvar_ps(index, x)
                }
                _ => x,
            }
        }
    }
    #[inline(always)]
    fn permute(self, x: &[f32], index: &[i32; 16]) -> __m512 {
        let x = self.load(x);
        // SAFETY: the token exists only where AVX-512F does, and `index` has 16 elements.
        unsafe { _mm512_permutexvar_ps(_mm512_loadu_si512(index.as_ptr().cast()), x) }
    }
    #[inline(always)]
    fn prefetch(self, x: *const f32) {
        // SAFETY: a prefetch of any address is harmless.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(x.cast()) }
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> __m512 {
        let x = &x[..16];
        // SAFETY: the token exists only where AVX-512F does, and `x` has 16 elements.
        unsafe { _mm512_loadu_ps(x.as_ptr()) }
    }
    #[inline(always)]
    fn store_bits(self, v: __m512, y: &mut [f32]) {
        let y = &mut y[..16];
        // SAFETY: the token exists only where AVX-512F does, and `y` has 16 elements.
        unsafe { _mm512_storeu_ps(y.as_mut_ptr(), v) }
    }
    #[inline(always)]
    fn flush(self, v: __m512) -> __m512 {
        // SAFETY: the token exists only where AVX-512F does.
        unsafe {
            let bits = _mm512_castps_si512(v);
            // Without an exponent, the sign is what is left.
            let low = _mm512_testn_epi32_mask(bits, _mm512_set1_epi32(0x7f80_0000));
            let sign = _mm512_set1_epi32(i32::MIN);
            _mm512_castsi512_ps(_mm512_mask_and_epi32(bits, low, bits, sign))
        }
    }
    #[inline(always)]
    fn split(self, x: __m512) -> (__m512, __m512) {
        // SAFETY: the token exists only where AVX-512F does.
        unsafe {
            (_mm512_getmant_ps::<_MM_MANT_NORM_1_2, _MM_MANT_SIGN_ZERO>(x), _mm512_getexp_ps(x))
        }
    }
    #[inline(always)]
    fn sum(self, v: __m512) -> f32 {
        // SAFETY: the token exists only where AVX-512F does.
        unsafe { _mm512_reduce_add_ps(v) }
    }
    intrinsics! {
        splat(x: f32) -> __m512 = _mm512_set1_ps(x);
        add(a: __m512, b: __m512) -> __m512 = _mm512_add_ps(a, b);
        sub(a: __m512, b: __m512) -> __m512 = _mm512_sub_ps(a, b);
        mul(a: __m512, b: __m512) -> __m512 = _mm512_mul_ps(a, b);
        div(a: __m512, b: __m512) -> __m512 = _mm512_div_ps(a, b);
        sqrt(a: __m512) -> __m512 = _mm512_sqrt_ps(a);
        mul_add(a: __m512, b: __m512, c: __m512) -> __m512 = _mm512_fmadd_ps(a, b, c);
        min(a: __m512, b: __m512) -> __m512 = _mm512_min_ps(a, b);
        max(a: __m512, b: __m512) -> __m512 = _mm512_max_ps(a, b);
        is_nan(a: __m512) -> __mmask16 = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a);
        lt(a: __m512, b: __m512) -> __mmask16 = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b);
        select(m: __mmask16, a: __m512, b: __m512) -> __m512 = _mm512_mask_blend_ps(m, b, a);
        exponent(n: __m512) -> __m512 = _mm512_castsi512_ps(_mm512_slli_epi32::<23>(
            // The low bits are n's biased exponent.
            _mm512_castps_si512(n)));
    }
}
