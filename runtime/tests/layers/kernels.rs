//! Every kernel against the oracle.

use crate::harness::NoRoom;
use crate::harness::{Case, Random, Run, check, check_forward};
use crate::sizes::{EXTENTS, extent};
use cnn_oracle as oracle;
use cnn_oracle::{Axis, Tensor, Window};
use cnn_runtime::activation as rows;
use cnn_runtime::conv::{self, Direct, Geometry};
use cnn_runtime::exec::Serial;
use cnn_runtime::kernel::PackParams;
use cnn_runtime::kernel::Room;
use cnn_runtime::kernel::{Kernel, Mode};
use cnn_runtime::layout::{Interleaved, Layout, Nchw};
use cnn_runtime::{Broadcast, Combine, Extent, dense, layers};

/// Less than a group, whole groups, and more.
const BATCHES: [usize; 6] = [1, 2, 3, 16, 17, 33];

/// Channels, height, width: from single pixels to more than a vector wide.
const IMAGES: [[usize; 3]; 5] = [[1, 1, 1], [3, 1, 7], [17, 5, 3], [3, 9, 18], [1, 6, 35]];

/// A kernel in both layouts.
macro_rules! check_both {
    ($kernel:expr, $case:expr) => {
        check!(Nchw, $kernel, $case);
        check!(Interleaved, $kernel, $case);
    };
}
pub(crate) use check_both;

/// A window, each option as (vertical, horizontal).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    /// Top, bottom, left, right.
    pub(crate) pad: [usize; 4],
    pub(crate) dilation: [usize; 2],
    pub(crate) ceil: bool,
}

impl Sizes {
    pub(crate) fn window(&self) -> Window {
        [0, 1].map(|i| Axis {
            kernel: self.kernel[i],
            stride: self.stride[i],
            dilation: self.dilation[i],
            pad: [self.pad[2 * i], self.pad[2 * i + 1]],
            ceil: self.ceil,
        })
    }

    pub(crate) fn output(&self, [_, height, width]: [usize; 3]) -> [usize; 2] {
        let [vertical, horizontal] = self.window();
        [vertical.windows(height), horizontal.windows(width)]
    }

    pub(crate) const fn plain(kernel: [usize; 2], stride: [usize; 2]) -> Self {
        Self { kernel, stride, pad: [0; 4], dilation: [1; 2], ceil: false }
    }

    /// The padding that keeps the size at a stride of 1, or one less where the kernel is even.
    fn same(kernel: [usize; 2], stride: [usize; 2]) -> Self {
        let pad = [kernel[0] / 2, (kernel[0] - 1) / 2, kernel[1] / 2, (kernel[1] - 1) / 2];
        Self { pad, ..Self::plain(kernel, stride) }
    }
}

/// A convolution of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Convolution {
    pub(crate) images: usize,
    pub(crate) input: [usize; 3],
    pub(crate) filters: usize,
    pub(crate) groups: usize,
    pub(crate) bias: bool,
    pub(crate) sizes: Sizes,
}

impl Convolution {
    pub(crate) fn geometry(&self) -> Geometry {
        let Self { input, filters, groups, sizes: s, .. } = *self;
        Geometry::new(
            input,
            filters,
            s.kernel,
            s.stride,
            s.pad,
            s.dilation,
            groups,
            s.output(input),
        )
    }

    pub(crate) fn case(&self) -> Case {
        let Self { images, input: [channels, height, width], filters, groups, .. } = *self;
        let mut random = Random::new(1);
        let [kernel_height, kernel_width] = self.sizes.kernel;
        let mut params =
            vec![random.vec(filters * channels / groups * kernel_height * kernel_width)];
        params.extend(self.bias.then(|| random.vec(filters)));
        let oracle = oracle::Conv { window: self.sizes.window(), filters, groups };
        let x = random.tensor([images, channels, height, width]);
        Case::new(format!("{self:?}"), oracle, params, vec![x])
    }

    /// Checks every kernel that takes any size.
    pub(crate) fn check(&self) {
        let (geometry, case) = (self.geometry(), &self.case());
        check!(Nchw, conv::Gemm::new(geometry), case);
        check!(Interleaved, Direct::new(geometry), case);
        if self.groups == self.input[0] {
            check!(Nchw, conv::Depthwise::new(geometry), case);
        }
    }

    fn check_interleaved(&self) {
        check!(Interleaved, Direct::new(self.geometry()), &self.case());
    }
}

#[test]
fn convolutions_of_odd_sizes() {
    let sizes = [
        Sizes::plain([1, 1], [1, 1]),
        Sizes::same([3, 3], [1, 1]),
        Sizes::same([5, 4], [2, 1]),
        Sizes { pad: [2, 0, 1, 3], dilation: [2, 1], ..Sizes::plain([2, 3], [1, 2]) },
        Sizes { ceil: true, ..Sizes::same([3, 2], [2, 3]) },
        Sizes::same([7, 7], [3, 2]),
    ];
    for (i, sizes) in sizes.into_iter().enumerate() {
        for (j, input) in IMAGES.into_iter().enumerate() {
            let images = BATCHES[(i + j) % BATCHES.len()];
            let filters = [1, 3, 17, 8][(i + 2 * j) % 4];
            let fits = (0..2).all(|axis| sizes.output(input)[axis] > 0);
            if fits {
                Convolution { images, input, filters, groups: 1, bias: j % 2 == 0, sizes }.check();
            }
        }
    }
}

#[test]
fn convolutions_of_every_batch_size() {
    for images in BATCHES {
        let sizes = Sizes::same([3, 3], [1, 2]);
        Convolution { images, input: [3, 6, 7], filters: 5, groups: 1, bias: true, sizes }.check();
    }
}

#[test]
fn convolutions_in_groups() {
    for (channels, filters, groups) in [(4, 6, 2), (6, 3, 3), (17, 17, 17), (3, 9, 3), (1, 2, 1)] {
        for sizes in
            [Sizes::same([3, 3], [1, 1]), Sizes::same([3, 2], [2, 2]), Sizes::plain([1, 1], [1, 1])]
        {
            for images in [1, 17] {
                let input = [channels, 7, 20];
                Convolution { images, input, filters, groups, bias: groups != 2, sizes }.check();
            }
        }
    }
}

#[test]
fn convolutions_of_common_sizes() {
    let common = [
        ([1, 1], [1, 1]),
        ([1, 1], [2, 2]),
        ([3, 3], [1, 1]),
        ([3, 3], [2, 2]),
        ([5, 5], [1, 1]),
        ([5, 5], [2, 2]),
        ([7, 7], [1, 1]),
        ([7, 7], [2, 2]),
        ([11, 11], [4, 4]),
        ([1, 3], [1, 1]),
        ([4, 2], [1, 3]),
        ([3, 5], [2, 1]),
    ];
    for (kernel, stride) in common {
        for (images, filters, sizes) in [
            (3, 9, Sizes::plain(kernel, stride)),
            (17, 4, Sizes::same(kernel, stride)),
            (16, 3, Sizes { dilation: [1, 2], ..Sizes::same(kernel, stride) }),
        ] {
            let input = [2, 11, 21];
            Convolution { images, input, filters, groups: 1, bias: true, sizes }
                .check_interleaved();
        }
        let sizes = Sizes::same(kernel, stride);
        Convolution { images: 2, input: [4, 5, 6], filters: 4, groups: 2, bias: false, sizes }
            .check_interleaved();
    }
}

/// Checks every kernel of a dense layer.
pub(crate) fn check_dense(images: usize, [inputs, outputs]: [usize; 2], bias: bool) {
    let mut random = Random::new(1);
    let x = random.tensor([images, inputs, 1, 1]);
    let mut params = vec![random.vec(outputs * inputs)];
    params.extend(bias.then(|| random.vec(outputs)));
    let name = format!("dense {inputs} to {outputs}, {images} images");
    let mut case = Case::new(name, oracle::Dense { outputs }, params, vec![x]);
    check!(Nchw, dense::Gemm::new(inputs, outputs), &case);
    check!(Interleaved, dense::Direct::new(inputs, outputs), &case);

    let kernel = dense::Packed::new(inputs, outputs);
    let rows = outputs.next_multiple_of(16);
    let mut packed = vec![f32::NAN; rows * inputs + rows];
    let params: Vec<&[f32]> = case.params.iter().map(Vec::as_slice).collect();
    PackParams::<Nchw>::pack(&kernel, &params, &mut packed);
    let (w, b) = packed.split_at(rows * inputs);
    case.packed = Some(vec![w.to_vec(), b.to_vec()]);
    let rooms = [kernel.room(), Room::NONE];
    let run = Run { kernel: &kernel, rooms, case: &case, exec: &Serial };
    check_forward::<Nchw, _>(&run);
}

#[test]
fn dense_layers() {
    let sizes = [(1, 1), (3, 17), (17, 3), (64, 33), (200, 10), (40, 250)];
    for (i, (inputs, outputs)) in sizes.into_iter().enumerate() {
        for images in BATCHES {
            check_dense(images, [inputs, outputs], i % 2 == 0);
        }
    }
}

/// A pooling layer's geometry, as the runtime takes it.
pub(crate) fn pool_geometry(sizes: Sizes, input: [usize; 3]) -> cnn_runtime::PoolGeometry {
    let Sizes { kernel, stride, pad, dilation, .. } = sizes;
    cnn_runtime::PoolGeometry::new(input, kernel, stride, pad, dilation, sizes.output(input))
}

/// Checks maximum and, where there is no dilation, mean.
pub(crate) fn check_pools(images: usize, input: [usize; 3], sizes: Sizes) {
    let [channels, height, width] = input;
    let x = Random::new(1).tensor([images, channels, height, width]);
    let window = sizes.window();
    let name = format!("{images} images of {input:?}, {sizes:?}");
    let [rows, columns] = sizes.output(input);
    let maximum = oracle::MaxPool { window };
    let mut case = Case::new(format!("maxpool of {name}"), maximum, vec![], vec![x.clone()]);
    case.saved = channels * rows * columns;
    check_both!(cnn_runtime::MaxPool::new(pool_geometry(sizes, input)), &case);
    for count_pad in [true, false].into_iter().filter(|_| sizes.dilation == [1, 1]) {
        let mean = oracle::AvgPool { window, count_pad };
        let case = Case::new(
            format!("avgpool, count_pad={count_pad}, of {name}"),
            mean,
            vec![],
            vec![x.clone()],
        );
        check_both!(cnn_runtime::AvgPool::new(pool_geometry(sizes, input), count_pad), &case);
    }
}

#[test]
fn pools() {
    let sizes = [
        Sizes::plain([1, 1], [1, 1]),
        Sizes::plain([2, 2], [2, 2]),
        Sizes { ceil: true, ..Sizes::plain([2, 2], [2, 2]) },
        Sizes { ceil: true, ..Sizes::same([3, 3], [2, 2]) },
        Sizes { pad: [1, 0, 0, 2], ..Sizes::plain([3, 5], [1, 2]) },
        Sizes { dilation: [2, 3], ..Sizes::plain([2, 2], [1, 1]) },
    ];
    for (i, sizes) in sizes.into_iter().enumerate() {
        for (j, input) in IMAGES.into_iter().enumerate() {
            let reach = |axis: usize| sizes.dilation[axis] * (sizes.kernel[axis] - 1);
            if (0..2).all(|axis| input[axis + 1] > reach(axis)) {
                check_pools(BATCHES[(i + j) % BATCHES.len()], input, sizes);
            }
        }
    }
}

#[test]
fn maximum_of_ties_infinities_and_nans() {
    let values =
        [-1.0, -1.0, 0.0, f32::NAN, f32::NEG_INFINITY, f32::NEG_INFINITY, f32::INFINITY, 1.0];
    let input = [1, 4, 8];
    let x = Tensor::from_fn([17, 1, 4, 8], |[n, _, i, j]| values[(n + 3 * i + j) % values.len()]);
    let sizes = Sizes::plain([2, 2], [2, 2]);
    let mut case = Case::new(
        "maxpool of ties".into(),
        oracle::MaxPool { window: sizes.window() },
        vec![],
        vec![x],
    );
    case.saved = 8;
    check_both!(cnn_runtime::MaxPool::new(pool_geometry(sizes, input)), &case);
}

#[test]
fn global_average() {
    for_images(|x, name| {
        let [_, channels, height, width] = x.dims;
        let case =
            Case::new(format!("global_avgpool of {name}"), oracle::GlobalAvgPool, vec![], vec![x]);
        check_both!(cnn_runtime::GlobalAvgPool::new(channels, height * width), &case);
    });
}

/// Calls `f` with batches of different sizes and their description.
pub(crate) fn for_images(mut f: impl FnMut(Tensor<f32>, &str)) {
    for [channels, height, width] in IMAGES {
        for images in [1, 3, 16, 33] {
            let dims = [images, channels, height, width];
            f(Random::new(1).tensor(dims), &format!("{dims:?}"));
        }
    }
}

#[test]
fn batch_norm() {
    const EPS: f32 = 1e-3;
    const MOMENTUM: f32 = 0.25;
    for_images(|mut x, name| {
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
        let kernel = cnn_runtime::BatchNorm::new(channels, height * width, EPS, MOMENTUM, true);

        let layer = oracle::BatchNorm { eps: EPS.into(), running: None };
        let mut case = Case::new(format!("bn of {name}"), layer, params.clone(), vec![x.clone()]);
        case.stats = 2 * channels;
        case.state = state.clone();
        case.expected_state = oracle::BatchNorm::updated(&wide, &running, MOMENTUM.into()).to_vec();
        check_both!(kernel, &case);

        let layer = oracle::BatchNorm { eps: EPS.into(), running: Some(running.clone()) };
        case.name = format!("bn in evaluation of {name}");
        case.oracle = Box::new(layer);
        case.mode = Mode::Evaluation;
        case.expected_state = running.to_vec();
        check_both!(kernel, &case);

        let bare = cnn_runtime::BatchNorm::new(channels, height * width, EPS, MOMENTUM, false);
        let params = std::mem::take(&mut case.params);
        case.name = format!("bn of no parameters in evaluation of {name}");
        check_both!(bare, &case);
        case.name = format!("bn of no parameters of {name}");
        case.oracle = Box::new(oracle::BatchNorm { eps: EPS.into(), running: None });
        case.mode = Mode::Training;
        case.expected_state = oracle::BatchNorm::updated(&wide, &running, MOMENTUM.into()).to_vec();
        check_both!(bare, &case);
        (case.params, case.mode) = (params.clone(), Mode::Evaluation);
        case.oracle =
            Box::new(oracle::BatchNorm { eps: EPS.into(), running: Some(running.clone()) });

        let kernel = cnn_runtime::FoldedBatchNorm::new(channels, height * width, EPS);
        let mut packed = vec![0.0; 2 * channels];
        let tensors: Vec<&[f32]> = params.iter().chain(&state).map(Vec::as_slice).collect();
        PackParams::<Nchw>::pack(&kernel, &tensors, &mut packed);
        let (scale, shift) = packed.split_at(channels);
        case.name = format!("folded bn of {name}");
        case.packed = Some(vec![scale.to_vec(), shift.to_vec()]);
        (case.stats, case.state, case.expected_state) = (0, vec![], vec![]);
        for in_place in [false, true] {
            case.in_place = in_place;
            let run = Run {
                kernel: &kernel,
                rooms: [kernel.room(), Room::NONE],
                case: &case,
                exec: &Serial,
            };
            check_forward::<Nchw, _>(&run);
            check_forward::<Interleaved, _>(&run);
        }
    });
}

#[test]
fn softmaxes() {
    for_images(|mut x, name| {
        let [_, channels, height, width] = x.dims;
        // Large enough to overflow where the largest element is not subtracted.
        x.data.iter_mut().for_each(|x| *x = *x * 4.0 + 100.0);
        let case =
            Case::new(format!("softmax of {name}"), oracle::Softmax, vec![], vec![x.clone()]);
        check_both!(cnn_runtime::Softmax::new(channels, height * width), &case);
        let case = Case::new(format!("log_softmax of {name}"), oracle::LogSoftmax, vec![], vec![x]);
        check_both!(cnn_runtime::LogSoftmax::new(channels, height * width), &case);
    });
}

#[test]
fn prelu() {
    for_images(|x, name| {
        let [_, channels, height, width] = x.dims;
        for weights in [1, channels] {
            let params = vec![Random::new(2).vec(weights)];
            let name = format!("prelu with {weights} weights of {name}");
            let case = Case::new(name, oracle::Prelu, params, vec![x.clone()]);
            check_both!(cnn_runtime::Prelu::new(channels, height * width), &case);
        }
    });
}

#[test]
fn sums_and_products() {
    for_images(|x, name| {
        let dims @ [_, channels, height, width] = x.dims;
        let mut random = Random::new(3);
        let inputs = vec![x, random.tensor(dims), random.tensor(dims)];
        let case = Case::new(format!("add of {name}"), oracle::Add, vec![], inputs.clone());
        check_both!(cnn_runtime::Add::new(), &case);
        let x = &inputs[0];
        for extents in EXTENTS {
            let mut inputs: Vec<_> =
                extents.iter().map(|&e| random.tensor(extent(dims, e))).collect();
            if extents[0] == Extent::All {
                inputs[0].clone_from(x);
            }
            let kernel = |c| Broadcast::new(channels, height * width, extents, c);
            let named = |what| format!("{what}, {extents:?} of {name}");
            let case = Case::new(named("mul"), oracle::Mul, vec![], inputs.clone());
            check_both!(kernel(Combine::Product), &case);
            let case = Case::new(named("add"), oracle::Add, vec![], inputs);
            check_both!(kernel(Combine::Sum), &case);
        }
    });
}

#[test]
fn concatenations() {
    let mut random = Random::new(4);
    for images in BATCHES {
        let inputs = [3, 1, 17].map(|channels| random.tensor([images, channels, 3, 5]));
        let case = Case::new(
            format!("concat of {images} images"),
            oracle::Concat,
            vec![],
            inputs.to_vec(),
        );
        check_both!(cnn_runtime::Concat::new(&[45, 15, 255]), &case);
    }
}

#[test]
fn dropout() {
    const P: f32 = 0.3;
    let kernel = cnn_runtime::Dropout::new(P, 5);
    /// The elements that are kept of a batch of ones.
    fn kept<L: Layout>(kernel: &layers::dropout::Dropout, dims: [usize; 4]) -> Vec<bool>
    where
        layers::dropout::Dropout: Kernel<L>,
    {
        let ones = Tensor::from_fn(dims, |_| 1.0);
        let case = Case::new("dropout of ones".into(), oracle::Add, vec![], vec![ones]);
        let run = Run { kernel, rooms: [Room::NONE; 2], case: &case, exec: &Serial };
        let results = run.forward::<L>(rows::NoActivation, dims[1..].iter().product());
        crate::harness::real_images::<L>(&results.output, dims).iter().map(|&y| y != 0.0).collect()
    }
    for_images(|x, name| {
        let kept = [kept::<Nchw>(&kernel, x.dims), kept::<Interleaved>(&kernel, x.dims)];
        assert_eq!(kept[0], kept[1], "the mask of dropout of {name} depends on the layout");
        let (len, count) = (x.data.len() as f64, kept[0].iter().filter(|&&k| k).count() as f64);
        let deviation = (len * f64::from(P) * f64::from(1.0 - P)).sqrt();
        let expected = len * f64::from(1.0 - P);
        assert!((count - expected).abs() <= 5.0 * deviation + 1.0, "{name}: {count} of {len} kept");

        let [kept, _] = kept;
        let layer = oracle::Dropout { p: P.into(), kept };
        let mut case = Case::new(format!("dropout of {name}"), layer, vec![], vec![x]);
        for in_place in [false, true] {
            case.in_place = in_place;
            check_both!(kernel, &case);
        }
        case.mode = Mode::Evaluation;
        case.oracle = Box::new(oracle::Activation::Identity);
        check_both!(kernel, &case);
    });
}

#[test]
fn identity() {
    for_images(|x, name| {
        let mut case =
            Case::new(format!("identity of {name}"), oracle::Activation::Identity, vec![], vec![x]);
        for in_place in [false, true] {
            case.in_place = in_place;
            check_both!(cnn_runtime::Identity::new(), &case);
        }
    });
}
