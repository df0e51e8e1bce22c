//! Pools beyond maximum and mean under windows, in planes and of interleaved images.

use crate::harness::{Case, Random, Run, check, check_forward};
use crate::kernels::{Convolution, Sizes, check_pools, pool_geometry};
use cnn_oracle as oracle;
use cnn_oracle::{Real, Tensor, Window};
use cnn_runtime::PoolGeometry;
use cnn_runtime::exec::Serial;
use cnn_runtime::layout::{Interleaved, Nchw};

/// Images, channels, height, width.
const BATCHES: [[usize; 4]; 5] =
    [[1, 1, 1, 1], [2, 3, 1, 7], [17, 5, 5, 3], [3, 2, 9, 18], [16, 1, 6, 35]];

#[test]
fn windows_that_share_the_image_out() {
    for dims @ [images, channels, height, width] in BATCHES {
        let x = Random::new(1).tensor(dims);
        for size in [[1, 1], [2, 3], [7, 7], [height, 2]] {
            let geometry = PoolGeometry::adaptive([channels, height, width], size);
            let name = format!("{images} images of {channels}x{height}x{width} to {size:?}");
            let mean = oracle::AdaptiveAvgPool { size };
            let case =
                Case::new(format!("adaptive_avgpool of {name}"), mean, vec![], vec![x.clone()]);
            check!(Nchw, cnn_runtime::AvgPool::new(geometry, true), &case);
            check!(Interleaved, cnn_runtime::AvgPool::new(geometry, true), &case);
            let maximum = oracle::AdaptiveMaxPool { size };
            let mut case =
                Case::new(format!("adaptive_maxpool of {name}"), maximum, vec![], vec![x.clone()]);
            case.saved = channels * size[0] * size[1];
            check!(Nchw, cnn_runtime::MaxPool::new(geometry), &case);
            check!(Interleaved, cnn_runtime::MaxPool::new(geometry), &case);
        }
    }
}

/// A window as large as the image.
#[test]
fn global_maximum() {
    for dims @ [_, channels, height, width] in BATCHES {
        let size = [height, width];
        let geometry =
            PoolGeometry::new([channels, height, width], size, size, [0; 4], [1; 2], [1; 2]);
        let x = Random::new(1).tensor(dims);
        let name = format!("global_maxpool of {dims:?}");
        let mut case = Case::new(name, oracle::GlobalMaxPool, vec![], vec![x]);
        case.saved = channels;
        check!(Nchw, cnn_runtime::MaxPool::new(geometry), &case);
        check!(Interleaved, cnn_runtime::MaxPool::new(geometry), &case);
    }
}

/// An image at the end of windows whose elements are more than the whole numbers that a float can be.
pub(crate) const VAST: ([usize; 3], Sizes) =
    ([1, 5, 4], Sizes { pad: [4196, 0, 4196, 0], ..Sizes::plain([4200, 4200], [1, 1]) });

/// The gradient goes to the one element that was the largest.
#[test]
fn maxima_far_behind_in_a_window() {
    let ([channels, height, width], sizes) = VAST;
    let layer = oracle::MaxPool { window: sizes.window() };
    let x = Random::new(1).tensor([1, channels, height, width]);
    let mut case = Case::new(format!("maxpool of {VAST:?}"), layer, vec![], vec![x]);
    case.saved = sizes.output(VAST.0).iter().product();
    let kernel = cnn_runtime::MaxPool::new(pool_geometry(sizes, VAST.0));
    check!(Nchw, kernel, &case);
    check!(Interleaved, kernel, &case);
}

/// Windows with every option.
pub(crate) fn windows() -> [Sizes; 6] {
    [
        Sizes::plain([1, 1], [1, 1]),
        Sizes::plain([2, 2], [2, 2]),
        Sizes { ceil: true, pad: [1; 4], ..Sizes::plain([3, 3], [2, 2]) },
        Sizes { pad: [1, 0, 0, 2], ..Sizes::plain([3, 5], [1, 2]) },
        Sizes { dilation: [2, 3], ..Sizes::plain([2, 2], [1, 1]) },
        Sizes { pad: [1, 0, 1, 1], dilation: [2, 3], ..Sizes::plain([2, 2], [3, 1]) },
    ]
}

/// Whether a window, without its padding, fits an image.
pub(crate) fn fits(sizes: &Sizes, [_, _, height, width]: [usize; 4]) -> bool {
    let reach = |axis: usize| sizes.dilation[axis] * (sizes.kernel[axis] - 1);
    height > reach(0) && width > reach(1)
}

/// Exponents: whole, not whole, and the one at which the norm has kinks.
pub(crate) const EXPONENTS: [f32; 4] = [1.0, 2.0, 2.5, 3.0];

/// A tensor some of whose elements are 0.
pub(crate) fn with_zeros(x: &Tensor<f32>) -> Tensor<f32> {
    let mut x = x.clone();
    x.data.iter_mut().step_by(3).for_each(|x| *x = 0.0);
    x
}

/// Images, channels, height and width, and windows as large as they are or larger: rounded up with what
/// the padded image lacks, spread out over more padding than half their elements, and, where there is no
/// maximum, in the padding alone.
pub(crate) fn small_images() -> [([usize; 4], Sizes); 8] {
    let ceil = |kernel, stride| Sizes { ceil: true, ..Sizes::plain(kernel, stride) };
    let spread =
        |k, pad, step| Sizes { pad: [pad; 4], dilation: [step; 2], ..Sizes::plain([k, k], [1, 1]) };
    [
        ([2, 17, 2, 2], ceil([3, 3], [2, 2])),
        ([3, 2, 2, 3], Sizes { pad: [0, 0, 1, 1], ..ceil([3, 7], [2, 3]) }),
        ([17, 3, 1, 5], Sizes { dilation: [1, 2], ..ceil([4, 4], [4, 3]) }),
        ([2, 8, 16, 16], spread(3, 2, 2)),
        ([1, 33, 3, 4], spread(4, 4, 3)),
        ([2, 3, 2, 2], spread(2, 1, 3)),
        ([1, 20, 1, 3], spread(3, 4, 4)),
        ([3, 1, 2, 1], Sizes { stride: [3, 2], ..spread(2, 2, 4) }),
    ]
}

/// Whether every window meets the image.
pub(crate) fn meets(sizes: Sizes, [_, _, height, width]: [usize; 4]) -> bool {
    let window = sizes.window();
    [height, width].into_iter().zip(window).all(|(n, axis)| {
        (0..axis.windows(n)).all(|i| (0..axis.kernel).any(|k| axis.inside(i, k, n).is_some()))
    })
}

#[test]
fn windows_larger_than_the_image() {
    let mut beside = 0;
    for (dims @ [images, channels, height, width], sizes) in small_images() {
        check_window(&Random::new(1).tensor(dims), sizes);
        if meets(sizes, dims) {
            check_pools(images, [channels, height, width], sizes);
        } else {
            beside += 1;
        }
        let input = [channels, height, width];
        Convolution { images, input, filters: 5, groups: 1, bias: true, sizes }.check();
    }
    assert_eq!(beside, 2);
}

#[test]
#[should_panic = "a window of nothing but padding"]
fn a_maximum_is_of_something() {
    let (dims, sizes) = small_images()[5];
    let _ = cnn_runtime::MaxPool::new(pool_geometry(sizes, [dims[1], dims[2], dims[3]]));
}

#[test]
fn sums_norms_and_products() {
    for dims in BATCHES {
        let x = Random::new(1).tensor(dims);
        for sizes in windows().into_iter().filter(|sizes| fits(sizes, dims)) {
            check_window(&x, sizes);
        }
    }
}

/// Checks sum, norm and product.
fn check_window(x: &Tensor<f32>, sizes: Sizes) {
    let dims @ [_, channels, height, width] = x.dims;
    let (window, input) = (sizes.window(), [channels, height, width]);
    let geometry = pool_geometry(sizes, input);
    let [rows, columns] = sizes.output(input);
    let name = format!("of {dims:?}, {sizes:?}");

    let layer = oracle::SumPool { window };
    let case = Case::new(format!("sumpool {name}"), layer, vec![], vec![x.clone()]);
    check!(Nchw, cnn_runtime::SumPool::new(geometry), &case);
    check!(Interleaved, cnn_runtime::SumPool::new(geometry), &case);
    for p in EXPONENTS {
        let layer = oracle::LpPool { window, p: p.into() };
        let x = with_zeros(x);
        let mut case = Case::new(format!("{layer:?} {name}"), layer, vec![], vec![x]);
        case.saved = channels * rows * columns;
        check!(Nchw, cnn_runtime::LpPool::new(geometry, p), &case);
        check!(Interleaved, cnn_runtime::LpPool::new(geometry, p), &case);
    }
    for x in [x.clone(), with_zeros(x)] {
        let layer = oracle::ProdPool { window };
        let case = Case::new(format!("prodpool {name}"), layer, vec![], vec![x]);
        check!(Nchw, cnn_runtime::ProdPool::new(geometry), &case);
        check!(Interleaved, cnn_runtime::ProdPool::new(geometry), &case);
    }
}

/// A query of ones and zeros, and an image so large that powers of their products, which are exact,
/// would overflow where the largest is not subtracted.
pub(crate) fn large(x: &Tensor<f32>) -> (Vec<f32>, Tensor<f32>) {
    let mut query = vec![0.0; x.dims[1]];
    query[0] = 1.0;
    (query, x.map(|x| (x * 4.0).round() / 4.0 + 100.0))
}

#[test]
fn attention() {
    for dims @ [_, channels, height, width] in BATCHES {
        let x = Random::new(1).tensor(dims);
        let kernel = cnn_runtime::AttnPool::new(channels, height * width);
        let w = Random::new(2).vec(channels);
        let name = format!("attnpool of {dims:?}");
        let mut case = Case::new(name, oracle::AttnPool, vec![w], vec![x.clone()]);
        case.saved = height * width;
        check!(Nchw, kernel, &case);
        check!(Interleaved, kernel, &case);

        let (w, x) = large(&x);
        let name = format!("attnpool of {dims:?} and large numbers");
        let case = Case::new(name, oracle::AttnPool, vec![w], vec![x]);
        let rooms = [kernel.room(), kernel.room_backward()];
        let run = Run { kernel: &kernel, rooms, case: &case, exec: &Serial };
        check_forward::<Nchw, _>(&run);
        check_forward::<Interleaved, _>(&run);
    }
}

/// The number in its window of each window's largest element.
pub(crate) fn places<T: Real>(window: &Window, x: &Tensor<T>) -> Tensor<T> {
    let [n, c, height, width] = x.dims;
    let [vertical, horizontal] = window;
    Tensor::from_fn([n, c, vertical.windows(height), horizontal.windows(width)], |[n, c, i, j]| {
        let element = |&k: &usize| {
            let row = vertical.inside(i, k / horizontal.kernel, height)?;
            let column = horizontal.inside(j, k % horizontal.kernel, width)?;
            Some(x[[n, c, row, column]].to_f64())
        };
        let inside = (0..vertical.kernel * horizontal.kernel).filter(|k| element(k).is_some());
        let largest = inside.max_by(|a, b| element(a).partial_cmp(&element(b)).expect("no NaN"));
        T::of(largest.expect("a window that meets the image") as f64)
    })
}

#[test]
fn unpooling() {
    for dims @ [_, channels, height, width] in BATCHES {
        let large = Random::new(1).tensor(dims);
        for sizes in windows().into_iter().filter(|sizes| fits(sizes, dims)) {
            let window = sizes.window();
            let places = places(&window, &large);
            let layer = oracle::Unpool { window, size: [height, width] };
            let x = Random::new(2).tensor(places.dims);
            let name = format!("unpool to {dims:?}, {sizes:?}");
            let case = Case::new(name, layer, vec![], vec![x, places]);
            let geometry = pool_geometry(sizes, [channels, height, width]);
            check!(Nchw, cnn_runtime::Unpool::new(geometry), &case);
            check!(Interleaved, cnn_runtime::Unpool::new(geometry), &case);
        }
    }
}
