//! The p-norm of a window of each channel, `p ≥ 1`.
//!
//! ```text
//! forward:   S = Σ |x|ᵖ over the window;  y = S^(1/p)
//! backward:  dx += dy · y^(1 - p) · |x|^(p - 1) · sign x
//! ```
//! `y^(1 - p)` is `y / S`, which forward saves; where `S` is 0, the norm has no derivative, and the
//! gradient is 0. Powers are products for the exponents 1 to 4 and a root for ½, otherwise
//! `e^(p · ln |x|)`, which takes longer than all else.
//!
//! PyTorch's `LPPool2d` takes `xᵖ` with its sign, which is the same for an even `p` and for inputs
//! that are not negative; elsewhere its sum may be negative and have no root. This is the norm, as
//! in ONNX's `LpPool`.

use super::geometry::{PoolGeometry, Term};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::math;
use crate::simd::{Simd, simd_fn};

/// The p-norm of a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct LpPool {
    pub(crate) geometry: PoolGeometry,
    pub(crate) p: f32,
}

impl LpPool {
    /// The pool with exponent `p`, at least 1; padding adds nothing.
    pub const fn new(geometry: PoolGeometry, p: f32) -> Self {
        assert!(p >= 1.0);
        Self { geometry, p }
    }
}

/// A power of numbers that are not negative.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Power {
    /// `xⁿ` as a product.
    Whole(u32),
    /// `√x`
    Root,
    /// `e^(p · ln x)`
    Real(f32),
}

impl Power {
    /// To this exponent.
    pub(crate) fn of(p: f32) -> Self {
        if p.fract() == 0.0 && (1.0..=4.0).contains(&p) {
            Self::Whole(p as u32)
        } else if p == 0.5 {
            Self::Root
        } else {
            Self::Real(p)
        }
    }

    /// `xᵖ`
    #[inline(always)]
    pub(crate) fn raise<S: Simd>(self, s: S, x: S::V) -> S::V {
        match self {
            Self::Whole(1) => x,
            Self::Whole(2) => s.mul(x, x),
            Self::Whole(3) => s.mul(s.mul(x, x), x),
            Self::Whole(_) => s.mul(s.mul(x, x), s.mul(x, x)),
            Self::Root => s.sqrt(x),
            Self::Real(p) => {
                let power = math::exp(s, s.mul(s.splat(p), math::ln(s, x)));
                // What is below the normal range counts as 0.
                s.select(s.lt(x, s.splat(f32::MIN_POSITIVE)), s.splat(0.0), power)
            }
        }
    }
}

impl Term for Power {
    #[inline(always)]
    fn worth<S: Simd>(self, s: S, x: S::V) -> S::V {
        self.raise(s, s.abs(x))
    }
}

/// `S^(1/p)`, and its quotient by `S`, or 0 where `S` is 0.
#[inline(always)]
pub(crate) fn root<S: Simd>(s: S, root: Power, sum: S::V) -> [S::V; 2] {
    let y = root.raise(s, sum);
    let zero = s.lt(s.abs(sum), s.splat(f32::MIN_POSITIVE));
    [y, s.select(zero, s.splat(0.0), s.div(y, sum))]
}

/// The derivative of `|x|ᵖ / p`.
#[inline(always)]
pub(crate) fn slope<S: Simd>(s: S, p: f32, x: S::V) -> S::V {
    let (zero, size) = (s.splat(0.0), s.abs(x));
    let slope = if p == 1.0 { s.splat(1.0) } else { Power::of(p - 1.0).raise(s, size) };
    let slope = s.select(s.lt(x, zero), s.neg(slope), slope);
    s.select(s.lt(zero, size), slope, s.select(s.is_nan(x), x, zero))
}

impl<L: Layout> Kernel<L> for LpPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let g = &self.geometry;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        let saved_len = if t.saved.is_empty() { 0 } else { y_len };
        let tensors = [(t.output, y_len), (t.saved, saved_len)];
        exec::split(cx.exec, cx.groups::<L>() * g.channels, tensors, &|i, [y, saved]| {
            forward_plane(L::IMAGES, self, &t.inputs[0][i * x_len..][..x_len], y, saved);
            activation.apply(y);
        });
    }
}

simd_fn! {
    fn forward_plane<S>(s by lanes, pool: &LpPool, x: &[f32], y: &mut [f32], saved: &mut [f32]) {
        let (g, power, inverse) = (&pool.geometry, Power::of(pool.p), Power::of(1.0 / pool.p));
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let mut sum = s.splat(0.0);
            if g.long() {
                sum = g.sum(s, power, x, [0, g.input[1] * S::LANES, 0], [i, j]);
            } else {
                g.window(i, j, |_, at| {
                    sum = s.add(sum, power.worth(s, s.load(&x[at * S::LANES..])));
                });
            }
            let [norm, quotient] = root(s, inverse, sum);
            s.store(norm, &mut y[o * S::LANES..]);
            if !saved.is_empty() {
                s.store(quotient, &mut saved[o * S::LANES..]);
            }
        }
    }

    pub(super) fn backward_plane<S>(
        s by lanes, pool: &LpPool, x: &[f32], dy: &[f32], saved: &[f32], dx: &mut [f32],
    ) {
        let g = &pool.geometry;
        dx.fill(0.0);
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let d = s.mul(s.load(&dy[o * S::LANES..]), s.load(&saved[o * S::LANES..]));
            g.window(i, j, |_, at| {
                let dx = &mut dx[at * S::LANES..];
                s.store(s.add(s.load(dx), d), dx);
            });
        }
        for (x, dx) in x.chunks_exact(S::LANES).zip(dx.chunks_exact_mut(S::LANES)) {
            s.store(s.mul(s.load(dx), slope(s, pool.p, s.load(x))), dx);
        }
    }
}
