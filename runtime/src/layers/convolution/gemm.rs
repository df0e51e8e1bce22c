//! Convolution of N×C×H×W images as one matrix product per image and group.
//!
//! ```text
//! forward:   y  = bias;  y  += W · patches(x)
//! d_weight:  reduce over leaves of images: dw += dy · patches(x)ᵀ
//! d_input:   dx = 0;     dx += Wᵀ · shadows(dy)
//! ```
//! Patches are gathered while the product packs its panels (see `patches.rs`).
//! With few images a forward product is cut into a few blocks of filters, so that threads find
//! work in a single image; each gathers the patches for itself.

use super::conv::Geometry;
use super::patches::{Patches, Shadows, TurnedPatches, TurnedWeights};
use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::gemm::{Matrix, add_product, scratch_len};
use crate::layout::Nchw;
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};

/// Convolution of N×C×H×W images as a matrix product.
#[derive(Clone, Copy, Debug)]
pub struct GemmConv(pub(super) Geometry);

/// Images from which on threads have enough work without cutting an image.
const MANY_IMAGES: usize = 4;

impl GemmConv {
    /// The convolution.
    pub const fn new(geometry: Geometry) -> Self {
        Self(geometry)
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        let (g, parts) = (&self.0, self.parts());
        let filters = g.filters / g.groups;
        let whole = scratch_len(filters, g.positions(), g.filter_len());
        let cut = parts * scratch_len(filters / parts, g.positions(), g.filter_len());
        Room::images(if whole > cut { whole } else { cut })
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        let g = &self.0;
        let (channels, filters) = (g.channels / g.groups, g.filters / g.groups);
        let weight = scratch_len(filters, g.filter_len(), g.positions());
        let input = scratch_len(channels, g.height * g.width, filters * g.kernel[0] * g.kernel[1]);
        Room::images(if weight > input { weight } else { input })
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

impl Kernel<Nchw> for GemmConv {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [weight, rest @ ..] = t.params else { unreachable!("a convolution has weights") };
        let params = (*weight, rest.first().copied());
        let finish = &|y: &mut [f32]| activation.apply(y);
        forward(self, cx, t.inputs[0], params, finish, t.output, t.scratch);
    }
}

/// Weights, and perhaps a bias.
pub(crate) type Params<'a> = (&'a [f32], Option<&'a [f32]>);
/// What is done with an image's finished output.
pub(crate) type Finish<'a> = &'a (dyn Fn(&mut [f32]) + Sync);

/// The convolution of `x`.
pub(crate) fn forward(
    gemm: &GemmConv,
    cx: &Pass<'_>,
    x: &[f32],
    (weight, bias): Params<'_>,
    finish: Finish<'_>,
    y: &mut [f32],
    scratch: &mut [f32],
) {
    let g = &gemm.0;
    let few = choice!("few images of planes", cx.batch() < MANY_IMAGES);
    let parts = choice!("parts of an image", if few { gemm.parts() } else { 1 }, of & [1, 2, 4]);
    let (channels, filters) = (g.channels / g.groups, g.filters / g.groups / parts);
    let (len, plane) = (g.filter_len(), g.positions());
    assert!(scratch.len() >= gemm.room().image * cx.images, "too little scratch");
    // With parts there is one group, and without there is one part: `block` counts either.
    let pieces = [(y, g.output_len() / parts), (scratch, gemm.room().image / parts)];
    exec::split(cx.exec, cx.images * parts, pieces, &|piece, [y, scratch]| {
        let x = &x[piece / parts * g.input_len()..][..g.input_len()];
        for (group, y) in y.chunks_exact_mut(filters * plane).enumerate() {
            let block = piece % parts + group;
            for (f, y) in y.chunks_exact_mut(plane).enumerate() {
                y.fill(bias.map_or(0.0, |bias| bias[block * filters + f]));
            }
            let w = Matrix { data: &weight[block * filters * len..], stride: len };
            let x = &x[group * channels * g.height * g.width..];
            add_product([filters, plane, len], &w, &Patches { geometry: g, x }, y, scratch);
        }
        finish(y);
    });
}

/// The sum over the batch of what each image says of the weights.
pub(crate) fn weight_gradient(
    gemm: &GemmConv,
    cx: &Pass<'_>,
    [x, dy]: [&[f32]; 2],
    partials: &mut [f32],
    scratch: &mut [f32],
    d_weight: &mut [f32],
) {
    let g = &gemm.0;
    let (channels, filters, row) = (g.channels / g.groups, g.filters / g.groups, g.filter_len());
    let (plane, positions) = (g.positions(), g.height * g.width);
    assert!(scratch.len() >= gemm.room_backward().image * cx.images, "too little scratch");
    let sum = Sum { cx, leaves: leaves_of(cx, 1), row, partials, scratch };
    sum.over(d_weight, &|leaf, rows, dw, scratch| {
        dw.fill(0.0);
        for group in rows.start / filters..rows.end.div_ceil(filters) {
            // The filters of this group that are asked for.
            let (first, last) =
                (rows.start.max(group * filters), rows.end.min((group + 1) * filters));
            let dw = &mut dw[(first - rows.start) * row..(last - rows.start) * row];
            for image in leaf_groups(cx, 1, leaf) {
                let data = &dy[image * g.output_len() + first * plane..];
                let dy = Matrix { data, stride: plane };
                let x = &x[image * g.input_len() + group * channels * positions..];
                let patches = TurnedPatches(Patches { geometry: g, x });
                add_product([last - first, row, plane], &dy, &patches, dw, scratch);
            }
        }
    });
}

/// Spreads every pixel of `dy` over those of `dx` that it was computed of: the input's gradient, which
/// starts with a bias where there is one.
pub(crate) fn spread(
    gemm: &GemmConv,
    cx: &Pass<'_>,
    dy: &[f32],
    (weight, bias): Params<'_>,
    finish: Finish<'_>,
    dx: &mut [f32],
    scratch: &mut [f32],
) {
    let g = &gemm.0;
    let (channels, filters, row) = (g.channels / g.groups, g.filters / g.groups, g.filter_len());
    let (plane, positions) = (g.positions(), g.height * g.width);
    assert!(scratch.len() >= gemm.room_backward().image * cx.images, "too little scratch");
    let pieces = [(dx, g.input_len()), (scratch, gemm.room_backward().image)];
    exec::split(cx.exec, cx.images, pieces, &|image, [dx, scratch]| {
        for (c, dx) in dx.chunks_exact_mut(positions).enumerate() {
            dx.fill(bias.map_or(0.0, |bias| bias[c]));
        }
        for (group, dx) in dx.chunks_exact_mut(channels * positions).enumerate() {
            let weights = &weight[group * filters * row..][..filters * row];
            let turned = TurnedWeights { weights, channels, taps: g.kernel[0] * g.kernel[1] };
            let dy = &dy[image * g.output_len() + group * filters * plane..];
            let shape = [channels, positions, filters * turned.taps];
            add_product(shape, &turned, &Shadows { geometry: g, dy }, dx, scratch);
        }
        finish(dx);
    });
}
