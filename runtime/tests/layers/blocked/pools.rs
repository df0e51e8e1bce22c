//! Pools beyond maximum and mean under windows.

use super::layers::for_images;
use super::{check, frame};
use crate::harness::Case;
use cnn_runtime::PoolGeometry;
use cnn_runtime::layers::blocked;
use cnn_runtime::oracle::{self, Tensor};

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
