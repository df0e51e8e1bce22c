//! Kernels whose inputs and outputs are some blocks of larger tensors.

use super::{Run, TOLERANCE, Threads, check, conv, frame};
use crate::harness::NoRoom;
use crate::harness::{Case, Random};
use crate::kernels::{Sizes, pool_geometry};
use cnn_oracle as oracle;
use cnn_runtime::blocked::{self, Conv};
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::layout::Frame;

/// What lies between the parts that a kernel may write.
pub(super) const OTHERS: f32 = -7.5;

/// The images with `channels` channels, as parts of images with `of`, and `others` between them; as
/// they are if `of` is 0.
pub(super) fn spread(
    whole: &[f32],
    images: usize,
    channels: usize,
    of: usize,
    others: f32,
) -> Vec<f32> {
    let len = whole.len() / images;
    let between = vec![others; if of == 0 { 0 } else { len / channels * (of - channels) }];
    whole.chunks_exact(len).collect::<Vec<_>>().join(&between[..])
}

/// The parts again; what lies between them must be untouched.
pub(super) fn gather(spread: &[f32], images: usize, channels: usize, of: usize) -> Vec<f32> {
    if of == 0 {
        return spread.to_vec();
    }
    let len = spread.len() * channels / (images * of - (of - channels));
    let mut whole = Vec::new();
    for image in spread.chunks(len / channels * of) {
        whole.extend_from_slice(&image[..len]);
        assert!(image[len..].iter().all(|&x| x == OTHERS), "written beyond the part");
    }
    whole
}

/// As parts of tensors of more blocks.
fn in_parts(whole: Frame, channels: usize, filters: usize) -> Frame {
    let input_blocks = Box::leak(Box::new([channels.div_ceil(16) + 3]));
    Frame { input_blocks, output_blocks: filters.div_ceil(16) + 2, ..whole }
}

fn check_conv<const W: bool>(c: crate::kernels::Convolution, halos: [usize; 2]) {
    let frame = in_parts(frame(&[halos[0]], halos[1], &[], 0), c.input[0], c.filters);
    let kernel = Conv::<W>::new(c.geometry(), frame);
    let [h, w] = c.sizes.output(c.input);
    let (case, rooms, output) = (c.case(), [kernel.room(); 2], [c.filters, h, w]);
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        let case = &case;
        Run { kernel: &kernel, rooms, frame, case, output, block: 16, exec, tolerance: TOLERANCE }
            .compare();
    }
}

#[test]
fn convolutions() {
    let same = |k: usize| Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [1, 1]) };
    for images in [1, 2, 3, 17] {
        check_conv::<false>(conv(images, [40, 9, 11], 50, 1, same(1)), [0, 0]);
        check_conv::<false>(conv(images, [16, 5, 18], 32, 1, same(3)), [1, 2]);
        // Tiles across images, where there are four.
        check_conv::<false>(conv(images, [33, 2, 2], 40, 1, same(3)), [1, 0]);
        check_conv::<true>(conv(images, [33, 9, 13], 50, 1, same(3)), [2, 1]);
        let frame = in_parts(frame(&[1], 1, &[], 0), 20, 20);
        let c = conv(images, [20, 7, 9], 20, 20, same(3));
        let kernel = blocked::Grouped::new(c.geometry(), frame);
        check(&kernel, [kernel.room(); 2], frame, &c.case());
    }
}

#[test]
fn pools() {
    for images in [1, 2, 3, 17] {
        let sizes = Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) };
        let (dims, window) = ([40, 7, 9], sizes.window());
        let g = pool_geometry(sizes, dims);
        let x = Random::new(3).tensor([images, 40, 7, 9]);
        let frame = in_parts(frame(&[1], 2, &[], 0), 40, 40);
        let maximum = oracle::MaxPool { window };
        let mut case = Case::new("maxpool".to_owned(), maximum, vec![], vec![x.clone()]);
        case.packed = Some(vec![]);
        let kernel = blocked::MaxPool::new(g, frame);
        check(&kernel, [kernel.room(); 2], frame, &case);
        let mean = oracle::AvgPool { window, count_pad: false };
        let mut case = Case::new("avgpool".to_owned(), mean, vec![], vec![x.clone()]);
        case.packed = Some(vec![]);
        let kernel = blocked::AvgPool::new(g, false, frame);
        check(&kernel, [kernel.room(); 2], frame, &case);
        let mut case =
            Case::new("global".to_owned(), oracle::GlobalAvgPool, vec![], vec![x.clone()]);
        case.packed = Some(vec![]);
        let frame = Frame { output: 0, ..frame };
        let kernel = blocked::GlobalAvgPool::new(dims, frame);
        check(&kernel, [kernel.room(); 2], frame, &case);
    }
}
