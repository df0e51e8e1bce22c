//! Dense layer of images one after the other.
//!
//! Schedule. With few images the weights are read once and nothing else matters: vectors run
//! along the inputs, [`OUTPUTS`] rows of weights at a time against up to four images, and threads
//! take blocks of outputs. With [`MANY`] or more the layer is a product over the batch (`product.rs`), and
//! threads take blocks of outputs, or of inputs for the input's gradient.

use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::layers::dense::product::{self, MANY, Matrix, copies};
use crate::layout::Nchw;
use crate::simd::tree::{RUN, Tree};
use crate::simd::{Simd, flushed, simd_fn};
use crate::vector::load_part;

/// Dense layer of images one after the other.
#[derive(Clone, Copy, Debug)]
pub struct GemmDense {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

/// Rows of weights read side by side.
const OUTPUTS: usize = 4;
/// Outputs that a thread takes at a time when images are few.
const BLOCK: usize = 64;

impl GemmDense {
    /// The layer.
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        assert!(inputs > 0 && outputs > 0);
        Self { inputs, outputs }
    }

    /// Scratch of the forward pass: inputs and outputs of whole vectors of images, or the outputs of few.
    pub const fn room(&self) -> Room {
        // From MANY images on, whole vectors of them are less than two for each.
        Room::images(2 * (self.inputs + self.outputs))
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::images(copies(self.inputs, self.outputs))
    }
}

impl Kernel<Nchw> for GemmDense {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let finish = &|y: &mut [f32]| activation.apply(y);
        if choice!("dense layer of few images", cx.batch() < MANY) {
            few(self, finish, cx, t);
        } else {
            many(self, finish, cx, t);
        }
    }
}

fn few(d: &GemmDense, finish: &(dyn Fn(&mut [f32]) + Sync), cx: &Pass<'_>, t: Forward<'_>) {
    let n = cx.images;
    // Output by output, image by image within: a block of outputs is then a piece of memory. For
    // one image that is the output itself.
    let Forward { output, scratch, .. } = t;
    let turned = if n == 1 { &mut *output } else { &mut scratch[..d.outputs * n] };
    let blocks = d.outputs.div_ceil(BLOCK);
    exec::split(cx.exec, blocks, [(turned, BLOCK * n)], &|block, [y]| {
        let first = block * BLOCK;
        let w = &t.params[0][first * d.inputs..][..y.len() / n * d.inputs];
        let bias = t.params.get(1).map(|b| &b[first..][..y.len() / n]);
        weights_times_images(t.inputs[0], w, bias, d.inputs, n, y);
        finish(y);
    });
    if n > 1 {
        for (image, y) in output.chunks_exact_mut(d.outputs).enumerate() {
            for (y, turned) in y.iter_mut().zip(scratch.chunks_exact(n)) {
                *y = turned[image];
            }
        }
    }
}

fn many(d: &GemmDense, finish: &(dyn Fn(&mut [f32]) + Sync), cx: &Pass<'_>, t: Forward<'_>) {
    let x = Matrix { data: t.inputs[0], stride: d.inputs };
    let w = Matrix { data: t.params[0], stride: d.inputs };
    let bias = t.params.get(1).copied();
    product::forward(cx.exec, [x, w], bias, finish, d.outputs, t.output, t.scratch);
}

simd_fn! {
    /// `y[o][image] = bias[o] + Σ w[o][i] · x[image][i]` for as many outputs as `w` has rows.
    fn weights_times_images<S>(s, x: &[f32], w: &[f32], bias: Option<&[f32]>, inputs: usize, images: usize,
        y: &mut [f32]) {
        let mut o = 0;
        for (w, y) in w.chunks(OUTPUTS * inputs).zip(y.chunks_mut(OUTPUTS * images)) {
            let mut image = 0;
            while image < images {
                let x = &x[image * inputs..];
                let bias = |k| bias.map_or(0.0, |b| b[o + k]);
                image += if choice!("outputs of a dense layer left over", w.len() < OUTPUTS * inputs) {
                    for (k, w) in w.chunks_exact(inputs).enumerate() {
                        dots::<S, 1, 1>(s, w, x, inputs, |_| bias(k), images, &mut y[k * images + image..]);
                    }
                    1
                } else if S::ACCUMULATORS >= 4 * OUTPUTS && choice!("four images at once", images - image >= 4) {
                    dots::<S, OUTPUTS, 4>(s, w, x, inputs, bias, images, &mut y[image..])
                } else {
                    dots::<S, OUTPUTS, 1>(s, w, x, inputs, bias, images, &mut y[image..])
                };
            }
            o += OUTPUTS;
        }
    }
}

/// The products of `R` rows of `w` with `N` rows of `x`, rows of `len` elements; row `k` goes to
/// `y[k · stride..]` and begins with `bias(k)`. Gives `N`.
#[inline(always)]
fn dots<S: Simd, const R: usize, const N: usize>(
    s: S,
    w: &[f32],
    x: &[f32],
    len: usize,
    bias: impl Fn(usize) -> f32,
    stride: usize,
    y: &mut [f32],
) -> usize {
    let (mut rows, mut images): ([&[f32]; R], [&[f32]; N]) = ([&[]; R], [&[]; N]);
    for k in 0..R {
        rows[k] = &w[k * len..][..len];
    }
    for n in 0..N {
        images[n] = &x[n * len..][..len];
    }
    let mut tree = Tree::<S, R, N>::new();
    for start in (0..len).step_by(16 * RUN) {
        let mut sum = [[s.start(); N]; R];
        for i in (start..len.min(start + 16 * RUN)).step_by(16) {
            let mut v = [s.splat(0.0); N];
            for n in 0..N {
                v[n] = load_part(s, &images[n][i..]);
            }
            for k in 0..R {
                let w = load_part(s, &rows[k][i..]);
                for n in 0..N {
                    sum[k][n] = s.mul_add(w, v[n], sum[k][n]);
                }
            }
        }
        tree.add_products(s, sum);
    }
    let sum = tree.total(s);
    for k in 0..R {
        for n in 0..N {
            y[k * stride + n] = flushed(bias(k) + s.sum(sum[k][n]));
        }
    }
    N
}
