//! All layers but convolutions.

use super::{Threads, blocks, frame, plain};
use crate::harness::{Case, Random};
use crate::kernels::{Sizes, pool_geometry};
use crate::sizes::{EXTENTS, enlargements, extent, paddings};
use cnn_oracle as oracle;
use cnn_oracle::Tensor;
use cnn_runtime::activation::{NoActivation, Relu, Tanh};
use cnn_runtime::blocked;
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::PackParams;
use cnn_runtime::kernel::backward::{Backward, Train};
use cnn_runtime::kernel::{Forward, Kernel, Mode, Pass, Room};
use cnn_runtime::layout::{Blocked, Frame, Grid};
use cnn_runtime::random::Streams;
use cnn_runtime::{Combine, Extent};

/// Channels, height, width: from single pixels to more blocks and columns than a tile has.
const IMAGES: [[usize; 3]; 7] =
    [[1, 1, 1], [3, 1, 7], [17, 5, 3], [33, 9, 18], [16, 6, 35], [48, 1, 1], [40, 12, 12]];

const BATCHES: [usize; 4] = [1, 2, 3, 17];

/// `check!(kernel, frame, &case)` compares a kernel with the oracle.
macro_rules! check {
    ($kernel:expr, $frame:expr, $case:expr) => {{
        let kernel = $kernel;
        #[allow(unused_imports)] // where the kernel has both
        use crate::harness::NoRoom;
        super::check(&kernel, [kernel.room(), kernel.room_backward()], $frame, $case);
    }};
}
pub(super) use check;

/// Calls `f` with batches of different sizes, their description, and four halos.
pub(super) fn for_images(mut f: impl FnMut(Tensor<f32>, &str, [usize; 4])) {
    for (i, [channels, height, width]) in IMAGES.into_iter().enumerate() {
        for (j, images) in BATCHES.into_iter().enumerate() {
            let dims = [images, channels, height, width];
            let halos = [[0, 0, 0, 0], [1, 2, 0, 1], [2, 0, 1, 3], [0, 1, 2, 0]][(i + j) % 4];
            f(Random::new(1).tensor(dims), &format!("{dims:?} with halos {halos:?}"), halos);
        }
    }
}

fn pass(exec: &dyn Exec, images: usize) -> Pass<'_> {
    Pass::new(exec, images, Mode::Training, Streams { seed: 3, step: 4 })
}

fn forward<'a>(inputs: &'a [&'a [f32]], output: &'a mut [f32]) -> Forward<'a> {
    Forward {
        params: &[],
        state: &mut [],
        inputs,
        output,
        saved: &mut [],
        stats: &mut [],
        scratch: &mut [],
    }
}

fn backward<'a>(d_output: &'a mut [f32], d_inputs: &'a mut [&'a mut [f32]]) -> Backward<'a> {
    Backward {
        params: &[],
        inputs: &[],
        output: &[],
        saved: &[],
        stats: &[],
        d_output,
        d_inputs,
        d_params: &mut [],
        partials: &mut [],
        scratch: &mut [],
    }
}

/// Checks the ways into blocks and back, on the backend that is chosen.
pub(crate) fn check_forms(x: &Tensor<f32>, name: &str, halos: [usize; 4]) {
    let [input, output, d_input, d_output] = halos;
    let [images, channels, height, width] = x.dims;
    let dims = [channels, height, width];
    let nans = |grid: Grid| vec![f32::NAN; images * grid.len()];
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        let cx = pass(exec, images);
        // Flatten's input and Reorder's gradient lie in blocks, their other sides in planes.
        let flatten = blocked::Flatten::new(dims, frame(&[input], 0, &[d_input], 0));
        let in_blocks = blocks(x, Grid::new(dims, input), 16, input);
        let mut y = vec![f32::NAN; x.data.len()];
        flatten.forward(Relu, &cx, forward(&[&in_blocks], &mut y));
        assert_eq!(y, x.map(|x| x.max(0.0)).data, "flatten of {name}");
        let mut dx = nans(Grid::new(dims, d_input));
        let mut dy = x.data.clone();
        Train::<Blocked>::backward(&flatten, &cx, backward(&mut dy, &mut [&mut dx]));
        assert_eq!(plain(&dx, x.dims, d_input), x.data, "gradient of flatten of {name}");

        let frame = frame(&[0], output, &[0], d_output);
        let mut few = vec![16];
        few.extend((channels < 16).then_some(channels));
        for lanes in few {
            let reorder = blocked::Reorder::new(dims, Frame { block: lanes, ..frame });
            let grid = Grid::with_depth(dims, output, lanes);
            let mut y = nans(grid);
            reorder.forward(NoActivation, &cx, forward(&[&x.data], &mut y));
            let same = |(y, x): (&f32, &f32)| y == x || x.is_nan();
            let expected = blocks(x, grid, lanes, output);
            let equal = y.iter().zip(&expected).all(same);
            assert!(equal, "reorder of {name} to {lanes} lanes");
            let mut dy = blocks(x, Grid::new(dims, d_output), 16, d_output);
            let mut dx = vec![f32::NAN; x.data.len()];
            Train::<Blocked>::backward(&reorder, &cx, backward(&mut dy, &mut [&mut dx]));
            assert_eq!(dx, x.data, "gradient of reorder of {name}");
        }
    }
}

#[test]
fn into_blocks_and_back() {
    for_images(|x, name, halos| check_forms(&x, name, halos));
}

#[test]
fn padding_and_cropping() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let dims = [channels, height, width];
        let halos = frame(&[input], output, &[d_input], d_output);
        for (more, border, expected) in paddings([height, width]) {
            let layer = oracle::Pad { more: more.map(|n| n as isize), border: expected };
            let name = format!("pad of {name}, {layer:?}");
            let case = Case::new(name, layer, vec![], vec![x.clone()]);
            check!(blocked::Pad::new(dims, more, border, halos), halos, &case);
        }
        let less = [height / 2, (height - 1) / 2, width / 3, width / 3];
        let case =
            Case::new(format!("crop of {name}"), oracle::Crop { less }, vec![], vec![x.clone()]);
        check!(blocked::Crop::new(dims, less, halos), halos, &case);
    });
}

#[test]
fn upsampling() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let halos = frame(&[input], output, &[d_input], d_output);
        enlargements([height, width], |output, interpolation, layer| {
            let case = Case::new(format!("{layer:?} of {name}"), layer, vec![], vec![x.clone()]);
            let dims = [channels, height, width];
            check!(blocked::Upsample::new(dims, output, interpolation, halos), halos, &case);
        });
    });
}

/// Checks maximum and, where there is no dilation, mean.
pub(crate) fn check_pools(
    x: &Tensor<f32>,
    sizes: Sizes,
    name: &str,
    [input, output, d_in, d_out]: [usize; 4],
) {
    let [_, channels, height, width] = x.dims;
    let g = pool_geometry(sizes, [channels, height, width]);
    let frame = frame(&[input], output, &[d_in], d_out);
    let window = sizes.window();
    let [rows, columns] = sizes.output([channels, height, width]);
    let name = format!("of {name}, {sizes:?}");
    let maximum = oracle::MaxPool { window };
    let mut case = Case::new(format!("maxpool {name}"), maximum, vec![], vec![x.clone()]);
    case.saved = channels.div_ceil(16) * 16 * rows * columns;
    check!(blocked::MaxPool::new(g, frame), frame, &case);
    case.saved = 0;
    case.packed = Some(vec![]);
    check!(blocked::MaxPool::new(g, frame), frame, &case);
    for count_pad in [true, false].into_iter().filter(|_| sizes.dilation == [1, 1]) {
        let mean = oracle::AvgPool { window, count_pad };
        let name = format!("avgpool, count_pad={count_pad}, {name}");
        let case = Case::new(name, mean, vec![], vec![x.clone()]);
        check!(blocked::AvgPool::new(g, count_pad, frame), frame, &case);
    }
}

#[test]
fn pools() {
    let sizes = [
        Sizes::plain([1, 1], [1, 1]),
        Sizes::plain([2, 2], [2, 2]),
        Sizes { ceil: true, ..Sizes::plain([2, 2], [2, 2]) },
        Sizes { ceil: true, pad: [1, 1, 1, 1], ..Sizes::plain([3, 3], [2, 2]) },
        Sizes { pad: [1, 1, 1, 1], ..Sizes::plain([3, 3], [1, 1]) },
        Sizes { pad: [1, 0, 0, 2], ..Sizes::plain([3, 5], [1, 2]) },
        Sizes { dilation: [2, 3], ..Sizes::plain([2, 2], [1, 1]) },
        Sizes { pad: [1, 0, 1, 1], dilation: [2, 3], ..Sizes::plain([2, 2], [3, 1]) },
    ];
    for_images(|x, name, halos| {
        for sizes in sizes {
            let fits = |axis: usize| {
                let reach = sizes.dilation[axis] * (sizes.kernel[axis] - 1);
                x.dims[axis + 2] > reach
            };
            if fits(0) && fits(1) {
                check_pools(&x, sizes, name, halos);
            }
        }
    });
}

#[test]
fn maximum_of_ties_infinities_and_nans() {
    let values =
        [-1.0, -1.0, 0.0, f32::NAN, f32::NEG_INFINITY, f32::NEG_INFINITY, f32::INFINITY, 1.0];
    let x = Tensor::from_fn([3, 18, 4, 8], |[n, c, i, j]| {
        values[(n + 2 * c + 3 * i + j) % values.len()]
    });
    check_pools(&x, Sizes::plain([2, 2], [2, 2]), "ties", [1, 0, 0, 1]);
    check_pools(&x, Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) }, "ties", [1, 0, 0, 1]);
}

#[test]
fn global_average() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let frame = frame(&[input], output, &[d_input], d_output);
        let name = format!("global_avgpool of {name}");
        let case = Case::new(name, oracle::GlobalAvgPool, vec![], vec![x]);
        check!(blocked::GlobalAvgPool::new([channels, height, width], frame), frame, &case);
    });
}

#[test]
fn identity_and_derivative() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [images, channels, height, width] = x.dims;
        let dims = [channels, height, width];
        let layer = oracle::Activation::Identity;
        let mut case = Case::new(format!("identity of {name}"), layer, vec![], vec![x.clone()]);
        let different = frame(&[input], output, &[d_input], d_output);
        check!(blocked::Identity::new(dims, different), different, &case);
        let same = frame(&[input], input, &[d_output], d_output);
        check!(blocked::Identity::new(dims, same), same, &case);
        case.in_place = true;
        check!(blocked::Identity::new(dims, same), same, &case);

        let d = Random::new(2).tensor(x.dims);
        let expected: Vec<f32> =
            x.data.iter().zip(&d.data).map(|(x, d)| d * (1.0 - x * x)).collect();
        let kept = blocks(&x, Grid::new(dims, input), 16, input);
        for exec in [&Serial as &dyn Exec, &Threads(3)] {
            let mut d = blocks(&d, Grid::new(dims, d_output), 16, d_output);
            blocked::derivative(&pass(exec, images), Tanh, dims, &kept, input, &mut d, d_output);
            for (found, expected) in plain(&d, x.dims, d_output).iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}, {name}");
            }
        }
    });
}

#[test]
fn sums() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let dims = [x.dims[1], x.dims[2], x.dims[3]];
        let mut random = Random::new(3);
        let others = [random.tensor(x.dims), random.tensor(x.dims)];
        let halos = frame(&[input, 1, 0], output, &[d_input, 0, 1], d_output);
        for count in 1..=3 {
            let inputs = [&x, &others[0], &others[1]].into_iter().take(count).cloned().collect();
            let name = format!("add of {count} of {name}");
            let mut case = Case::new(name, oracle::Add, vec![], inputs);
            check!(blocked::Add::new(dims, halos), halos, &case);
            if count == 1 {
                case.in_place = true;
                let same = frame(&[input], input, &[d_output], d_output);
                check!(blocked::Add::new(dims, same), same, &case);
            }
        }
    });
}

#[test]
fn batch_norm() {
    const EPS: f32 = 1e-3;
    const MOMENTUM: f32 = 0.25;
    for_images(|mut x, name, [input, output, d_input, d_output]| {
        let [images, channels, height, width] = x.dims;
        // Fewer elements make a normalized channel all but independent of its input.
        if images * height * width < 6 {
            return;
        }
        x.data.iter_mut().for_each(|x| *x = *x * 2.0 + 1.5);
        let mut random = Random::new(2);
        let params = vec![random.vec(channels), random.vec(channels)];
        let state =
            vec![random.vec(channels), random.vec(channels).iter().map(|x| x + 1.5).collect()];
        let widen = |x: &Vec<f32>| x.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>();
        let running = [0, 1].map(|i| widen(&state[i]));
        let wide = Tensor { dims: x.dims, data: widen(&x.data) };
        let dims = [channels, height, width];
        let halos = frame(&[input], output, &[d_input], d_output);
        let kernel = blocked::BatchNorm::new(dims, EPS, MOMENTUM, true, halos);

        let layer = oracle::BatchNorm { eps: EPS.into(), running: None };
        let mut case = Case::new(format!("bn of {name}"), layer, params.clone(), vec![x]);
        case.stats = 3 * channels;
        case.state = state.clone();
        case.expected_state = oracle::BatchNorm::updated(&wide, &running, MOMENTUM.into()).to_vec();
        check!(kernel, halos, &case);

        let layer = oracle::BatchNorm { eps: EPS.into(), running: Some(running.clone()) };
        case.name = format!("bn in evaluation of {name}");
        case.oracle = Box::new(layer);
        case.mode = Mode::Evaluation;
        case.expected_state = running.to_vec();
        check!(kernel, halos, &case);

        let bare = blocked::BatchNorm::new(dims, EPS, MOMENTUM, false, halos);
        let params = std::mem::take(&mut case.params);
        case.name = format!("bn of no parameters in evaluation of {name}");
        check!(bare, halos, &case);
        case.name = format!("bn of no parameters of {name}");
        case.oracle = Box::new(oracle::BatchNorm { eps: EPS.into(), running: None });
        case.mode = Mode::Training;
        case.expected_state = oracle::BatchNorm::updated(&wide, &running, MOMENTUM.into()).to_vec();
        check!(bare, halos, &case);
        (case.params, case.mode) = (params.clone(), Mode::Evaluation);
        case.oracle =
            Box::new(oracle::BatchNorm { eps: EPS.into(), running: Some(running.clone()) });

        let kernel = blocked::FoldedBatchNorm::new(dims, EPS, halos);
        let mut packed = vec![0.0; 2 * channels];
        let tensors: Vec<&[f32]> = params.iter().chain(&state).map(Vec::as_slice).collect();
        kernel.pack(&tensors, &mut packed);
        let (scale, shift) = packed.split_at(channels);
        case.name = format!("folded bn of {name}");
        case.packed = Some(vec![scale.to_vec(), shift.to_vec()]);
        (case.stats, case.state, case.expected_state) = (0, vec![], vec![]);
        super::check_inference(&kernel, Room::NONE, halos, &case);
        case.in_place = true;
        let same = frame(&[input], input, &[0], 0);
        let kernel = blocked::FoldedBatchNorm::new(dims, EPS, same);
        super::check_inference(&kernel, Room::NONE, same, &case);
    });
}

#[test]
fn products() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let dims @ [_, channels, height, width] = x.dims;
        let mut random = Random::new(3);
        let halos = frame(&[input, 1, 0, 1], output, &[d_input, 0, 1, 0], d_output);
        for extents in EXTENTS {
            let mut inputs: Vec<Tensor<f32>> =
                extents.iter().map(|&e| random.tensor(extent(dims, e))).collect();
            if extents[0] == Extent::All {
                inputs[0].clone_from(&x);
            }
            let name = format!("{extents:?} of {name}");
            let dims = [channels, height, width];
            let case = Case::new(format!("mul, {name}"), oracle::Mul, vec![], inputs.clone());
            let kernel = |combine| blocked::Broadcast::new(dims, extents, combine, halos);
            check!(kernel(Combine::Product), halos, &case);
            let case = Case::new(format!("add, {name}"), oracle::Add, vec![], inputs);
            check!(kernel(Combine::Sum), halos, &case);
        }
    });
}

#[test]
fn concatenations() {
    let all: [&'static [usize]; 5] =
        [&[3, 1, 17], &[16, 32], &[5], &[20, 16, 12, 1], &[1, 40, 7, 16]];
    for (i, channels) in all.into_iter().enumerate() {
        for (j, [height, width]) in [[1, 1], [3, 5], [9, 18]].into_iter().enumerate() {
            let mut random = Random::new(4);
            let images = BATCHES[(i + j) % 4];
            let tensor = |&c: &usize| random.tensor([images, c, height, width]);
            let inputs = channels.iter().map(tensor).collect();
            let halos = frame(&[1, 0, 2, 1], j, &[0, 1, 0, 3], i % 3);
            let name = format!("concat of {images} images of {channels:?}×{height}×{width}");
            let case = Case::new(name, oracle::Concat, vec![], inputs);
            check!(blocked::Concat::new(channels, [height, width], halos), halos, &case);
        }
    }
}
