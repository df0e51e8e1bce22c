//! Pools beyond maximum and mean under windows, in planes and of interleaved images.

use crate::harness::{Case, Random, check};
use cnn_runtime::PoolGeometry;
use cnn_runtime::layout::{Lanes, Nchw};
use cnn_runtime::oracle;

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
            check!(Lanes, cnn_runtime::AvgPool::new(geometry, true), &case);
            let maximum = oracle::AdaptiveMaxPool { size };
            let mut case =
                Case::new(format!("adaptive_maxpool of {name}"), maximum, vec![], vec![x.clone()]);
            case.saved = channels * size[0] * size[1];
            check!(Nchw, cnn_runtime::MaxPool::new(geometry), &case);
            check!(Lanes, cnn_runtime::MaxPool::new(geometry), &case);
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
        check!(Lanes, cnn_runtime::MaxPool::new(geometry), &case);
    }
}
