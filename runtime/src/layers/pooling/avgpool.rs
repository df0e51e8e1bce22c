//! Mean over a window of each channel.
//!
//! ```text
//! forward:   y = Σ of x over the window / divisor
//! backward:  dx[window] += dy / divisor
//! ```
//! The divisor is the number of elements of the window that lie in the image, or, with
//! `count_pad`, in the padded image: a window that runs past the end counts no more than that, as
//! in PyTorch.

use super::geometry::{PoolGeometry, Term};
use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::{Simd, simd_fn};

/// Mean over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool {
    pub(crate) geometry: PoolGeometry,
    pub(crate) divisor: Divisor,
}

/// What the sum of a window is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Divisor {
    /// The elements that lie in the image.
    Image,
    /// Those in the padded image.
    Padded,
    /// Nothing.
    One,
}

impl AvgPool {
    /// The pool; `count_pad` says whether padding counts as elements (zeros).
    pub const fn new(geometry: PoolGeometry, count_pad: bool) -> Self {
        Self { geometry, divisor: if count_pad { Divisor::Padded } else { Divisor::Image } }
    }

    /// The sum instead of the mean.
    pub const fn sum(geometry: PoolGeometry) -> Self {
        Self { geometry, divisor: Divisor::One }
    }
}

/// An element counts for itself.
#[derive(Clone, Copy)]
pub(crate) struct Itself;

impl Term for Itself {
    #[inline(always)]
    fn worth<S: Simd>(self, _: S, x: S::V) -> S::V {
        x
    }
}

impl AvgPool {
    /// One over the divisor of a window with `rows` rows at column `j`.
    pub(crate) fn scale(&self, rows: usize, j: usize) -> f32 {
        let g = &self.geometry;
        let first = j * g.stride[1];
        let inside = !g.adaptive
            && first >= g.pad[2]
            && first + (g.kernel[1] - 1) * g.dilation[1] < g.pad[2] + g.input[1];
        self.scale_of(rows, if inside { g.kernel[1] } else { self.count(1, j) })
    }

    /// One over the divisor of a window of which `rows` rows and `columns` columns count.
    pub(crate) fn scale_of(&self, rows: usize, columns: usize) -> f32 {
        if self.divisor == Divisor::One { 1.0 } else { 1.0 / (rows * columns) as f32 }
    }

    /// How many elements along `axis` count of a window at place `at`.
    pub(crate) fn count(&self, axis: usize, at: usize) -> usize {
        self.geometry.count(axis, at, self.divisor == Divisor::Padded)
    }
}

impl<L: Layout> Kernel<L> for AvgPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let g = &self.geometry;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        exec::split(cx.exec, cx.groups::<L>() * g.channels, [(t.output, y_len)], &|i, [y]| {
            forward_plane(L::IMAGES, self, &t.inputs[0][i * x_len..][..x_len], y);
            activation.apply(y);
        });
    }
}

impl AvgPool {
    /// Whether every window is `k × k` neighbors inside the image, none of them in two windows.
    pub(super) fn apart(&self, k: usize) -> bool {
        let g = &self.geometry;
        let d = [0, 1];
        !g.adaptive
            && g.kernel == [k; 2]
            && d.iter().all(|&d| g.stride[d] >= k && (g.dilation[d] == 1 || k == 1))
            && d.iter().all(|&d| g.whole(d) == (0..g.output[d]))
    }
}

simd_fn! {
    fn forward_plane<S>(s by lanes, pool: &AvgPool, x: &[f32], y: &mut [f32]) {
        let g = &pool.geometry;
        if choice!("means of windows apart", pool.apart(2)) {
            return means_apart::<S, 2>(s, pool, x, y);
        }
        for (i, y) in y.chunks_exact_mut(g.output[1] * S::LANES).enumerate() {
            let rows = pool.count(0, i);
            for (j, y) in y.chunks_exact_mut(S::LANES).enumerate() {
                let mut sum = s.splat(0.0);
                if g.long() {
                    sum = g.sum(s, Itself, x, [0, g.input[1] * S::LANES, 0], [i, j]);
                } else {
                    g.window(i, j, |_, at| sum = s.add(sum, s.load(&x[at * S::LANES..])));
                }
                s.store(s.mul(sum, s.splat(pool.scale(rows, j))), y);
            }
        }
    }
}

/// The means of windows that are [`AvgPool::apart`].
#[inline(always)]
fn means_apart<S: Simd, const K: usize>(s: S, pool: &AvgPool, x: &[f32], y: &mut [f32]) {
    let (g, scale) = (&pool.geometry, s.splat(pool.scale_of(K, K)));
    let (pitch, step) = (g.input[1] * S::LANES, g.stride[1] * S::LANES);
    let rows = x.chunks(g.stride[0] * pitch);
    for (x, y) in rows.zip(y.chunks_exact_mut(g.output[1] * S::LANES)) {
        for (j, y) in y.chunks_exact_mut(S::LANES).enumerate() {
            let mut sum = s.splat(0.0);
            for a in 0..K {
                let x = &x[a * pitch + j * step..][..K * S::LANES];
                for b in 0..K {
                    sum = s.add(sum, s.load(&x[b * S::LANES..]));
                }
            }
            s.store(s.mul(sum, scale), y);
        }
    }
}
