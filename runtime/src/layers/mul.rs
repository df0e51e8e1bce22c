//! The product of any number of inputs; one of `C×1×1` scales the channels of the others.
//!
//! ```text
//! forward:   y = x₀ · x₁ · …
//! backward:  dxₖ = dy · Π of the others, summed over the positions where xₖ has one a channel
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::tree::{RUN, Tree};
use crate::simd::{Scalar, simd_fn};

/// The product of any number of inputs.
#[derive(Clone, Copy, Debug)]
pub struct Mul {
    channels: usize,
    positions: usize,
    broadcast: &'static [bool],
}

impl Mul {
    /// The layer over `channels` of `positions` pixels; inputs marked in `broadcast` have one
    /// element a channel.
    pub const fn new(channels: usize, positions: usize, broadcast: &'static [bool]) -> Self {
        assert!(channels > 0 && positions > 0);
        Self { channels, positions, broadcast }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }

    /// Elements a channel of input `i`.
    fn elements(&self, i: usize) -> usize {
        if self.broadcast[i] { 1 } else { self.positions }
    }
}

impl<L: Layout> Kernel<L> for Mul {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let run = self.positions * L::LANES;
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, run)], &|i, [y]| {
            y.fill(1.0);
            for (k, x) in t.inputs.iter().enumerate() {
                let len = self.elements(k) * L::LANES;
                scale(L::LANES, &x[i * len..][..len], y);
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let run = self.positions * L::LANES;
        let dy = &*t.d_output;
        for (k, dx) in t.d_inputs.iter_mut().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            let len = self.elements(k) * L::LANES;
            exec::split(
                cx.exec,
                cx.groups::<L>() * self.channels,
                [(&mut **dx, len)],
                &|i, [dx]| {
                    let others = || {
                        let others = t.inputs.iter().enumerate().filter(|(other, _)| *other != k);
                        others.map(|(other, x)| {
                            let len = self.elements(other) * L::LANES;
                            &x[i * len..][..len]
                        })
                    };
                    let dy = &dy[i * run..][..run];
                    if len == run {
                        dx.copy_from_slice(dy);
                        others().for_each(|x| scale(L::LANES, x, dx));
                    } else {
                        let mut tree = Tree::<Scalar, 1, 1>::new();
                        for (first, dy) in dy.chunks(L::LANES * RUN).enumerate() {
                            let mut sums = [0.0; 16];
                            for (p, dy) in dy.chunks_exact(L::LANES).enumerate() {
                                let p = (first * RUN + p) * L::LANES;
                                for (lane, (sum, dy)) in sums.iter_mut().zip(dy).enumerate() {
                                    let at = |x: &[f32]| x[(p + lane) % x.len()];
                                    *sum += others().fold(*dy, |product, x| product * at(x));
                                }
                            }
                            tree.add(Scalar, [[sums]]);
                        }
                        dx.copy_from_slice(&tree.lanes(Scalar)[..len]);
                    }
                },
            );
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
}
