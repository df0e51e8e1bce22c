//! Pools beyond maximum and mean under windows.

use super::layers::{check_pools, for_images};
use super::{check, check_conv, conv, frame};
use crate::harness::NoRoom;
use crate::harness::{Case, Random};
use crate::kernels::{Sizes, pool_geometry};
use crate::pools::{
    EXPONENTS, VAST, fits, large, meets, places, small_images, windows, with_zeros,
};
use cnn_oracle as oracle;
use cnn_oracle::Tensor;
use cnn_runtime::PoolGeometry;
use cnn_runtime::blocked;

#[test]
fn windows_that_share_the_image_out() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let frame = frame(&[input], output, &[d_input], d_output);
        for size in [[1, 1], [2, 3], [7, 7], [height, 5]] {
            let geometry = PoolGeometry::adaptive([channels, height, width], size);
            let name = format!("of {name} to {size:?}");
            let mean = oracle::AdaptiveAvgPool { size };
            let case = Case::new(format!("adaptive_avgpool {name}"), mean, vec![], vec![x.clone()]);
            let kernel = blocked::AvgPool::new(geometry, true, frame);
            check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
            let case = maximum(oracle::AdaptiveMaxPool { size }, &name, &x, size);
            let kernel = blocked::MaxPool::new(geometry, frame);
            check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
        }
    });
}

#[test]
fn global_maximum() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let frame = frame(&[input], output, &[d_input], d_output);
        let size = [height, width];
        let geometry =
            PoolGeometry::new([channels, height, width], size, size, [0; 4], [1; 2], [1; 2]);
        let case = maximum(oracle::GlobalMaxPool, name, &x, [1, 1]);
        let kernel = blocked::MaxPool::new(geometry, frame);
        check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
    });
}

#[test]
fn maxima_far_behind_in_a_window() {
    let ([channels, height, width], sizes) = VAST;
    let layer = oracle::MaxPool { window: sizes.window() };
    let x = Random::new(1).tensor([1, channels, height, width]);
    let case = maximum(layer, &format!("{VAST:?}"), &x, sizes.output(VAST.0));
    let frame = frame(&[0], 0, &[0], 0);
    let kernel = blocked::MaxPool::new(pool_geometry(sizes, VAST.0), frame);
    check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
}

#[test]
fn sums_norms_and_products() {
    for_images(|x, name, halos| {
        for sizes in windows().into_iter().filter(|sizes| fits(sizes, x.dims)) {
            check_window(&x, sizes, name, halos);
        }
    });
}

#[test]
fn windows_larger_than_the_image() {
    for (dims @ [images, channels, height, width], sizes) in small_images() {
        let (x, name) = (Random::new(1).tensor(dims), format!("{dims:?}"));
        check_window(&x, sizes, &name, [1, 0, 2, 1]);
        if meets(sizes, dims) {
            check_pools(&x, sizes, &name, [0, 1, 1, 0]);
        }
        let c = conv(images, [channels, height, width], 20, 1, sizes);
        // Zeros as far as a window, or a tap of the gradient, reaches.
        check_conv::<false>(c, 16, [16, 1, 0, 16]);
    }
}

/// Checks sum, norm and product.
fn check_window(
    x: &Tensor<f32>,
    sizes: Sizes,
    name: &str,
    [input, output, d_input, d_output]: [usize; 4],
) {
    let [_, channels, height, width] = x.dims;
    let frame = frame(&[input], output, &[d_input], d_output);
    let (window, dims) = (sizes.window(), [channels, height, width]);
    let geometry = pool_geometry(sizes, dims);
    let [rows, columns] = sizes.output(dims);
    let name = format!("of {name}, {sizes:?}");

    let layer = oracle::SumPool { window };
    let case = Case::new(format!("sumpool {name}"), layer, vec![], vec![x.clone()]);
    let kernel = blocked::SumPool::new(geometry, frame);
    check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
    for p in EXPONENTS {
        let layer = oracle::LpPool { window, p: p.into() };
        let name = format!("{layer:?} {name}");
        let mut case = Case::new(name, layer, vec![], vec![with_zeros(x)]);
        case.saved = channels.next_multiple_of(16) * rows * columns;
        let kernel = blocked::LpPool::new(geometry, p, frame);
        check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
        if p == 2.5 {
            // Inference saves nothing.
            case.saved = 0;
            case.packed = Some(vec![]);
            check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
        }
    }
    for x in [x.clone(), with_zeros(x)] {
        let layer = oracle::ProdPool { window };
        let case = Case::new(format!("prodpool {name}"), layer, vec![], vec![x]);
        let kernel = blocked::ProdPool::new(geometry, frame);
        check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
    }
}

#[test]
fn attention() {
    for_images(|x, name, [input, output, d_input, d_output]| {
        let [_, channels, height, width] = x.dims;
        let frame = frame(&[input], output, &[d_input], d_output);
        let kernel = blocked::AttnPool::new([channels, height, width], frame);
        let rooms = [kernel.room(), kernel.room_backward()];
        let w = Random::new(2).vec(channels);
        let title = format!("attnpool of {name}");
        let mut case = Case::new(title, oracle::AttnPool, vec![w], vec![x.clone()]);
        case.saved = height * width;
        check(&kernel, rooms, frame, &case);

        // Inference keeps the weights of the positions in scratch.
        let (w, x) = large(&x);
        let title = format!("attnpool of {name} and large numbers");
        let mut case = Case::new(title, oracle::AttnPool, vec![w.clone()], vec![x]);
        case.packed = Some(vec![w]);
        check(&kernel, rooms, frame, &case);
    });
}

#[test]
fn unpooling() {
    for_images(|large, name, [input, output, d_input, d_output]| {
        let dims @ [_, channels, height, width] = large.dims;
        let frame = frame(&[input, 0], output, &[d_input, 0], d_output);
        for sizes in windows().into_iter().filter(|sizes| fits(sizes, dims)) {
            let window = sizes.window();
            let places = places(&window, &large);
            let layer = oracle::Unpool { window, size: [height, width] };
            let x = Random::new(2).tensor(places.dims);
            let name = format!("unpool to {name}, {sizes:?}");
            let case = Case::new(name, layer, vec![], vec![x, places]);
            let geometry = pool_geometry(sizes, [channels, height, width]);
            let kernel = blocked::Unpool::new(geometry, frame);
            check(&kernel, [kernel.room(), kernel.room_backward()], frame, &case);
        }
    });
}

/// A maximum in training, which keeps its places.
fn maximum(
    layer: impl oracle::Layer<f64> + std::fmt::Debug + 'static,
    name: &str,
    x: &Tensor<f32>,
    output: [usize; 2],
) -> Case {
    let mut case = Case::new(format!("{layer:?} of {name}"), layer, vec![], vec![x.clone()]);
    case.saved = x.dims[1].next_multiple_of(16) * output[0] * output[1];
    case
}
