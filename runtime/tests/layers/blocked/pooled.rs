//! Convolutions that compute the pool after them, band by band.

use super::{Run, TOLERANCE, Threads, conv, frame, plain};
use crate::harness::mismatch;
use crate::kernels::{Sizes, pool_geometry};
use cnn_oracle as oracle;
use cnn_oracle::{Activation, Layer};
use cnn_runtime::AvgPool;
use cnn_runtime::activation::{NoActivation, Tanh};
use cnn_runtime::blocked::{Conv, Pool, Pooled};
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::PackParams;
use cnn_runtime::kernel::Room;
use cnn_runtime::layout::Frame;
use cnn_runtime::simd::on_every_backend;

/// A convolution's sizes, and the images and filters: wide enough for several bands.
pub(crate) struct Shape {
    pub(crate) images: usize,
    pub(crate) input: [usize; 3],
    pub(crate) filters: usize,
    pub(crate) sizes: Sizes,
}

/// Whole, with windows that overlap, lie apart, reach over the edges, or are spread out.
fn windows() -> [Sizes; 7] {
    let three = Sizes::plain([3, 3], [2, 2]);
    [
        Sizes::plain([2, 2], [2, 2]),
        Sizes { ceil: true, ..Sizes::plain([2, 2], [2, 2]) },
        Sizes { pad: [1; 4], ..three },
        Sizes { ceil: true, ..three },
        Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) },
        Sizes::plain([2, 2], [5, 3]),
        Sizes { pad: [1, 0, 0, 1], dilation: [3, 2], ..Sizes::plain([2, 3], [2, 1]) },
    ]
}

pub(crate) fn check<const W: bool>(shape: &Shape, pool: Sizes, blocks: usize) {
    let Shape { images, input, filters, sizes } = *shape;
    let c = conv(images, input, filters, 1, sizes);
    let [height, width] = sizes.output(input);
    let between = [filters, height, width];
    let [rows, columns] = pool.output(between);
    let frame = Frame { output_blocks: blocks, ..frame(&[sizes.pad[0]], 1, &[], 0) };
    let mut case = c.case();
    let (packed, params) = (Conv::<W>::new(c.geometry(), frame).packed(), case.params.clone());
    let g = pool_geometry(pool, between);
    let mean = |count_pad| Pool::Mean(AvgPool::new(g, count_pad));
    let window = pool.window();
    let maximum: Box<dyn Layer<f64>> = Box::new(oracle::MaxPool { window });
    let mut pools = vec![(Pool::Max(g), maximum)];
    for count_pad in [true, false].into_iter().filter(|_| pool.dilation == [1, 1]) {
        pools.push((mean(count_pad), Box::new(oracle::AvgPool { window, count_pad })));
    }
    let convolved = case.output();
    for (kind, layer) in pools {
        let kernel = Pooled::<W>::new(c.geometry(), c.bias, None, kind, frame);
        let mut both = vec![f32::NAN; packed[0] + packed[1]];
        kernel.pack(&params.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut both);
        let (w, b) = both.split_at(packed[0]);
        case.packed = Some(vec![w.to_vec(), b.to_vec()]);
        let rooms = [kernel.room(), Room::NONE];
        let activated = |f: Activation| layer.forward(&[], &[convolved.map(|x| f.apply(x))]);
        let expected =
            [layer.forward(&[], std::slice::from_ref(&convolved)), activated(Activation::Tanh)];
        on_every_backend(|backend| {
            let mut first: Option<Vec<Vec<f32>>> = None;
            for exec in [&Serial as &dyn Exec, &Threads(5)] {
                let output = [filters, rows, columns];
                let (kernel, case) = (&kernel, &case);
                let tolerance = TOLERANCE;
                let run = Run { kernel, rooms, frame, case, output, block: 16, exec, tolerance };
                let found = [
                    run.forward(NoActivation, &mut [], &mut [], &mut []),
                    run.forward(Tanh, &mut [], &mut [], &mut []),
                ];
                let found = found.map(|y| plain(&y, [images, filters, rows, columns], 1));
                // What is wrong in the last digits of a large sum may be much of its tanh.
                let largest = convolved.data.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
                for ((found, expected), scale) in found.iter().zip(&expected).zip([1.0, largest]) {
                    let error = mismatch(found, &expected.data, tolerance * scale);
                    assert!(
                        error.is_none(),
                        "{kind:?} of {} on {}: {error:?}",
                        case.name,
                        backend.name()
                    );
                }
                let first = first.get_or_insert_with(|| found.to_vec());
                assert!(*first == found, "other bits on {} threads: {kind:?}", exec.threads());
            }
        });
    }
}

#[test]
fn direct_convolutions_with_pools() {
    let same = |k: usize| Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [1, 1]) };
    let seven = Sizes { pad: [3; 4], ..Sizes::plain([7, 7], [2, 2]) };
    for (i, pool) in windows().into_iter().enumerate() {
        let images = [1, 2, 3, 17][i % 4];
        check::<false>(
            &Shape { images: 1, input: [3, 37, 66], filters: 70, sizes: same(3) },
            pool,
            0,
        );
        check::<false>(
            &Shape { images: 2, input: [3, 61, 70], filters: 50, sizes: seven },
            pool,
            6,
        );
        check::<false>(&Shape { images, input: [17, 7, 9], filters: 20, sizes: same(1) }, pool, 0);
    }
}

#[test]
fn winograd_convolutions_with_pools() {
    let sizes = Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) };
    for (i, pool) in windows().into_iter().enumerate() {
        let images = [1, 2, 3, 17][i % 4];
        check::<true>(&Shape { images: 1, input: [3, 63, 66], filters: 50, sizes }, pool, 0);
        check::<true>(&Shape { images, input: [20, 9, 13], filters: 33, sizes }, pool, 5);
    }
}
