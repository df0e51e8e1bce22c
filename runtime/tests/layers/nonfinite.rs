//! Infinities, NaN and numbers whose squares overflow: where PyTorch keeps them, and no further.

use crate::blocked::{check as check_blocks, check_conv_case, check_inference, conv, frame};
use crate::harness::NoRoom;
use crate::harness::{self, Case, Random, check};
use crate::kernels::{Convolution, Sizes, check_both};
use crate::norms::lrn_oracle;
use crate::sizes::Deconvolution;
use cnn_oracle as oracle;
use cnn_oracle::Tensor;
use cnn_runtime::activation::{self as rows, Activation};
use cnn_runtime::blocked::{self, Deconv, Grouped, GroupedDeconv, PackedDeconv, PackedDirect};
use cnn_runtime::conv::{Direct, Gemm};
use cnn_runtime::deconv;
use cnn_runtime::kernel::PackParams;
use cnn_runtime::kernel::Room;
use cnn_runtime::layout::{Blocked, Interleaved, Nchw};
use cnn_runtime::simd::on_every_backend;
use cnn_runtime::{LocalResponseNorm, Lrn};

/// Channels, filters and groups: none a whole number of blocks, one channel with several filters, and
/// those that have kernels of their own.
const GROUPS: [[usize; 3]; 8] = [
    [9, 9, 3],
    [24, 24, 2],
    [24, 48, 3],
    [20, 60, 20],
    [16, 32, 16],
    [40, 24, 8],
    [20, 20, 20],
    [24, 24, 6],
];

/// Whether blocks have a kernel for groups of this size.
fn small(channels: usize, filters: usize, groups: usize) -> bool {
    channels == filters && matches!(channels / groups, 1 | 2 | 4 | 8)
}

#[test]
fn a_group_of_a_convolution_keeps_what_is_not_finite() {
    for (i, [channels, filters, groups]) in GROUPS.into_iter().enumerate() {
        // A gradient that is not finite meets no padding: PyTorch's answer would depend on its kernel.
        for (sizes, gradient) in [
            (Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) }, false),
            (Sizes::plain([3, 2], [1, 2]), true),
            (Sizes::plain([1, 1], [1, 1]), true),
        ] {
            let images = [1, 3, 16][i % 3];
            let c = conv(images, [channels, 6, 5], filters, groups, sizes);
            let case = c.case().unbounded(gradient);
            check!(Nchw, Gemm::new(c.geometry()), &case);
            check!(Interleaved, Direct::new(c.geometry()), &case);
            check_conv_case::<false>(c, &case, 16, [1, 1, 1, 2]);
            if small(channels, filters, groups) {
                let frame = frame(&[1], 1, &[1], 2);
                let kernel = Grouped::new(c.geometry(), frame);
                check_blocks(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
            }
            check_packed(c, case);
        }
    }
}

/// The same with packed weights.
fn check_packed(c: Convolution, mut case: Case) {
    let frame = frame(&[1], 0, &[], 0);
    let kernel = PackedDirect::new(c.geometry(), c.bias, None, frame);
    let (seen, taps) = (c.input[0].min(16), c.sizes.kernel[0] * c.sizes.kernel[1]);
    // As many blocks as any block of filters sees.
    let (outputs, inputs) = (c.filters / c.groups, c.input[0] / c.groups);
    let reach = |block: usize| {
        let last = c.filters.min(16 * (block + 1)) - 1;
        let (first, end) = (16 * block / outputs * inputs, (last / outputs + 1) * inputs);
        end.div_ceil(seen) - first / seen
    };
    let blocks = c.filters.div_ceil(16);
    let weights = blocks * (0..blocks).map(reach).max().unwrap_or(0) * taps * seen * 16;
    let mut packed = vec![f32::NAN; weights + blocks * 16];
    PackParams::<Blocked>::pack(
        &kernel,
        &case.params.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        &mut packed,
    );
    let (w, b) = packed.split_at(weights);
    case.packed = Some(vec![w.to_vec(), b.to_vec()]);
    check_inference(&kernel, Room::NONE, frame, &case);
}

#[test]
fn a_group_of_a_transposed_convolution_keeps_what_is_not_finite() {
    for (i, [channels, filters, groups]) in GROUPS.into_iter().enumerate() {
        for (sizes, extra) in
            [(Sizes::plain([3, 3], [1, 1]), [0, 0]), (Sizes::plain([3, 2], [2, 2]), [1, 0])]
        {
            let images = [1, 3, 16][i % 3];
            let (input, bias) = ([channels, 4, 3], i % 2 == 0);
            let d = Deconvolution { images, input, filters, groups, bias, sizes, extra };
            let mut case = d.case().unbounded(true);
            check!(Nchw, deconv::Gemm::new(d.geometry()), &case);
            check!(Interleaved, deconv::Direct::new(d.geometry()), &case);
            let halos = frame(&[3], 1, &[0], 2);
            let kernel = Deconv::new(d.geometry(), halos);
            check_blocks(&kernel, [kernel.room(), kernel.room_backward()], halos, &case);
            if small(channels, filters, groups) {
                let kernel = GroupedDeconv::new(d.geometry(), halos);
                check_blocks(&kernel, [kernel.room(), kernel.room_backward()], halos, &case);
            }
            let halos = frame(&[3], 1, &[], 0);
            let kernel = PackedDeconv::new(d.geometry(), bias, None, halos);
            let [weights, biases] = kernel.packed();
            let mut packed = vec![f32::NAN; weights + biases];
            let params: Vec<&[f32]> = case.params.iter().map(Vec::as_slice).collect();
            PackParams::<Blocked>::pack(&kernel, &params, &mut packed);
            let (w, b) = packed.split_at(weights);
            case.packed = Some(vec![w.to_vec(), b.to_vec()]);
            check_inference(&kernel, Room::NONE, halos, &case);
        }
    }
}

/// What `lrn` divides by may be infinite: then the response is 0. A NaN reaches the channels that see it.
#[test]
fn lrn_of_what_has_no_square() {
    let dims @ [channels, height, width] = [20, 3, 5];
    for size in [1, 4, 5] {
        let rule = Lrn { size, alpha: 1e-4, beta: 0.75, k: 1.0 };
        let mut x = Random::new(3).tensor([16, channels, height, width]);
        for (i, huge) in [3e19, -3e19, 1e30, -3e38].into_iter().enumerate() {
            x[[i, 5 * i + 2, 1, i]] = huge;
        }
        x[[1, 15, 0, 0]] = f32::NAN;
        x[[15, 16, 2, 4]] = f32::INFINITY;
        let case = Case::new(format!("{rule:?}"), lrn_oracle(rule), vec![], vec![x]);
        check_both!(LocalResponseNorm::new([channels, height * width], rule), &case);
        let frame = frame(&[1], 0, &[1], 2);
        let kernel = blocked::LocalResponseNorm::new(dims, rule, frame);
        check_blocks(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
    }
}

const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

/// Values and slopes at -∞, -1e30, 1e30, ∞ and NaN. Where PyTorch has NaN for an infinity, since it
/// multiplies it with 0, the limit stands here.
#[test]
fn activations_at_the_ends() {
    const AT: [f32; 5] = [-INF, -1e30, 1e30, INF, NAN];
    fn check<A: Activation>(name: &str, row: A, values: [f32; 4], slopes: [f32; 4]) {
        on_every_backend(|backend| {
            // In whole vectors, and in a part of one.
            for copies in [16, 3] {
                let x = AT.repeat(copies);
                let mut y = x.clone();
                row.apply(&mut y);
                let mut d = vec![1.0; x.len()];
                row.derivative(if A::READS_INPUT { &x } else { &y }, &mut d);
                for (i, x) in x.iter().enumerate() {
                    let at = format!("{name} of {x} on {}", backend.name());
                    match (values.get(i % 5), slopes.get(i % 5)) {
                        (Some(value), Some(slope)) => {
                            assert_eq!(y[i], *value, "{at}");
                            assert_eq!(d[i], *slope, "the slope of {at}");
                        }
                        _ => assert!(y[i].is_nan(), "{at}: {}", y[i]),
                    }
                }
            }
        });
    }
    let identity = [0.0, -0.0, 1e30, INF];
    let step = [0.0, 0.0, 1.0, 1.0];
    check("sigmoid", rows::Sigmoid {}, step, [0.0; 4]);
    check("tanh", rows::Tanh {}, [-1.0, -1.0, 1.0, 1.0], [0.0; 4]);
    check("relu", rows::Relu {}, identity, step);
    check("relu6", rows::Relu6 {}, [0.0, 0.0, 6.0, 6.0], [0.0; 4]);
    check(
        "leaky_relu",
        rows::LeakyRelu { slope: 0.5 },
        [-INF, -5e29, 1e30, INF],
        [0.5, 0.5, 1.0, 1.0],
    );
    check("elu", rows::Elu { alpha: 1.5 }, [-1.5, -1.5, 1e30, INF], step);
    check("gelu", rows::Gelu {}, identity, step);
    check("gelu of tanh", rows::GeluTanh {}, identity, step);
    check("silu", rows::Silu {}, identity, step);
    check("mish", rows::Mish {}, identity, step);
    check("hardsigmoid", rows::HardSigmoid {}, step, [0.0; 4]);
    check("hardswish", rows::HardSwish {}, identity, step);
    let softplus = rows::Softplus { beta: 1.0, threshold: 20.0 };
    check("softplus", softplus, identity, step);
}

/// Where an activation is flat by definition, an infinite gradient of its output ends, as in PyTorch; a
/// NaN that it was given lets the gradient pass where PyTorch does.
#[test]
fn flat_parts_stop_infinite_gradients() {
    fn check<A: Activation>(row: A, x: f32, d: [f32; 2]) {
        on_every_backend(|backend| {
            let mut kept = [x; 17];
            if !A::READS_INPUT {
                row.apply(&mut kept);
            }
            for gradient in [INF, NAN] {
                let mut found = [gradient; 17];
                row.derivative(&kept, &mut found);
                let expected = if gradient == INF { d[0] } else { d[1] };
                let same = |d: &f32| *d == expected || d.is_nan() && expected.is_nan();
                assert!(found.iter().all(same), "{x} on {}: {found:?}", backend.name());
            }
        });
    }
    for (x, d) in [(-1.0, [0.0; 2]), (0.0, [0.0; 2]), (1.0, [INF, NAN]), (NAN, [INF, NAN])] {
        check(rows::Relu {}, x, d);
        check(rows::Relu6 {}, x, d);
    }
    check(rows::Relu6 {}, 7.0, [0.0; 2]);
    for (x, d) in [(-4.0, [0.0; 2]), (4.0, [0.0; 2]), (1.0, [INF, NAN]), (NAN, [0.0; 2])] {
        check(rows::HardSigmoid {}, x, d);
    }
    for (x, d) in [(-4.0, [0.0; 2]), (4.0, [INF, NAN]), (1.0, [INF, NAN]), (NAN, [NAN; 2])] {
        check(rows::HardSwish {}, x, d);
    }
}

#[test]
fn a_slope_is_learned_below_zero_alone() {
    let mut x = Random::new(2).tensor([3, 5, 4, 5]);
    let mut case = Case::new("prelu".into(), oracle::Prelu, vec![vec![0.5; 5]], vec![]);
    // The gradients that are not finite meet positive inputs, but for one.
    let mut marks = Tensor::from_fn(x.dims, |_| 0.0);
    harness::unbound(&mut marks);
    x.data.iter_mut().zip(&marks.data).filter(|(_, m)| **m != 0.0).for_each(|(x, _)| *x = x.abs());
    x[[1, 4, 0, 0]] = -1.0;
    (case.inputs, case.unbounded) = (vec![x], true);
    check_both!(cnn_runtime::Prelu::new(5, 20), &case);
}

#[test]
fn softmax_of_what_is_not_finite() {
    // One channel at the end of its range, a position each; the last holds a NaN.
    let columns = [
        [-INF, 0.0, 1.0],
        [1e30, -1e30, 0.0],
        [1e38, -1e38, 0.0],
        [-1e30, -1e30, -INF],
        [0.0, NAN, 1.0],
    ];
    let x = Tensor::from_fn([16, 3, 1, 5], |[_, c, _, j]| columns[j][c]);
    let case = Case::new("softmax".into(), oracle::Softmax, vec![], vec![x.clone()]);
    check_both!(cnn_runtime::Softmax::new(3, 5), &case);
    let case = Case::new("log_softmax".into(), oracle::LogSoftmax, vec![], vec![x]);
    check_both!(cnn_runtime::LogSoftmax::new(3, 5), &case);
}
