//! Activations over the whole range of `f32`, against `f64`.

use cnn_oracle::Activation as Exact;
use cnn_runtime::activation::{self as rows, Activation};
use cnn_runtime::simd::on_every_backend;

/// Errors allowed: relative to the exact value, or absolute.
#[derive(Clone, Copy)]
struct Bound {
    relative: f64,
    absolute: f64,
}

/// Floats of every exponent and both signs, a fine grid around 0, and the kinks' neighbors.
fn finite() -> Vec<f32> {
    let spread = (0..=u32::MAX >> 14).map(|i| f32::from_bits(i << 14 | 0x1a5));
    let grid = (-30_000..30_000).map(|i| i as f32 / 1000.0);
    let kinks =
        [0.0, 3.0, 6.0, 10.0].into_iter().flat_map(|k: f32| [k, k.next_down(), k.next_up(), -k]);
    let all = spread.chain(grid).chain(kinks).chain([-0.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE]);
    all.filter(|x| x.is_finite()).collect()
}

fn check(name: &str, found: &[f32], inputs: &[f32], expected: &[f64], bound: Bound) {
    for ((&x, &found), &expected) in inputs.iter().zip(found).zip(expected) {
        let error = (f64::from(found) - expected).abs();
        let close = error <= bound.absolute || error <= bound.relative * expected.abs();
        let same = f64::from(found) == expected || found == expected as f32;
        assert!(
            close || same,
            "{name} of {x:e} ({:#010x}): found {found:e}, expected {expected:e}",
            x.to_bits()
        );
    }
}

fn check_row<A: Activation>(row: A, exact: Exact, value: Bound, slope: Bound) {
    let inputs = finite();
    let values: Vec<f64> = inputs.iter().map(|&x| exact.apply(x.into())).collect();
    // At a kink the derivative is one of the two sides'; a kink is where they differ.
    // What is below the normal range has become 0, whose derivative that of the output is.
    let kept = |x: f32| A::READS_INPUT || !x.is_subnormal();
    let smooth: Vec<f32> =
        inputs.iter().copied().filter(|&x| !at_kink(exact, x) && kept(x)).collect();
    let slopes: Vec<f64> = smooth.iter().map(|&x| exact.derivative(x.into())).collect();
    on_every_backend(|backend| {
        let name = |what| format!("{what} of {exact:?} on {}", backend.name());
        let mut y = inputs.clone();
        row.apply(&mut y);
        check(&name("value"), &y, &inputs, &values, value);

        let mut kept = smooth.clone();
        if !A::READS_INPUT {
            row.apply(&mut kept);
        }
        let mut d = vec![1.0; kept.len()];
        row.derivative(&kept, &mut d);
        check(&name("derivative"), &d, &smooth, &slopes, slope);

        check_limits(row, exact, backend.name());
        check_lengths(row, backend.name());
    });
}

fn at_kink(exact: Exact, x: f32) -> bool {
    let sides = [x.next_down(), x.next_up()].map(|x| exact.derivative(x.into()));
    (sides[0] - sides[1]).abs() > 1e-3
}

/// NaN stays, and the limits at ±∞ are exact where there are any.
fn check_limits<A: Activation>(row: A, exact: Exact, backend: &str) {
    let mut y = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0];
    row.apply(&mut y);
    assert!(y[0].is_nan(), "{exact:?} of NaN on {backend}: {}", y[0]);
    for (x, y) in [f64::INFINITY, f64::NEG_INFINITY, -0.0].into_iter().zip(&y[1..]) {
        let limit = exact.apply(x);
        // x · 0 at -∞, as in PyTorch: any of NaN and 0 will do.
        let close = limit.is_nan() && (y.is_nan() || *y == 0.0)
            || *y == limit as f32
            || (f64::from(*y) - limit).abs() < 1e-6;
        assert!(close, "{exact:?} of {x} on {backend}: found {y}, expected {limit}");
    }
}

/// Every length, so every tail of a vector, gives the same elements.
fn check_lengths<A: Activation>(row: A, backend: &str) {
    let inputs: Vec<f32> = (0..37).map(|i| i as f32 * 0.37 - 6.0).collect();
    let apply = |x: &[f32]| {
        let mut y = x.to_vec();
        row.apply(&mut y);
        y
    };
    let derivative = |x: &[f32]| {
        let mut d: Vec<f32> = x.iter().map(|x| x + 0.5).collect();
        row.derivative(x, &mut d);
        d
    };
    for n in 0..inputs.len() {
        assert_eq!(apply(&inputs[..n]), apply(&inputs)[..n], "{n} elements on {backend}");
        assert_eq!(
            derivative(&inputs[..n]),
            derivative(&inputs)[..n],
            "gradients of {n} elements on {backend}"
        );
    }
}

/// A few units in the last place; results near the end of the normal numbers may vanish.
const FEW_ULP: Bound = Bound { relative: 1e-6, absolute: 2e-36 };

/// Differences of numbers of the order of 1.
const NEAR_ONE: Bound = Bound { relative: 1e-6, absolute: 6e-7 };

/// `x · (1 - tanh²)`, whose difference is as exact as 1 and whose `x` is about 10.
const TIMES_X: Bound = Bound { relative: 1e-6, absolute: 3e-6 };

macro_rules! rows {
    ($($name:ident: $row:expr, $exact:expr, $value:expr, $slope:expr;)*) => { $(
        #[test]
        fn $name() {
            check_row($row, $exact, $value, $slope);
        }
    )* };
}

rows! {
    sigmoid: rows::Sigmoid {}, Exact::Sigmoid, FEW_ULP, NEAR_ONE;
    tanh: rows::Tanh {}, Exact::Tanh, FEW_ULP, NEAR_ONE;
    scaled_tanh: rows::ScaledTanh { scale: 1.75, slope: 0.625 },
        Exact::ScaledTanh { scale: 1.75, slope: 0.625 }, FEW_ULP, NEAR_ONE;
    relu: rows::Relu {}, Exact::Relu, FEW_ULP, FEW_ULP;
    relu6: rows::Relu6 {}, Exact::Relu6, FEW_ULP, FEW_ULP;
    leaky_relu: rows::LeakyRelu { slope: 0.25 }, Exact::LeakyRelu { slope: 0.25 }, FEW_ULP, FEW_ULP;
    elu: rows::Elu { alpha: 0.5 }, Exact::Elu { alpha: 0.5 }, FEW_ULP, NEAR_ONE;
    rescale: rows::Rescale { factor: -0.25 }, Exact::Rescale { factor: -0.25 }, FEW_ULP, FEW_ULP;
    selu: rows::Selu {}, Exact::Selu, FEW_ULP, NEAR_ONE;
    gelu: rows::Gelu {}, Exact::Gelu, NEAR_ONE, NEAR_ONE;
    gelu_tanh: rows::GeluTanh {}, Exact::GeluTanh, NEAR_ONE, TIMES_X;
    silu: rows::Silu {}, Exact::Silu, FEW_ULP, NEAR_ONE;
    mish: rows::Mish {}, Exact::Mish, FEW_ULP, TIMES_X;
    hard_sigmoid: rows::HardSigmoid {}, Exact::HardSigmoid, NEAR_ONE, FEW_ULP;
    hard_swish: rows::HardSwish {}, Exact::HardSwish, NEAR_ONE, NEAR_ONE;
    softplus: rows::Softplus { beta: 2.0, threshold: 20.0 }, Exact::Softplus { beta: 2.0, threshold: 20.0 }, FEW_ULP, FEW_ULP;
}
