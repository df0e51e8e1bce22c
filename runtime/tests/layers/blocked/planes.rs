//! Convolutions and pools in planes, and the convolution that reads planes.

use super::{Run, TOLERANCE, Threads, check_conv, conv, frame};
use crate::harness::{Case, Random};
use crate::kernels::{Sizes, pool_geometry};
use cnn_oracle as oracle;
use cnn_runtime::blocked::{PlaneConv, PlaneMeans};
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::{Kernel, Room};
use cnn_runtime::layout::{Blocked, Frame};

/// Compares a kernel from planes to planes with the oracle, on one thread and cut in pieces.
pub(crate) fn check(kernel: &impl Kernel<Blocked>, frame: Frame, case: &mut Case) {
    // Inference only, with parameters as they are.
    case.packed = Some(case.params.clone());
    let [_, c, h, w] = case.output().dims;
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        let (rooms, output) = ([Room::NONE; 2], [c, h, w]);
        Run { kernel, rooms, frame, case, output, block: 1, exec, tolerance: TOLERANCE }
            .compare_inference();
    }
}

#[test]
fn convolutions_of_few_filters() {
    for filters in [1, 2, 3, 4, 5, 6, 7, 8, 11, 14] {
        for (images, input, k, bias) in
            [(1, [1, 28, 28], 5, true), (2, [3, 5, 16], 3, false), (3, [2, 9, 35], 1, true)]
        {
            let sizes = Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [1, 1]) };
            let c = super::Convolution { bias, ..conv(images, input, filters, 1, sizes) };
            for (halo, output) in [(k / 2, 0), (3, 2)] {
                let frame = Frame { block: 1, ..frame(&[halo], output, &[], 0) };
                check(&PlaneConv::new(c.geometry(), frame), frame, &mut c.case());
            }
        }
    }
    let sizes = Sizes { pad: [0, 1, 2, 3], dilation: [2, 3], ..Sizes::plain([3, 2], [1, 1]) };
    let c = conv(2, [2, 8, 20], 6, 1, sizes);
    let frame = Frame { block: 1, ..frame(&[4], 1, &[], 0) };
    check(&PlaneConv::new(c.geometry(), frame), frame, &mut c.case());
    // Large enough to be cut into pieces of rows and of filters.
    let sizes = Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) };
    for filters in [3, 17] {
        let c = conv(1, [8, 61, 67], filters, 1, sizes);
        let frame = Frame { block: 1, ..super::frame(&[1], 0, &[], 0) };
        check(&PlaneConv::new(c.geometry(), frame), frame, &mut c.case());
    }
}

#[test]
pub(crate) fn means_of_windows_side_by_side() {
    let sizes = Sizes::plain([2, 2], [2, 2]);
    for (images, input) in
        [(1, [6, 28, 28]), (2, [1, 2, 2]), (3, [3, 7, 15]), (1, [2, 5, 37]), (1, [9, 64, 80])]
    {
        for (halo, output) in [(0, 0), (1, 2)] {
            let frame = Frame { block: 1, ..frame(&[halo], output, &[], 0) };
            let [c, h, w] = input;
            let x = Random::new(1).tensor([images, c, h, w]);
            let mean = oracle::AvgPool { window: sizes.window(), count_pad: true };
            let mut case = Case::new(format!("means of {input:?}"), mean, vec![], vec![x]);
            check(&PlaneMeans::new(pool_geometry(sizes, input), frame), frame, &mut case);
        }
    }
}

#[test]
fn blocks_out_of_planes() {
    let plain = |k: usize| Sizes::plain([k, k], [1, 1]);
    for (images, input, filters) in [(1, [6, 14, 14], 16), (2, [5, 9, 11], 20), (1, [17, 6, 5], 33)]
    {
        check_conv::<false>(conv(images, input, filters, 1, plain(5)), 1, [0, 1, 0, 4]);
        let sizes = Sizes { dilation: [1, 2], ..plain(3) };
        check_conv::<false>(conv(images, input, filters, 1, sizes), 1, [1, 0, 0, 4]);
    }
}
