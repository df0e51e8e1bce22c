//! The sum or the product of any number of inputs, some of which have one number for a whole channel, or
//! for a pixel in all channels.
//!
//! ```text
//! sum:       y = x₀ + x₁ + …     dxₖ = dy
//! product:   y = x₀ · x₁ · …     dxₖ = dy · Π of the others
//! ```
//! where the gradient of a number that stands in several places is the sum over them. Sums of inputs of
//! one shape are [`crate::layers::joins::add`]'s.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::simd_fn;

/// What an input has of the output's channels and pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All: `C×H×W`.
    All,
    /// One number a channel: `C×1×1`.
    Channels,
    /// One number a pixel: `1×H×W`.
    Pixels,
    /// One number: `1×1×1`.
    One,
}

impl Extent {
    /// Channels and pixels of an input, where the output has these.
    pub(crate) const fn size(self, channels: usize, pixels: usize) -> [usize; 2] {
        match self {
            Self::All => [channels, pixels],
            Self::Channels => [channels, 1],
            Self::Pixels => [1, pixels],
            Self::One => [1, 1],
        }
    }
}

/// How the inputs become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// They are added.
    Sum,
    /// They are multiplied.
    Product,
}

/// The sum or the product of any number of inputs.
#[derive(Clone, Copy, Debug)]
pub struct Broadcast {
    pub(super) channels: usize,
    pub(super) positions: usize,
    pub(super) extents: &'static [Extent],
    pub(super) combine: Combine,
}

impl Broadcast {
    /// The layer over `channels` of `positions` pixels, and what each input has of them.
    pub const fn new(
        channels: usize,
        positions: usize,
        extents: &'static [Extent],
        combine: Combine,
    ) -> Self {
        assert!(channels > 0 && positions > 0 && extents.len() > 1);
        Self { channels, positions, extents, combine }
    }

    /// What input `k` has in channel `i`, counted through all groups of images.
    pub(super) fn piece<'x>(&self, lanes: usize, k: usize, x: &'x [f32], i: usize) -> &'x [f32] {
        let [channels, pixels] = self.extents[k].size(self.channels, self.positions);
        let run = pixels * lanes;
        let at = if channels == self.channels { i } else { i / self.channels };
        &x[at * run..][..run]
    }
}

impl<L: Layout> Kernel<L> for Broadcast {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let run = self.positions * L::IMAGES;
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, run)], &|i, [y]| {
            for (k, x) in t.inputs.iter().enumerate() {
                let x = self.piece(L::IMAGES, k, x, i);
                match (k, self.combine) {
                    (0, _) if x.len() == y.len() => y.copy_from_slice(x),
                    (0, _) => y.chunks_exact_mut(L::IMAGES).for_each(|y| y.copy_from_slice(x)),
                    (_, Combine::Product) => scale(L::IMAGES, x, y),
                    (_, Combine::Sum) => shift(L::IMAGES, x, y),
                }
            }
            activation.apply(y);
        });
    }
}

simd_fn! {
    /// `y *= x`, the one vector of `x` at every position if there is but one.
    pub(super) fn scale<S>(s by lanes, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == S::LANES { 0 } else { S::LANES };
        for (p, y) in y.chunks_exact_mut(S::LANES).enumerate() {
            s.store(s.mul(s.load(y), s.load(&x[p * step..])), y);
        }
    }

    /// `y += x`, the one vector of `x` at every position if there is but one.
    fn shift<S>(s by lanes, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == S::LANES { 0 } else { S::LANES };
        for (p, y) in y.chunks_exact_mut(S::LANES).enumerate() {
            s.store(s.add(s.load(y), s.load(&x[p * step..])), y);
        }
    }
}
