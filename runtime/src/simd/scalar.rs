//! Portable backends: sixteen floats as an array, and a single float.

use super::{Job, Simd, Tiled, flushed};

/// Sixteen floats as an array, which the compiler vectorizes as it can.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

/// One float: kernels whose vectors are the images lying side by side use it for N×C×H×W.
#[derive(Clone, Copy, Debug)]
pub struct Single;

macro_rules! lanewise {
    ($($name:ident($($a:ident),*) = $e:expr;)*) => { $(
        #[inline(always)]
        fn $name(self, $($a: Self::V),*) -> Self::V {
            let mut y = [0.0; 16];
            for (i, y) in y.iter_mut().enumerate() {
                $(let $a = $a[i];)*
                *y = $e;
            }
            y
        }
    )* };
}

#[inline(always)]
fn exponent(n: f32) -> f32 {
    // The low bits are n's biased exponent.
    f32::from_bits(n.to_bits() << 23)
}

#[inline(always)]
fn split(x: f32) -> (f32, f32) {
    let mantissa = f32::from_bits(x.to_bits() & 0x007f_ffff | 0x3f80_0000);
    let exponent = f32::from_bits(x.to_bits() >> 23 | 0x4b00_0000) - 8_388_735.0;
    (mantissa, exponent)
}

impl Simd for Scalar {
    const LANES: usize = 16;
    const ACCUMULATORS: usize = 3;
    const IN_REGISTERS: bool = false;
    type V = [f32; 16];
    type M = [bool; 16];

    #[inline(never)]
    fn run<J: Job>(self, job: J) -> J::Output {
        if J::ELEMENTWISE { job.run(Single) } else { job.run(self) }
    }
    #[inline(always)]
    fn tiled<T: Tiled>(self, work: T) -> T::Output {
        work.small(self)
    }
    #[inline(always)]
    fn splat(self, x: f32) -> Self::V {
        [x; 16]
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> Self::V {
        let mut v = [0.0; 16];
        v.copy_from_slice(&x[..16]);
        v
    }
    #[inline(always)]
    fn store_bits(self, v: Self::V, y: &mut [f32]) {
        y[..16].copy_from_slice(&v);
    }
    lanewise! {
        add(a, b) = a + b;
        sub(a, b) = a - b;
        mul(a, b) = a * b;
        div(a, b) = a / b;
        sqrt(a) = a.sqrt();
        // Not `f32::mul_add`, which is a library call where the processor has no such instruction.
        mul_add(a, b, c) = a * b + c;
        min(a, b) = if a < b { a } else { b };
        max(a, b) = if a > b { a } else { b };
        exponent(n) = exponent(n);
        flush(v) = flushed(v);
    }
    #[inline(always)]
    fn is_nan(self, a: Self::V) -> Self::M {
        a.map(f32::is_nan)
    }
    #[inline(always)]
    fn lt(self, a: Self::V, b: Self::V) -> Self::M {
        let mut m = [false; 16];
        for i in 0..16 {
            m[i] = a[i] < b[i];
        }
        m
    }
    #[inline(always)]
    fn select(self, m: Self::M, a: Self::V, b: Self::V) -> Self::V {
        let mut y = b;
        for i in 0..16 {
            y[i] = if m[i] { a[i] } else { b[i] };
        }
        y
    }
    #[inline(always)]
    fn split(self, x: Self::V) -> (Self::V, Self::V) {
        (x.map(|x| split(x).0), x.map(|x| split(x).1))
    }
}

impl Simd for Single {
    const LANES: usize = 1;
    const ACCUMULATORS: usize = 8;
    type V = f32;
    type M = bool;

    #[inline]
    fn run<J: Job>(self, job: J) -> J::Output {
        job.run(self)
    }
    #[inline(always)]
    fn tiled<T: Tiled>(self, work: T) -> T::Output {
        work.small(self)
    }
    #[inline(always)]
    fn splat(self, x: f32) -> f32 {
        x
    }
    #[inline(always)]
    fn load(self, x: &[f32]) -> f32 {
        x[0]
    }
    #[inline(always)]
    fn store_bits(self, v: f32, y: &mut [f32]) {
        y[0] = v;
    }
    #[inline(always)]
    fn add(self, a: f32, b: f32) -> f32 {
        a + b
    }
    #[inline(always)]
    fn sub(self, a: f32, b: f32) -> f32 {
        a - b
    }
    #[inline(always)]
    fn mul(self, a: f32, b: f32) -> f32 {
        a * b
    }
    #[inline(always)]
    fn div(self, a: f32, b: f32) -> f32 {
        a / b
    }
    #[inline(always)]
    fn sqrt(self, a: f32) -> f32 {
        a.sqrt()
    }
    #[inline(always)]
    fn mul_add(self, a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
    #[inline(always)]
    fn min(self, a: f32, b: f32) -> f32 {
        if a < b { a } else { b }
    }
    #[inline(always)]
    fn max(self, a: f32, b: f32) -> f32 {
        if a > b { a } else { b }
    }
    #[inline(always)]
    fn is_nan(self, a: f32) -> bool {
        a.is_nan()
    }
    #[inline(always)]
    fn lt(self, a: f32, b: f32) -> bool {
        a < b
    }
    #[inline(always)]
    fn select(self, m: bool, a: f32, b: f32) -> f32 {
        if m { a } else { b }
    }
    #[inline(always)]
    fn flush(self, v: f32) -> f32 {
        flushed(v)
    }
    #[inline(always)]
    fn exponent(self, n: f32) -> f32 {
        exponent(n)
    }
    #[inline(always)]
    fn split(self, x: f32) -> (f32, f32) {
        split(x)
    }
}
