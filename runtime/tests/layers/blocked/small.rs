//! Convolutions of images of a few pixels, whose tiles reach across the images of a batch.

use super::{Run, TOLERANCE, Threads, check_conv, conv, frame};
use crate::harness::Case;
use crate::kernels::Sizes;
use crate::sizes::Deconvolution;
use cnn_oracle::Tensor;
use cnn_runtime::activation::NoActivation;
use cnn_runtime::blocked::Deconv;
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::layout::Frame;
use cnn_runtime::simd::on_every_backend;

/// `(16, 1, 1) -> deconv(8, 3x3, stride=2, pad=1)`: an image alone has the numbers that it has among
/// others, and the oracle's.
#[test]
fn one_pixel_of_a_strided_transposed_convolution() {
    let sizes = Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [2, 2]) };
    let (input, filters, extra) = ([16, 1, 1], 8, [0, 0]);
    let of = |images| Deconvolution { images, input, filters, groups: 1, bias: true, sizes, extra };
    let frame = frame(&[1], 0, &[0], 1);
    let kernel = Deconv::new(of(1).geometry(), frame);
    let all = of(4).case();
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        fn run<'a>(
            case: &'a Case,
            kernel: &'a Deconv,
            frame: Frame,
            exec: &'a dyn Exec,
        ) -> Run<'a, Deconv> {
            let (rooms, output) = ([kernel.room(), kernel.room_backward()], [8, 1, 1]);
            Run { kernel, rooms, frame, case, output, block: 16, exec, tolerance: TOLERANCE }
        }
        run(&all, &kernel, frame, exec).compare();
        on_every_backend(|backend| {
            let together =
                run(&all, &kernel, frame, exec).forward(NoActivation, &mut [], &mut [], &mut []);
            for (image, together) in together.chunks_exact(16).enumerate() {
                let mut one = of(1).case();
                let data = all.inputs[0].data[image * 16..][..16].to_vec();
                (one.params, one.inputs) =
                    (all.params.clone(), vec![Tensor { dims: [1, 16, 1, 1], data }]);
                let alone = run(&one, &kernel, frame, exec).forward(
                    NoActivation,
                    &mut [],
                    &mut [],
                    &mut [],
                );
                for (a, b) in alone.iter().zip(together).take(8) {
                    let at = backend.name();
                    assert!(
                        (a - b).abs() < 1e-5,
                        "image {image} on {at}: {a} alone, {b} in a batch"
                    );
                }
            }
        });
    }
}

/// The gradients of a strided convolution whose output is smaller than its kernel.
#[test]
fn gradients_of_strided_convolutions_of_one_pixel() {
    for stride in 2..=4 {
        for (kernel, pad) in [(2, 1), (3, 0), (3, 1), (3, 2), (4, 2), (5, 2), (5, 3), (5, 4)] {
            let sizes = Sizes { pad: [pad; 4], ..Sizes::plain([kernel; 2], [stride; 2]) };
            for image in [[1, 1], [1, 3], [2, 1], [2, 2]]
                .into_iter()
                .filter(|image| image.iter().all(|n| n + 2 * pad >= kernel))
            {
                for images in [3, 4, 17] {
                    let [height, width] = image;
                    let c = conv(images, [17, height, width], 20, 1, sizes);
                    check_conv::<false>(c, 16, [4, 1, 0, 4]);
                }
            }
        }
    }
}
