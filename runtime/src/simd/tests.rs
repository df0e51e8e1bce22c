//! What the operations give, to the bit.

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
            10 => s.splat(s.sum(a)),
            _ => s.flush(a),
        };
        s.store_bits(v, y);
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
        let (ones, mut y) = (core::array::from_fn::<f32, 16, _>(|i| (1 << i) as f32), [0.0; 16]);
        apply(10, &ones, &ones, &mut y);
        assert_eq!(y, [65_535.0; 16], "{}: sum", backend.name());
    });
}

/// What is below the normal range becomes a zero of its sign; nothing else changes, not even a NaN.
#[test]
fn what_is_computed_is_stored_without_denormals() {
    simd_fn! {
        fn store<S>(s, x: &[f32], y: &mut [f32]) {
            s.store(s.load(x), y);
        }
        fn store_bits<S>(s, x: &[f32], y: &mut [f32]) {
            s.store_bits(s.load(x), y);
        }
    }
    let smallest = f32::MIN_POSITIVE;
    let positive = [
        0.0,
        f32::from_bits(1),
        1e-40,
        smallest.next_down(),
        smallest,
        1.0,
        f32::INFINITY,
        f32::NAN,
    ];
    let expected = [0.0, 0.0, 0.0, 0.0, smallest, 1.0, f32::INFINITY, f32::NAN];
    let both = |x: [f32; 8]| [x, x.map(|x| -x)].concat();
    let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let (x, expected) = (both(positive), both(expected));
    assert_eq!(bits(&x.iter().map(|&x| flushed(x)).collect::<Vec<_>>()), bits(&expected));
    on_every_backend(|backend| {
        let mut y = [1.0; 16];
        store(&x, &mut y);
        assert_eq!(bits(&y), bits(&expected), "{}", backend.name());
        store_bits(&x, &mut y);
        assert_eq!(bits(&y), bits(&x), "{}: bits", backend.name());
    });
    assert_eq!(x.iter().map(|&x| Single.flush(x).to_bits()).collect::<Vec<_>>(), bits(&expected));
}

simd_fn! {
    fn sum_of_products<S>(s, x: &[f32], w: &[f32], y: &mut [f32]) {
        let mut sum = s.start();
        for (x, w) in x.chunks_exact(16).zip(w.chunks_exact(16)) {
            sum = s.mul_add(s.load(x), s.load(w), sum);
        }
        s.store(s.total(sum), y);
    }
}

/// A sum that starts above zero is what it would be from zero on, but for some 2⁻¹²⁶ a product.
#[test]
fn sums_of_products_lose_nothing_but_denormals() {
    let x: [f32; 48] = core::array::from_fn(|i| (i as f32 - 20.5) * 0.37);
    let terms = |w: &[f32; 48], l: usize| -> [f64; 3] {
        core::array::from_fn(|k| f64::from(x[16 * k + l]) * f64::from(w[16 * k + l]))
    };
    on_every_backend(|backend| {
        for scale in [1.0, 1e-20, 1e-30, 1e-36, 1e-38, 1e-42, 0.0] {
            let w: [f32; 48] = core::array::from_fn(|i| scale * (i % 5) as f32);
            let mut y = [f32::NAN; 16];
            sum_of_products(&x, &w, &mut y);
            for (l, y) in y.into_iter().enumerate() {
                let terms = terms(&w, l);
                let expected: f64 = terms.iter().sum();
                let size: f64 = terms.iter().map(|t| t.abs()).sum();
                let (name, off) = (backend.name(), (f64::from(y) - expected).abs());
                let bound = size * 1e-6 + 3.0 * f64::from(f32::MIN_POSITIVE);
                assert!(off <= bound, "{name}: {y:e}, not {expected:e}");
                assert!(y == 0.0 || y.is_normal(), "{name}: {y:e}");
            }
        }
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
