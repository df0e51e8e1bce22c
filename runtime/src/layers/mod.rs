//! One file per layer, named as the layer's keyword: what it computes, forward and backward.

pub mod add;
pub mod attnpool;
pub mod avgpool;
pub mod blocked;
pub mod bn;
pub mod broadcast;
pub mod concat;
pub mod conv;
pub mod crop;
pub mod custom;
pub mod deconv;
pub mod dense;
pub mod depthwise;
pub mod dropout;
pub mod dropout2d;
pub mod global_avgpool;
pub mod gn;
pub mod identity;
pub mod ln;
pub mod log_softmax;
pub mod lppool;
pub mod lrn;
pub mod maxpool;
pub mod pad;
pub mod pool;
pub mod prelu;
pub mod prodpool;
pub mod scale;
pub mod shuffle;
pub mod softmax;
pub mod split;
pub mod sumpool;
pub mod unpool;
pub mod upsample;

use crate::exec;
use crate::kernel::Pass;
use crate::layout::{LANES, Layout};
use crate::reduce::{Sum, leaves};
use crate::simd::Single;
use crate::simd::tree::Tree;

/// How many images of group `group` are real and not copies of the last one.
fn real_images(images: usize, lanes: usize, group: usize) -> usize {
    lanes.min(images - group * lanes)
}

/// The groups of leaf `leaf` of the reduction tree.
pub(crate) fn leaf_groups(images: usize, lanes: usize, leaf: usize) -> core::ops::Range<usize> {
    let per_leaf = crate::reduce::leaf_images(images, lanes) / lanes;
    leaf * per_leaf..((leaf + 1) * per_leaf).min(images.div_ceil(lanes))
}

/// The sum over a balanced tree of the lanes that are real images; in one image's row all are.
fn sum_real(mut sums: [f32; LANES], lanes: usize, real: usize) -> f32 {
    if lanes > 1 {
        sums[real..].fill(0.0);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            sums[i] += sums[i + width];
        }
        width /= 2;
    }
    sums[0]
}

/// The sums over the batch of the `K` numbers `of(channel, run)` for every channel, where a run is the
/// channel's piece of a tensor, given by its first element and the one behind its last.
fn channel_sums<L: Layout, const K: usize>(
    cx: &Pass<'_>,
    [channels, run]: [usize; 2],
    partials: &mut [f32],
    out: &mut [f32],
    of: &(dyn Fn(usize, core::ops::Range<usize>) -> [[f32; LANES]; K] + Sync),
) {
    let leaves = leaves(cx.images, L::LANES);
    let sum = Sum { exec: cx.exec, leaves, row: K, partials, scratch: &mut [] };
    sum.over(out, &|leaf, some, out, _| {
        for (c, out) in some.zip(out.chunks_exact_mut(K)) {
            let mut tree = Tree::<Single, 1, K>::new();
            for group in leaf_groups(cx.images, L::LANES, leaf) {
                let first = (group * channels + c) * run;
                let real = real_images(cx.images, L::LANES, group);
                let sums = of(c, first..first + run);
                tree.add(Single, [sums.map(|sums| sum_real(sums, L::LANES, real))]);
            }
            out.copy_from_slice(&tree.total(Single)[0]);
        }
    });
}

/// Copies the first input to the output, unless the step runs in place.
fn copy_input(inputs: &[&[f32]], group: usize, output: &mut [f32]) {
    if let Some(x) = inputs.first() {
        output.copy_from_slice(&x[group * output.len()..][..output.len()]);
    }
}

/// Calls `gradient(group, d)` with what is the output's gradient and is to become the input's.
fn backward_in_place<L: Layout>(
    cx: &Pass<'_>,
    len: usize,
    d_output: &mut [f32],
    d_input: Option<&mut [f32]>,
    gradient: &(dyn Fn(usize, &mut [f32]) + Sync),
) {
    let d = match d_input {
        None => d_output,
        Some([]) => return,
        Some(d_input) => {
            d_input.copy_from_slice(d_output);
            d_input
        }
    };
    exec::split(cx.exec, cx.groups::<L>(), [(d, len)], &|group, [d]| gradient(group, d));
}
