//! Convolutions and pools of any geometry.

use crate::kernels::{Convolution, Sizes, check_pools};
use proptest::prelude::*;

fn pair(values: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = [usize; 2]> {
    [values.clone(), values]
}

fn sizes() -> impl Strategy<Value = Sizes> {
    let pads = [0..=3_usize, 0..=3, 0..=3, 0..=3];
    let all = (pair(1..=5), pair(1..=3), pads, pair(1..=2), any::<bool>());
    all.prop_map(|(kernel, stride, pad, dilation, ceil)| Sizes {
        kernel,
        stride,
        pad,
        dilation,
        ceil,
    })
}

/// Rows and columns that hold at least one window, which rounded up may be larger than they are with
/// their padding, and up to `extra` more.
fn image(sizes: Sizes, extra: [usize; 2]) -> [usize; 2] {
    [0, 1].map(|axis| {
        let reach = sizes.dilation[axis] * (sizes.kernel[axis] - 1) + 1;
        let pad = sizes.pad[2 * axis] + sizes.pad[2 * axis + 1];
        let beyond = if sizes.ceil { sizes.stride[axis] - 1 } else { 0 };
        reach.saturating_sub(pad + beyond).max(1) + extra[axis]
    })
}

/// Whether every window meets the image.
fn meets(sizes: Sizes, input: [usize; 3]) -> bool {
    let window = sizes.window();
    (0..2).all(|axis| {
        let n = input[axis + 1];
        (0..window[axis].windows(n))
            .all(|i| (0..window[axis].kernel).any(|k| window[axis].inside(i, k, n).is_some()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn convolutions(
        sizes in sizes(),
        extra in [0..=6_usize, 0..=20],
        groups in 1..=4_usize,
        [channels, filters] in pair(1..=4),
        images in 1..=20_usize,
        bias in any::<bool>(),
    ) {
        let [height, width] = image(sizes, extra);
        let input = [channels * groups, height, width];
        Convolution { images, input, filters: filters * groups, groups, bias, sizes }.check();
    }

    #[test]
    fn pools(
        sizes in sizes(),
        extra in [0..=6_usize, 0..=20],
        channels in 1..=3_usize,
        images in 1..=20_usize,
    ) {
        let [height, width] = image(sizes, extra);
        let input = [channels, height, width];
        prop_assume!(meets(sizes, input));
        check_pools(images, input, sizes);
    }
}
