//! Dense layer in inference, of images one after the other, with weights that a near cache holds.
//!
//! Weights are packed as `[outputs / 16][inputs][16]`, so that an image's numbers meet vectors of
//! outputs and no sum has to be added up across a vector.
//!
//! Schedule. A tile is up to eight blocks of outputs × one image, which is as many sums as must be
//! on their way at a time, or four blocks × four images. Threads take images: the layer is small.

use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::kernel::{Forward, Kernel, PackParams, Pass};
use crate::layout::{LANES, Nchw};
use crate::simd::product::{Axis, Product};
use crate::simd::{Simd, Tiled, simd_fn};
use crate::vector::store_part;

/// Dense layer with packed weights.
#[derive(Clone, Copy, Debug)]
pub struct PackedDense {
    inputs: usize,
    outputs: usize,
}

/// Images that a thread takes at a time.
const IMAGES: usize = 8;

impl PackedDense {
    /// The layer.
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        assert!(inputs > 0 && outputs > 0);
        Self { inputs, outputs }
    }

    /// Floats of the packed weights; the packed bias lies after them.
    const fn weights(&self) -> usize {
        self.outputs.div_ceil(LANES) * self.inputs * LANES
    }
}

impl Kernel<Nchw> for PackedDense {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let pieces = cx.images.div_ceil(IMAGES);
        exec::split(cx.exec, pieces, [(t.output, IMAGES * self.outputs)], &|piece, [y]| {
            let x = &t.inputs[0][piece * IMAGES * self.inputs..];
            products(x, t.params[0], t.params[1], *self, y);
            activation.apply(y);
        });
    }
}

impl PackParams<Nchw> for PackedDense {
    /// From the weights and perhaps a bias.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        packed.fill(0.0);
        let (w, b) = packed.split_at_mut(self.weights());
        for (o, row) in params[0].chunks_exact(self.inputs).enumerate() {
            let w = w[o / LANES * self.inputs * LANES..].iter_mut().skip(o % LANES);
            w.step_by(LANES).zip(row).for_each(|(w, x)| *w = *x);
        }
        if let Some(bias) = params.get(1) {
            b[..bias.len()].copy_from_slice(bias);
        }
    }
}

simd_fn! {
    fn products<S>(s, x: &[f32], w: &[f32], bias: &[f32], layer: PackedDense, y: &mut [f32]) {
        s.tiled(Products { x, w, bias, layer, y });
    }
}

/// The layer for some images.
struct Products<'a> {
    x: &'a [f32],
    w: &'a [f32],
    bias: &'a [f32],
    layer: PackedDense,
    y: &'a mut [f32],
}

impl Tiled for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(mut self, s: S) {
        let mut image = 0;
        while image < self.images() {
            image += if choice!("four images of a packed layer", self.images() - image >= 4) {
                self.blocks::<S, 4, 4, 1, 4>(s, image)
            } else {
                self.blocks::<S, 8, 4, 2, 1>(s, image)
            };
        }
    }
    #[inline(always)]
    fn medium<S: Simd>(mut self, s: S) {
        let mut image = 0;
        while image < self.images() {
            image += if choice!("six images of a packed layer", self.images() - image >= 6) {
                self.blocks::<S, 1, 1, 1, 6>(s, image)
            } else {
                self.blocks::<S, 4, 2, 1, 1>(s, image)
            };
        }
    }
    #[inline(always)]
    fn small<S: Simd>(mut self, s: S) {
        for image in 0..self.images() {
            self.blocks::<S, 2, 1, 1, 1>(s, image);
        }
    }
}

impl Products<'_> {
    fn images(&self) -> usize {
        self.y.len() / self.layer.outputs
    }

    /// All outputs of images `image..image + R`, by tiles of `A` blocks, then `B`, `C` and 1;
    /// gives `R`.
    #[inline(always)]
    fn blocks<S: Simd, const A: usize, const B: usize, const C: usize, const R: usize>(
        &mut self,
        s: S,
        image: usize,
    ) -> usize {
        let blocks = self.layer.outputs.div_ceil(LANES);
        let mut block = 0;
        while block < blocks {
            let left = blocks - block;
            let together = [A, B, C].into_iter().find(|&n| n <= left).unwrap_or(1);
            choice!(
                "blocks of a packed layer",
                ([A, B, C], together),
                of & [A, B, C, 1].map(|n| ([A, B, C], n))
            );
            block += match left {
                n if n >= A => self.tile::<S, A, R>(s, block, image),
                n if n >= B => self.tile::<S, B, R>(s, block, image),
                n if n >= C => self.tile::<S, C, R>(s, block, image),
                _ => self.tile::<S, 1, R>(s, block, image),
            };
        }
        R
    }

    /// Blocks `block..block + FT` of images `image..image + R`; gives `FT`.
    #[inline(always)]
    fn tile<S: Simd, const FT: usize, const R: usize>(
        &mut self,
        s: S,
        block: usize,
        image: usize,
    ) -> usize {
        let PackedDense { inputs, outputs } = self.layer;
        let start = s.start();
        let mut sum = [[[start; 1]; R]; FT];
        for f in 0..FT {
            sum[f] = [[s.add(start, s.load(&self.bias[(block + f) * LANES..]))]; R];
        }
        let product = Product {
            x: self.x,
            w: self.w,
            axes: [Axis::ONCE; 3],
            run: inputs,
            last_run: inputs,
            block: inputs * LANES,
            row: inputs,
            step: 1,
        };
        product.add::<S, FT, R, 1, 1>(s, image * inputs, block * inputs * LANES, &mut sum);
        for f in 0..FT {
            for r in 0..R {
                sum[f][r][0] = s.total(sum[f][r][0]);
            }
        }
        // From a copy, so that the sums stay in registers.
        let sum = core::hint::black_box(sum);
        for f in 0..FT {
            for r in 0..R {
                let y = &mut self.y[(image + r) * outputs..][..outputs];
                let y = &mut y[(block + f) * LANES..];
                let part = y.len().min(LANES);
                store_part(s, sum[f][r][0], &mut y[..part]);
            }
        }
        FT
    }
}
