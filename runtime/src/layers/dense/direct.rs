//! Dense layer of interleaved images.
//!
//! Schedule. Forward, a tile of OT outputs keeps OT accumulators of sixteen images while the
//! inputs pass once; backward, a tile of inputs does so while the outputs pass. A weight is used
//! once a group, so its loads are broadcasts from long rows. The weights' gradient is a matrix
//! product of depth sixteen, which adds up the lanes as it goes:
//! `dw[o][i] += Σ over lanes dy[o][lane] · x[i][lane]`.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::gemm::{Matrix, Transposed, add_product, scratch_len};
use crate::layers::conv::bias_gradient;
use crate::layers::leaf_groups;
use crate::layout::{LANES, Lanes};
use crate::reduce::{Sum, leaves};
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
        exec::split(cx.exec, cx.groups::<Lanes>(), [(t.output, y_len)], &|group, [y]| {
            let x = &t.inputs[0][group * x_len..][..x_len];
            outputs(x.as_chunks().0, t.params[0], t.params.get(1).copied(), y.as_chunks_mut().0);
            activation.apply(y);
        });
    }

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
        exec::split(cx.exec, cx.groups::<Lanes>(), [(&mut **d_input, x_len)], &|group, [dx]| {
            inputs(dy[group * y_len..][..y_len].as_chunks().0, t.params[0], dx.as_chunks_mut().0);
        });
    }
}

simd_fn! {
    fn outputs<S>(s, x: &[[f32; LANES]], w: &[f32], bias: Option<&[f32]>, y: &mut [[f32; LANES]]) {
        s.tiled(Outputs { x, w, bias, y });
    }

    fn inputs<S>(s, dy: &[[f32; LANES]], w: &[f32], dx: &mut [[f32; LANES]]) {
        s.tiled(Inputs { dy, w, dx });
    }
}

struct Outputs<'a> {
    x: &'a [[f32; LANES]],
    w: &'a [f32],
    bias: Option<&'a [f32]>,
    y: &'a mut [[f32; LANES]],
}

impl Tiled for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        output_tiles::<S, 16, 4>(s, self.x, self.w, self.bias, self.y);
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        output_tiles::<S, 6, 2>(s, self.x, self.w, self.bias, self.y);
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        output_tiles::<S, 2, 1>(s, self.x, self.w, self.bias, self.y);
    }
}

struct Inputs<'a> {
    dy: &'a [[f32; LANES]],
    w: &'a [f32],
    dx: &'a mut [[f32; LANES]],
}

impl Tiled for Inputs<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        input_tiles::<S, 16>(s, self.dy, self.w, self.dx);
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        input_tiles::<S, 6>(s, self.dy, self.w, self.dx);
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        input_tiles::<S, 2>(s, self.dy, self.w, self.dx);
    }
}

/// Tiles of `T` outputs, then of `U`, then single ones.
#[inline(always)]
fn output_tiles<S: Simd, const T: usize, const U: usize>(
    s: S,
    x: &[[f32; LANES]],
    w: &[f32],
    bias: Option<&[f32]>,
    y: &mut [[f32; LANES]],
) {
    let mut o = 0;
    while o < y.len() {
        o += match y.len() - o {
            n if n >= T => output_tile::<S, T>(s, x, w, bias, o, y),
            n if n >= U => output_tile::<S, U>(s, x, w, bias, o, y),
            _ => output_tile::<S, 1>(s, x, w, bias, o, y),
        };
    }
}

/// Outputs `o..o + T`; gives `T`.
#[inline(always)]
fn output_tile<S: Simd, const T: usize>(
    s: S,
    x: &[[f32; LANES]],
    w: &[f32],
    bias: Option<&[f32]>,
    o: usize,
    y: &mut [[f32; LANES]],
) -> usize {
    let n = x.len();
    let rows = &w[o * n..];
    let mut w: [&[f32]; T] = [&[]; T];
    for k in 0..T {
        w[k] = &rows[k * n..][..n];
    }
    let mut sum = [s.splat(0.0); T];
    if let Some(bias) = bias {
        for (k, b) in bias[o..o + T].iter().enumerate() {
            sum[k] = s.splat(*b);
        }
    }
    for i in 0..n {
        let x = s.load(&x[i]);
        for k in 0..T {
            sum[k] = s.mul_add(s.splat(w[k][i]), x, sum[k]);
        }
    }
    for (sum, y) in sum.iter().zip(&mut y[o..o + T]) {
        s.store(*sum, y);
    }
    T
}

/// Tiles of `T` inputs, then single ones.
#[inline(always)]
fn input_tiles<S: Simd, const T: usize>(
    s: S,
    dy: &[[f32; LANES]],
    w: &[f32],
    dx: &mut [[f32; LANES]],
) {
    let mut i = 0;
    while i < dx.len() {
        i += match dx.len() - i {
            n if n >= T => input_tile::<S, T>(s, dy, w, i, dx),
            _ => input_tile::<S, 1>(s, dy, w, i, dx),
        };
    }
}

/// Inputs `i..i + T`; gives `T`.
#[inline(always)]
fn input_tile<S: Simd, const T: usize>(
    s: S,
    dy: &[[f32; LANES]],
    w: &[f32],
    i: usize,
    dx: &mut [[f32; LANES]],
) -> usize {
    let mut sum = [s.splat(0.0); T];
    for (dy, w) in dy.iter().zip(w.chunks_exact(dx.len())) {
        let (dy, w) = (s.load(dy), &w[i..i + T]);
        for k in 0..T {
            sum[k] = s.mul_add(s.splat(w[k]), dy, sum[k]);
        }
    }
    for (sum, dx) in sum.iter().zip(&mut dx[i..i + T]) {
        s.store(*sum, dx);
    }
    T
}
