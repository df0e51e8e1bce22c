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
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::simd_fn;
#[cfg(feature = "train")]
use crate::vector;

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
    /// Channels and pixels of an input, where the output has so many.
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
    channels: usize,
    positions: usize,
    extents: &'static [Extent],
    combine: Combine,
}

/// Floats that are worked on at a time, all lanes of a pixel together.
#[cfg(feature = "train")]
pub(crate) const CHUNK: usize = 256;

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

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }

    /// What input `k` has in channel `i`, counted through all groups of images.
    fn piece<'x>(&self, lanes: usize, k: usize, x: &'x [f32], i: usize) -> &'x [f32] {
        let [channels, pixels] = self.extents[k].size(self.channels, self.positions);
        let run = pixels * lanes;
        let at = if channels == self.channels { i } else { i / self.channels };
        &x[at * run..][..run]
    }

    /// What the gradient of input `k` gets from a stretch of the output's, `from` the start of channel `i`.
    #[cfg(feature = "train")]
    fn products(
        &self,
        lanes: usize,
        [k, i, from]: [usize; 3],
        inputs: &[&[f32]],
        dy: &[f32],
        products: &mut [f32],
    ) {
        products.copy_from_slice(dy);
        if self.combine == Combine::Sum {
            return;
        }
        for (other, x) in inputs.iter().enumerate().filter(|(other, _)| *other != k) {
            let x = self.piece(lanes, other, x, i);
            let x = if x.len() == lanes { x } else { &x[from..][..products.len()] };
            scale(lanes, x, products);
        }
    }
}

impl<L: Layout> Kernel<L> for Broadcast {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let run = self.positions * L::LANES;
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, run)], &|i, [y]| {
            for (k, x) in t.inputs.iter().enumerate() {
                let x = self.piece(L::LANES, k, x, i);
                match (k, self.combine) {
                    (0, _) if x.len() == y.len() => y.copy_from_slice(x),
                    (0, _) => y.chunks_exact_mut(L::LANES).for_each(|y| y.copy_from_slice(x)),
                    (_, Combine::Product) => scale(L::LANES, x, y),
                    (_, Combine::Sum) => shift(L::LANES, x, y),
                }
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (dy, inputs, run) = (&*t.d_output, t.inputs, self.positions * L::LANES);
        for (k, dx) in t.d_inputs.iter_mut().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            let [channels, pixels] = self.extents[k].size(self.channels, self.positions);
            let (pieces, len) = (cx.groups::<L>() * channels, pixels * L::LANES);
            exec::split(cx.exec, pieces, [(&mut **dx, len)], &|piece, [dx]| {
                // The channels that the piece has a share in.
                let all = if channels == self.channels { 1 } else { self.channels };
                let mut buffer = [0.0; CHUNK];
                if pixels == self.positions {
                    for (n, dx) in dx.chunks_mut(CHUNK).enumerate() {
                        for c in 0..all {
                            let (i, from) = (piece * all + c, n * CHUNK);
                            let dy = &dy[i * run + from..][..dx.len()];
                            if c == 0 {
                                self.products(L::LANES, [k, i, from], inputs, dy, dx);
                            } else {
                                let buffer = &mut buffer[..dx.len()];
                                self.products(L::LANES, [k, i, from], inputs, dy, buffer);
                                vector::add_assign(buffer, dx);
                            }
                        }
                    }
                    return;
                }
                let mut total = [0.0f64; 16];
                for i in (0..all).map(|c| piece * all + c) {
                    for (n, dy) in dy[i * run..][..run].chunks(CHUNK).enumerate() {
                        let buffer = &mut buffer[..dy.len()];
                        self.products(L::LANES, [k, i, n * CHUNK], inputs, dy, buffer);
                        let sums = vector::sum_lanes(buffer);
                        total.iter_mut().zip(sums).for_each(|(t, s)| *t += f64::from(s));
                    }
                }
                // Sixteen neighbors of a plane are of one image.
                if L::LANES == 1 {
                    total[0] = total.iter().sum();
                }
                dx.iter_mut().zip(total).for_each(|(dx, t)| *dx = t as f32);
            });
        }
    }
}

simd_fn! {
    /// `y *= x`, the one vector of `x` at every position if there is but one.
    fn scale<S>(s by lanes, x: &[f32], y: &mut [f32]) {
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
