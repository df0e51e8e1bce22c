//! Dense layer of interleaved images.
//!
//! Schedule. Forward, a tile of R outputs of one or two groups keeps its accumulators while the
//! inputs pass once; backward, a tile of inputs does so while the outputs pass. A weight is
//! broadcast once for both groups. The weights' gradient is a matrix product of depth sixteen,
//! which adds up the lanes as it goes:
//! `dw[o][i] += Σ over lanes dy[o][lane] · x[i][lane]`.

use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::gemm::scratch_len;
use crate::layout::{Interleaved, LANES};
use crate::simd::product::{Axis, PART, Product};
use crate::simd::{Simd, Tiled, simd_fn};

/// Dense layer of interleaved images.
#[derive(Clone, Copy, Debug)]
pub struct DirectDense {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

impl DirectDense {
    /// The layer.
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        assert!(inputs > 0 && outputs > 0);
        Self { inputs, outputs }
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        // A leaf has sixteen images or more and needs room for one product.
        Room::images(scratch_len(self.outputs, self.inputs, LANES).div_ceil(LANES))
    }
}

impl Kernel<Interleaved> for DirectDense {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x_len, y_len) = (self.inputs * LANES, self.outputs * LANES);
        let together = together(cx);
        let pieces = cx.groups::<Interleaved>().div_ceil(together);
        exec::split(cx.exec, pieces, [(t.output, together * y_len)], &|group, [y]| {
            let x =
                &t.inputs[0][group * together * x_len..][..y.len() / self.outputs * self.inputs];
            let (vectors, w_step) = (self.inputs, [self.inputs, 1]);
            let bias = t.params.get(1).copied();
            products(Groups { x, vectors, w: t.params[0], w_step, bias }, y);
            activation.apply(y);
        });
    }
}

/// Groups whose vectors meet each weight as it is read.
const TOGETHER: usize = 2;

/// Groups in a piece of work: as many as may be while there is a piece for each thread.
pub(super) fn together(cx: &Pass<'_>) -> usize {
    (cx.groups::<Interleaved>() / cx.exec.threads()).clamp(1, TOGETHER)
}

/// One or [`TOGETHER`] groups against all weights.
#[derive(Clone, Copy)]
pub(super) struct Groups<'a> {
    /// `[groups][vectors][LANES]`, the vectors that a sum runs over.
    pub(super) x: &'a [f32],
    pub(super) vectors: usize,
    pub(super) w: &'a [f32],
    /// Floats of `w` from one sum to the next, and from one term to the next.
    pub(super) w_step: [usize; 2],
    pub(super) bias: Option<&'a [f32]>,
}

simd_fn! {
    /// `y[group][k] = bias[k] + Σ over i of w[k, i] · x[group][i]`
    pub(super) fn products<S>(s, groups: Groups<'_>, y: &mut [f32]) {
        s.tiled(Products { groups, y });
    }
}

struct Products<'a> {
    groups: Groups<'a>,
    y: &'a mut [f32],
}

impl Products<'_> {
    /// Tiles of `R` sums of all groups; the last one ends at the edge.
    #[inline(always)]
    fn tiles<S: Simd, const FT: usize, const R: usize>(self, s: S) {
        let Self { groups, y } = self;
        let sums = y.len() / (FT * LANES);
        if R > 1 && choice!("fewer outputs than a tile", sums < R) {
            for k in 0..sums {
                groups.tile::<S, FT, 1>(s, k, sums, y);
            }
        } else {
            for k in (0..sums).step_by(R) {
                groups.tile::<S, FT, R>(s, k.min(sums - R), sums, y);
            }
        }
    }

    /// How many groups there are.
    fn count(&self) -> usize {
        self.groups.x.len() / (self.groups.vectors * LANES)
    }
}

impl Tiled for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        choice!("groups of a dense layer", self.count(), {
            TOGETHER => self.tiles::<S, TOGETHER, 12>(s),
            _ => self.tiles::<S, 1, 12>(s),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        choice!("groups of a dense layer, with few registers", self.count(), {
            TOGETHER => self.tiles::<S, TOGETHER, 2>(s),
            _ => self.tiles::<S, 1, 6>(s),
        })
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        choice!("groups of a dense layer, without vectors", self.count(), {
            TOGETHER => self.tiles::<S, TOGETHER, 1>(s),
            _ => self.tiles::<S, 1, 2>(s),
        })
    }
}

impl Groups<'_> {
    /// Sums `k..k + R` of `FT` groups.
    #[inline(always)]
    fn tile<S: Simd, const FT: usize, const R: usize>(
        &self,
        s: S,
        k: usize,
        sums: usize,
        y: &mut [f32],
    ) {
        let [row, term] = self.w_step;
        let start = s.start();
        let mut sum = [[[start; 1]; R]; FT];
        if let Some(bias) = self.bias {
            for (r, b) in bias[k..k + R].iter().enumerate() {
                for f in 0..FT {
                    sum[f][r] = [s.add(start, s.splat(*b))];
                }
            }
        }
        // Parts of long sums are added up apart.
        for first in (0..self.vectors).step_by(PART) {
            let count = PART.min(self.vectors - first);
            let terms = Axis { count, x: term, w: LANES };
            let product = Product {
                x: self.w,
                w: self.x,
                axes: [Axis::ONCE, Axis::ONCE, terms],
                run: 1,
                last_run: 1,
                block: self.vectors * LANES,
                row,
                step: 1,
            };
            let mut part = [[[start; 1]; R]; FT];
            let (x0, w0) = (k * row + first * term, first * LANES);
            product.add::<S, FT, R, 1, 1>(s, x0, w0, &mut part);
            for f in 0..FT {
                for r in 0..R {
                    sum[f][r] = [s.add(sum[f][r][0], s.total(part[f][r][0]))];
                }
            }
        }
        for f in 0..FT {
            for r in 0..R {
                s.store_bits(s.total(sum[f][r][0]), &mut y[(f * sums + k + r) * LANES..]);
            }
        }
    }
}
