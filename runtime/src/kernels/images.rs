//! What kernels share that work on images in planes, one after the other or interleaved.

use crate::exec;
use crate::layout::{LANES, Layout};
use crate::pass::Pass;
use crate::reduce::{Sum, leaf_groups, leaves_of, real_images};
use crate::simd::Single;
use crate::simd::tree::Tree;
use crate::vector;

/// The sum over a balanced tree of the lanes that are real images; in one image's row all are.
pub(crate) fn sum_real(mut sums: [f32; LANES], lanes: usize, real: usize) -> f32 {
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
/// channel's piece of a tensor, given by its first element and the one after its last.
pub(crate) fn channel_sums<L: Layout, const K: usize>(
    cx: &Pass<'_>,
    [channels, run]: [usize; 2],
    partials: &mut [f32],
    out: &mut [f32],
    of: &(dyn Fn(usize, core::ops::Range<usize>) -> [[f32; LANES]; K] + Sync),
) {
    let leaves = leaves_of(cx, L::IMAGES);
    let sum = Sum { cx, leaves, row: K, partials, scratch: &mut [] };
    sum.over(out, &|leaf, some, out, _| {
        for (c, out) in some.zip(out.chunks_exact_mut(K)) {
            let mut tree = Tree::<Single, 1, K>::new();
            for group in leaf_groups(cx, L::IMAGES, leaf) {
                let first = (group * channels + c) * run;
                let real = real_images(cx.images, L::IMAGES, group);
                let sums = of(c, first..first + run);
                tree.add(Single, [sums.map(|sums| sum_real(sums, L::IMAGES, real))]);
            }
            out.copy_from_slice(&tree.total(Single)[0]);
        }
    });
}

/// Copies the first input to the output, unless the step runs in place.
pub(crate) fn copy_input(inputs: &[&[f32]], group: usize, output: &mut [f32]) {
    if let Some(x) = inputs.first() {
        output.copy_from_slice(&x[group * output.len()..][..output.len()]);
    }
}

/// Calls `gradient(group, d)` with what is the output's gradient and is to become the input's.
pub(crate) fn backward_in_place<L: Layout>(
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

/// `d_bias = Σ over the batch and the positions of dy`, in either layout.
pub(crate) fn bias_gradient<const LANES: usize>(
    cx: &Pass<'_>,
    positions: usize,
    dy: &[f32],
    partials: &mut [f32],
    d_bias: &mut [f32],
) {
    let (filters, plane) = (d_bias.len(), positions * LANES);
    let sum = Sum { cx, leaves: leaves_of(cx, LANES), row: 1, partials, scratch: &mut [] };
    sum.over(d_bias, &|leaf, rows, db, _| {
        for (f, db) in rows.zip(db) {
            let planes =
                leaf_groups(cx, LANES, leaf).map(|i| &dy[(i * filters + f) * plane..][..plane]);
            // The copies in the last group have no gradient, so their lanes may be counted.
            *db = vector::total(planes.map(|dy| sum_real(vector::sum_lanes(dy), LANES, LANES)));
        }
    });
}
