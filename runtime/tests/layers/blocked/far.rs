//! Every layer that adds up, of large images whose numbers lie far from zero, as do the output's gradients:
//! there a sum that loses digits shows, as it does not of numbers around zero. In all layouts.

use super::frame;
use crate::harness::NoRoom;
use crate::harness::{Case, Random, Run, check, check_forward};
use crate::kernels::{Convolution, Sizes};
use cnn_oracle as oracle;
use cnn_oracle::{Layer, Normalize, Over, Tensor, Window};
use cnn_runtime::blocked;
use cnn_runtime::conv::Direct;
use cnn_runtime::exec::Serial;
use cnn_runtime::kernel::Room;
use cnn_runtime::layout::{Interleaved, Nchw};
use cnn_runtime::{Combine, Extent, PoolGeometry, dense};

const EPS: f32 = 1e-5;

const GATE: &[Extent] = &[Extent::All, Extent::Channels];

/// Numbers of a deviation of 1, that far from zero.
fn far(mean: f32, dims: [usize; 4]) -> Tensor<f32> {
    Random::new(1).tensor(dims).map(|x| mean + x * 3f32.sqrt())
}

fn case(
    layer: impl Layer<f64> + std::fmt::Debug + 'static,
    params: Vec<Vec<f32>>,
    x: &Tensor<f32>,
) -> Case {
    let mut case = Case::new(format!("{layer:?} of {:?}", x.dims), layer, params, vec![x.clone()]);
    case.d_mean = 1.0;
    case
}

/// Compares the kernel in planes and of interleaved images, and the one in blocks of channels, which may
/// keep more for the backward pass.
macro_rules! everywhere {
    ($case:expr, $kernel:expr, $blocked:expr, $kept:expr) => {{
        let mut case = $case;
        check!(Nchw, $kernel, &case);
        check!(Interleaved, $kernel, &case);
        case.saved = $kept;
        let kernel = $blocked;
        super::check(&kernel, [kernel.room(), kernel.room_backward()], FRAME(), &case);
    }};
}

#[allow(non_snake_case)] // it is a constant, but for the memory of its halos
fn FRAME() -> cnn_runtime::layout::Frame {
    frame(&[1, 0], 1, &[0, 1], 0)
}

#[test]
fn batch_norm() {
    for (mean, dims @ [_, channels, height, width]) in
        [(1000.0, [1, 1, 384, 384]), (100.3, [17, 2, 60, 61]), (-1e5, [2, 1, 200, 130])]
    {
        let x = far(mean, dims);
        let params = vec![vec![1.0; channels], vec![0.0; channels]];
        let mut case = case(oracle::BatchNorm { eps: EPS.into(), running: None }, params, &x);
        case.stats = 3 * channels;
        case.state = vec![vec![0.0; channels], vec![1.0; channels]];
        let running = [vec![0.0; channels], vec![1.0; channels]];
        let wide = Tensor { dims, data: x.data.iter().map(|&x| x.into()).collect() };
        case.expected_state = oracle::BatchNorm::updated(&wide, &running, 0.5).to_vec();
        if mean == -1e5 {
            // Backward knows the mean as a float, which is a hundredth of a deviation from it.
            case.packed = Some(case.params.clone());
            for_forward(
                &case,
                cnn_runtime::BatchNorm::new(channels, height * width, EPS, 0.5, true),
            );
            let kernel =
                blocked::BatchNorm::new([channels, height, width], EPS, 0.5, true, FRAME());
            super::check(&kernel, [kernel.room(), kernel.room_backward()], FRAME(), &case);
            continue;
        }
        everywhere!(
            case,
            cnn_runtime::BatchNorm::new(channels, height * width, EPS, 0.5, true),
            blocked::BatchNorm::new([channels, height, width], EPS, 0.5, true, FRAME()),
            0
        );
    }
}

/// The forward pass in planes and of interleaved images.
fn for_forward(case: &Case, kernel: cnn_runtime::BatchNorm) {
    let run = Run { kernel: &kernel, rooms: [kernel.room(), Room::NONE], case, exec: &Serial };
    check_forward::<Nchw, _>(&run);
    check_forward::<Interleaved, _>(&run);
}

#[test]
fn norms_of_an_image() {
    let dims @ [_, channels, height, width] = [1, 4, 150, 151];
    let x = far(100.3, dims);
    for groups in [1, 2, 4] {
        let layer = Normalize { over: Over::Groups(groups), eps: EPS.into() };
        let mut case = case(layer, vec![vec![1.0; channels], vec![0.0; channels]], &x);
        case.saved = 3 * groups;
        everywhere!(
            case,
            cnn_runtime::GroupNorm::new([channels, height * width], groups, EPS),
            blocked::GroupNorm::new([channels, height, width], groups, EPS, FRAME()),
            2 * 16
        );
    }
    let dims @ [_, channels, height, width] = [1, 5000, 1, 3];
    let x = far(100.3, dims);
    let layer = Normalize { over: Over::Position, eps: EPS.into() };
    let mut case = case(layer, vec![vec![1.0; channels], vec![0.0; channels]], &x);
    case.saved = 2 * height * width;
    everywhere!(
        case,
        cnn_runtime::LayerNorm::new([channels, height * width], EPS),
        blocked::LayerNorm::new([channels, height, width], EPS, FRAME()),
        2 * height * width
    );
}

#[test]
fn pools() {
    let dims @ [_, _, height, width] = [1, 1, 224, 224];
    for x in [far(100.3, dims), Tensor::from_fn(dims, |_| 0.1)] {
        everywhere!(
            case(oracle::GlobalAvgPool, vec![], &x),
            cnn_runtime::GlobalAvgPool::new(1, height * width),
            blocked::GlobalAvgPool::new([1, height, width], FRAME()),
            0
        );
        let size = [1, 2];
        let geometry = PoolGeometry::adaptive([1, height, width], size);
        everywhere!(
            case(oracle::AdaptiveAvgPool { size }, vec![], &x),
            cnn_runtime::AvgPool::new(geometry, true),
            blocked::AvgPool::new(geometry, true, FRAME()),
            0
        );
        let sizes = Sizes { pad: [3, 0, 1, 2], ..Sizes::plain([200, 201], [20, 1]) };
        let sizes = Sizes { stride: [20, 13], ..sizes };
        let window: Window = sizes.window();
        let geometry = crate::kernels::pool_geometry(sizes, [1, height, width]);
        everywhere!(
            case(oracle::SumPool { window }, vec![], &x),
            cnn_runtime::SumPool::new(geometry),
            blocked::SumPool::new(geometry, FRAME()),
            0
        );
        for p in [2.0, 3.0] {
            let mut case = case(oracle::LpPool { window, p: p.into() }, vec![], &x);
            case.saved = sizes.output([1, height, width]).iter().product();
            let kept = 16 * case.saved;
            everywhere!(
                case,
                cnn_runtime::LpPool::new(geometry, p),
                blocked::LpPool::new(geometry, p, FRAME()),
                kept
            );
        }
    }
    let x = far(3.0, dims);
    let mut case = case(oracle::AttnPool, vec![vec![0.25]], &x);
    case.saved = height * width;
    everywhere!(
        case,
        cnn_runtime::AttnPool::new(1, height * width),
        blocked::AttnPool::new([1, height, width], FRAME()),
        height * width
    );
}

#[test]
fn parameters_of_whole_channels() {
    let dims @ [_, _, height, width] = [1, 1, 300, 301];
    let x = far(100.3, dims);
    everywhere!(
        case(oracle::Scale, vec![vec![0.5], vec![0.25]], &x),
        cnn_runtime::Scale::new(1, height * width),
        blocked::Scale::new([1, height, width], FRAME()),
        0
    );
    let case = case(oracle::Prelu, vec![vec![0.25]], &x.map(|x| -x));
    check!(Nchw, cnn_runtime::Prelu::new(1, height * width), &case);
    check!(Interleaved, cnn_runtime::Prelu::new(1, height * width), &case);
    let mut gated = Case::new("gate".to_owned(), oracle::Mul, vec![], vec![x, far(2.0, [1; 4])]);
    gated.d_mean = 1.0;
    everywhere!(
        gated,
        cnn_runtime::Broadcast::new(1, height * width, GATE, Combine::Product),
        blocked::Broadcast::new([1, height, width], GATE, Combine::Product, FRAME()),
        0
    );
}

#[test]
fn weights_of_convolutions() {
    let convolution = |input, k: usize, groups| {
        let sizes = Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [1, 1]) };
        Convolution { images: 1, input, filters: groups, groups, bias: true, sizes }
    };
    for (c, mean) in [
        (convolution([1, 400, 401], 1, 1), 100.3),
        (convolution([1, 200, 150], 3, 1), 10.0),
        (convolution([2, 3, 9000], 3, 2), 100.3),
    ] {
        let mut case = c.case();
        case.inputs = vec![far(mean, case.inputs[0].dims)];
        case.d_mean = 1.0;
        let k = c.sizes.kernel[0];
        let frame = frame(&[k / 2], 0, &[0], k / 2);
        check!(Interleaved, Direct::new(c.geometry()), &case);
        if c.groups > 1 {
            let kernel = blocked::Grouped::new(c.geometry(), frame);
            super::check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
            continue;
        }
        let kernel = blocked::Conv::<false>::new(c.geometry(), frame);
        super::check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
    }
    // Batches of tiles, of many rows, and rows of all images.
    let tiles = convolution([16, 130, 130], 3, 1);
    let mut case = Convolution { filters: 16, ..tiles }.case();
    case.inputs = vec![far(3.0, case.inputs[0].dims)];
    case.d_mean = 1.0;
    let frame = frame(&[1], 0, &[0], 1);
    let kernel = blocked::Conv::<true>::new(Convolution { filters: 16, ..tiles }.geometry(), frame);
    super::check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
}

#[test]
fn long_rows() {
    let dense = |inputs: usize| {
        let w = Random::new(2).vec(inputs).into_iter().map(|w| w + 1.0).collect();
        case(oracle::Dense { outputs: 1 }, vec![w, vec![0.5]], &far(100.3, [5, inputs, 1, 1]))
    };
    check!(Nchw, dense::Gemm::new(200_000, 1), &dense(200_000));
    check!(Interleaved, dense::Direct::new(60_000, 1), &dense(60_000));
}
