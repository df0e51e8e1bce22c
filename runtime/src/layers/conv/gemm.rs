//! Convolution of N×C×H×W images as one matrix product per image and group.
//!
//! ```text
//! forward:   y  = bias;  y  += W · patches(x)
//! d_weight:  reduce over leaves of images: dw += dy · patches(x)ᵀ
//! d_input:   dx = 0;     dx += Wᵀ · shadows(dy)
//! ```
//! Patches are gathered while the product packs its panels (see [`crate::kernels::patches`]).
//! With few images a forward product is cut into a few blocks of filters, so that threads find
//! work in a single image; each gathers the patches for itself.

use super::Geometry;
use super::bias_gradient;
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::gemm::{Matrix, add_product, scratch_len};
use crate::kernels::patches::{Patches, Shadows, TurnedPatches, TurnedWeights};
use crate::layers::leaf_groups;
use crate::layout::Nchw;
use crate::reduce::{Sum, leaves};

/// Convolution of N×C×H×W images as a matrix product.
#[derive(Clone, Copy, Debug)]
pub struct Gemm(Geometry);

/// Images from which on threads have enough work without cutting an image.
const MANY_IMAGES: usize = 4;

impl Gemm {
    /// The convolution.
    pub const fn new(geometry: Geometry) -> Self {
        Self(geometry)
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        let (g, parts) = (&self.0, self.parts());
        let filters = g.filters / g.groups;
        let whole = scratch_len(filters, g.positions(), g.filter_len());
        let cut = parts * scratch_len(filters / parts, g.positions(), g.filter_len());
        if whole > cut { whole } else { cut }
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        let g = &self.0;
        let (channels, filters) = (g.channels / g.groups, g.filters / g.groups);
        let weight = scratch_len(filters, g.filter_len(), g.positions());
        let input = scratch_len(channels, g.height * g.width, filters * g.kernel[0] * g.kernel[1]);
        if weight > input { weight } else { input }
    }

    /// Blocks of filters that a single image is cut into.
    const fn parts(&self) -> usize {
        match self.0.filters {
            _ if self.0.groups > 1 => 1,
            192.. if self.0.filters.is_multiple_of(4) => 4,
            32.. if self.0.filters.is_multiple_of(2) => 2,
            _ => 1,
        }
    }
}

impl Kernel<Nchw> for Gemm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        forward(self, &|y| activation.apply(y), cx, t);
    }

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        backward(self, cx, t);
    }
}

fn forward(gemm: &Gemm, finish: &(dyn Fn(&mut [f32]) + Sync), cx: &Pass<'_>, t: Forward<'_>) {
    let g = &gemm.0;
    let parts = if cx.images < MANY_IMAGES { gemm.parts() } else { 1 };
    let (channels, filters) = (g.channels / g.groups, g.filters / g.groups / parts);
    let (len, plane) = (g.filter_len(), g.positions());
    let scratch = gemm.scratch() / parts;
    assert!(t.scratch.len() >= gemm.scratch() * cx.images, "too little scratch");
    // With parts there is one group, and without there is one part: `block` counts either.
    let pieces = [(t.output, g.output_len() / parts), (t.scratch, scratch)];
    exec::split(cx.exec, cx.images * parts, pieces, &|piece, [y, scratch]| {
        let x = &t.inputs[0][piece / parts * g.input_len()..][..g.input_len()];
        for (group, y) in y.chunks_exact_mut(filters * plane).enumerate() {
            let block = piece % parts + group;
            for (f, y) in y.chunks_exact_mut(plane).enumerate() {
                y.fill(t.params.get(1).map_or(0.0, |bias| bias[block * filters + f]));
            }
            let w = Matrix { data: &t.params[0][block * filters * len..], stride: len };
            let x = &x[group * channels * g.height * g.width..];
            add_product([filters, plane, len], &w, &Patches { geometry: g, x }, y, scratch);
        }
        finish(y);
    });
}

fn backward(gemm: &Gemm, cx: &Pass<'_>, t: Backward<'_>) {
    let g = &gemm.0;
    let (channels, filters, row) = (g.channels / g.groups, g.filters / g.groups, g.filter_len());
    let (plane, positions) = (g.positions(), g.height * g.width);
    assert!(t.scratch.len() >= gemm.scratch_backward() * cx.images, "too little scratch");
    let mut d_params = t.d_params.iter_mut();
    let dy = &*t.d_output;
    if let Some(d_weight) = d_params.next() {
        let leaves = leaves(cx.images, 1);
        let sum = Sum { exec: cx.exec, leaves, row, partials: t.partials, scratch: t.scratch };
        sum.over(d_weight, &|leaf, rows, dw, scratch| {
            dw.fill(0.0);
            for group in rows.start / filters..rows.end.div_ceil(filters) {
                // The filters of this group that are asked for.
                let (first, last) =
                    (rows.start.max(group * filters), rows.end.min((group + 1) * filters));
                let dw = &mut dw[(first - rows.start) * row..(last - rows.start) * row];
                for image in leaf_groups(cx.images, 1, leaf) {
                    let dy = Matrix {
                        data: &dy[image * g.output_len() + first * plane..],
                        stride: plane,
                    };
                    let x = &t.inputs[0][image * g.input_len() + group * channels * positions..];
                    let patches = TurnedPatches(Patches { geometry: g, x });
                    add_product([last - first, row, plane], &dy, &patches, dw, scratch);
                }
            }
        });
    }
    if let Some(d_bias) = d_params.next() {
        bias_gradient::<1>(cx, plane, dy, t.partials, d_bias);
    }
    if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
        let pieces = [(&mut **d_input, g.input_len()), (&mut *t.scratch, gemm.scratch_backward())];
        exec::split(cx.exec, cx.images, pieces, &|image, [dx, scratch]| {
            dx.fill(0.0);
            for (group, dx) in dx.chunks_exact_mut(channels * positions).enumerate() {
                let weights = &t.params[0][group * filters * row..][..filters * row];
                let turned = TurnedWeights { weights, channels, taps: g.kernel[0] * g.kernel[1] };
                let dy = &dy[image * g.output_len() + group * filters * plane..];
                let shape = [channels, positions, filters * turned.taps];
                add_product(shape, &turned, &Shadows { geometry: g, dy }, dx, scratch);
            }
        });
    }
}
