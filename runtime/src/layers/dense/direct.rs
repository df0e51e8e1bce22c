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
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::gemm::{Matrix, Transposed, add_product, scratch_len};
use crate::kernels::images::bias_gradient;
use crate::layout::{LANES, Lanes};
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves};
use crate::simd::product::{Axis, PART, Product};
use crate::simd::{Simd, Tiled, simd_fn};

/// Dense layer of interleaved images.
#[derive(Clone, Copy, Debug)]
pub struct Direct {
    inputs: usize,
    outputs: usize,
}

impl Direct {
    /// The layer.
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        assert!(inputs > 0 && outputs > 0);
        Self { inputs, outputs }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        // A leaf has sixteen images or more and needs room for one product.
        scratch_len(self.outputs, self.inputs, LANES).div_ceil(LANES)
    }
}

impl Kernel<Lanes> for Direct {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x_len, y_len) = (self.inputs * LANES, self.outputs * LANES);
        let together = together(cx);
        let pieces = cx.groups::<Lanes>().div_ceil(together);
        exec::split(cx.exec, pieces, [(t.output, together * y_len)], &|group, [y]| {
            let x =
                &t.inputs[0][group * together * x_len..][..y.len() / self.outputs * self.inputs];
            let (vectors, w_step) = (self.inputs, [self.inputs, 1]);
            let bias = t.params.get(1).copied();
            products(Groups { x, vectors, w: t.params[0], w_step, bias }, y);
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        backward(self, cx, t);
    }
}

fn backward(d: &Direct, cx: &Pass<'_>, t: Backward<'_>) {
    let (x_len, y_len) = (d.inputs * LANES, d.outputs * LANES);
    assert!(t.scratch.len() >= d.scratch_backward() * cx.padded::<Lanes>(), "too little scratch");
    let dy = &*t.d_output;
    let mut d_params = t.d_params.iter_mut();
    if let Some(d_weight) = d_params.next() {
        let leaves = leaves(cx.images, LANES);
        let sum =
            Sum { exec: cx.exec, leaves, row: d.inputs, partials: t.partials, scratch: t.scratch };
        sum.over(d_weight, &|leaf, rows, dw, scratch| {
            dw.fill(0.0);
            for group in leaf_groups(cx.images, LANES, leaf) {
                let dy = Matrix { data: &dy[group * y_len + rows.start * LANES..], stride: LANES };
                let x = Transposed(Matrix { data: &t.inputs[0][group * x_len..], stride: LANES });
                add_product([rows.len(), d.inputs, LANES], &dy, &x, dw, scratch);
            }
        });
    }
    if let Some(d_bias) = d_params.next() {
        bias_gradient::<LANES>(cx, 1, dy, t.partials, d_bias);
    }
    if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
        let together = together(cx);
        let pieces = cx.groups::<Lanes>().div_ceil(together);
        exec::split(cx.exec, pieces, [(&mut **d_input, together * x_len)], &|group, [dx]| {
            let x = &dy[group * together * y_len..][..dx.len() / d.inputs * d.outputs];
            let (vectors, w_step) = (d.outputs, [1, d.inputs]);
            products(Groups { x, vectors, w: t.params[0], w_step, bias: None }, dx);
        });
    }
}

/// Groups whose vectors meet each weight as it is read.
const TOGETHER: usize = 2;

/// Groups in a piece of work: as many as may be while there is a piece for each thread.
fn together(cx: &Pass<'_>) -> usize {
    (cx.groups::<Lanes>() / cx.exec.threads()).clamp(1, TOGETHER)
}

/// One or [`TOGETHER`] groups against all weights.
#[derive(Clone, Copy)]
struct Groups<'a> {
    /// `[groups][vectors][LANES]`, the vectors that a sum runs over.
    x: &'a [f32],
    vectors: usize,
    w: &'a [f32],
    /// Floats of `w` from one sum to the next, and from one term to the next.
    w_step: [usize; 2],
    bias: Option<&'a [f32]>,
}

simd_fn! {
    /// `y[group][k] = bias[k] + Σ over i of w[k, i] · x[group][i]`
    fn products<S>(s, groups: Groups<'_>, y: &mut [f32]) {
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
