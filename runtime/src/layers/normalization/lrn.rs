//! Local response normalization over neighboring channels (Krizhevsky, Sutskever and Hinton,
//! "ImageNet classification with deep convolutional neural networks", 2012), as PyTorch divides: by a
//! power of a mean, which counts `size` channels at the edges too.
//!
//! ```text
//! forward:   d[c] = k + alpha / size · Σ x[j]² for j in c - size/2 ..= c + (size - 1)/2
//!            y[c] = x[c] · d[c]^-beta
//! backward:  t[c]  = dy[c] · x[c] · d[c]^(-beta - 1)
//!            dx[c] = dy[c] · d[c]^-beta - 2 · alpha · beta / size · x[c] · Σ t[j] for all j with c in
//!                    their window
//! ```
//! Sixteen positions, or images, make a vector.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::layout::{LANES, Layout};
use crate::math;
use crate::simd::tree::{Runs, Tree};
use crate::simd::{Simd, simd_fn};
use crate::vector::{load_part, store_part};
use core::ops::Range;

/// What a response is divided by.
#[derive(Clone, Copy, Debug)]
pub struct Lrn {
    /// Channels of a window.
    pub size: usize,
    /// Weight of the mean of their squares.
    pub alpha: f32,
    /// The exponent.
    pub beta: f32,
    /// What is added to the weighted mean.
    pub k: f32,
}

impl Lrn {
    /// Channels of the window before and after its own.
    pub(crate) const fn reach(&self) -> [usize; 2] {
        [self.size / 2, (self.size - 1) / 2]
    }

    /// The channels of the window of channel `c`.
    fn window(&self, c: usize, channels: usize) -> Range<usize> {
        let [before, after] = self.reach();
        c.saturating_sub(before)..channels.min(c + after + 1)
    }

    /// `d`, given the sum of squares.
    #[inline(always)]
    pub(crate) fn divisor<S: Simd>(&self, s: S, squares: S::V) -> S::V {
        s.mul_add(squares, s.splat(self.alpha / self.size as f32), s.splat(self.k))
    }

    /// The factor of `x · Σ t`.
    pub(crate) fn slope(&self) -> f32 {
        -2.0 * self.alpha * self.beta / self.size as f32
    }
}

/// `dᵉ` for a positive, normal `d`, or one that is ∞ or NaN.
#[inline(always)]
pub(crate) fn power<S: Simd>(s: S, d: S::V, e: f32) -> S::V {
    if e == 0.0 {
        return s.splat(1.0);
    }
    math::exp(s, s.mul(math::ln(s, d), s.splat(e)))
}

/// Local response normalization.
#[derive(Clone, Copy, Debug)]
pub struct LocalResponseNorm {
    pub(super) channels: usize,
    pub(super) positions: usize,
    pub(super) rule: Lrn,
}

impl LocalResponseNorm {
    /// The layer over `[channels, positions]`.
    pub const fn new([channels, positions]: [usize; 2], rule: Lrn) -> Self {
        assert!(channels > 0 && positions > 0 && rule.size > 0 && rule.k > 0.0);
        Self { channels, positions, rule }
    }

    /// Scratch of the backward pass: `t`.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.channels * self.positions)
    }
}

impl<L: Layout> Kernel<L> for LocalResponseNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let run = self.positions * L::IMAGES;
        let len = self.channels * run;
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            respond(&t.inputs[0][group * len..][..len], self.rule, run, y);
            activation.apply(y);
        });
    }
}

/// `d` of sixteen positions of channel `c`.
#[inline(always)]
pub(super) fn divisor<S: Simd>(
    s: S,
    rule: &Lrn,
    x: &[f32],
    run: usize,
    c: usize,
    here: &Range<usize>,
) -> S::V {
    let (window, mut tree) = (rule.window(c, x.len() / run), Tree::<S, 1, 1>::new());
    for [_, channels] in Runs::new([1, window.len()], 1) {
        let mut squares = s.splat(0.0);
        for j in channels {
            let x = load_part(s, &x[(window.start + j) * run..][here.clone()]);
            squares = s.mul_add(x, x, squares);
        }
        tree.add(s, [[squares]]);
    }
    rule.divisor(s, tree.total(s)[0][0])
}

simd_fn! {
    fn respond<S>(s, x: &[f32], rule: Lrn, run: usize, y: &mut [f32]) {
        for p in (0..run).step_by(LANES) {
            let here = p..run.min(p + LANES);
            for (c, y) in y.chunks_exact_mut(run).enumerate() {
                let d = divisor(s, &rule, x, run, c, &here);
                let x = load_part(s, &x[c * run..][here.clone()]);
                store_part(s, s.mul(x, power(s, d, -rule.beta)), &mut y[here.clone()]);
            }
        }
    }
}
