//! Convolutions of groups of 1, 2, 4 or 8 channels, in training and packed for inference.

use super::{check, check_inference, conv, frame};
use crate::harness::{Case, Random};
use crate::kernels::{Convolution, Sizes};
use cnn_oracle as oracle;
use cnn_oracle::{Gradients, Layer, Tensor};
use cnn_runtime::blocked::{Grouped, PackedGrouped};
use cnn_runtime::kernel::PackParams;
use cnn_runtime::kernel::Room;

/// Odd and even windows, with room for their gradients' taps in halos of 6.
fn windows() -> Vec<Sizes> {
    let mut all = vec![
        Sizes { pad: [0, 1, 2, 3], dilation: [2, 3], ..Sizes::plain([3, 2], [2, 1]) },
        Sizes { pad: [1, 0, 0, 1], ..Sizes::plain([2, 4], [1, 3]) },
        Sizes { pad: [2; 4], dilation: [2; 2], ..Sizes::plain([3, 3], [1, 1]) },
    ];
    for k in [1, 3, 5, 7] {
        for stride in [1, 2, 3] {
            all.push(Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [stride, stride]) });
        }
    }
    all
}

const IMAGES: [[usize; 3]; 7] =
    [[1, 1, 1], [3, 1, 9], [17, 5, 3], [33, 9, 18], [16, 7, 7], [20, 6, 35], [40, 12, 28]];

/// Calls `f` with convolutions of different sizes and four halos.
fn for_convolutions(mut f: impl FnMut(Convolution, [usize; 4])) {
    for (i, sizes) in windows().into_iter().enumerate() {
        for (j, input) in IMAGES.into_iter().enumerate() {
            let fits = (0..2).all(|d| {
                let padded = input[d + 1] + sizes.pad[2 * d] + sizes.pad[2 * d + 1];
                padded > sizes.dilation[d] * (sizes.kernel[d] - 1)
            });
            // Depthwise all of them, and each in larger groups of one size.
            for group in [1, [2, 4, 8][(i + j) % 3]].into_iter().filter(|_| fits) {
                let images = [1, 2, 3, 17][(i + j) % 4];
                let bias = (i + j) % 3 > 0;
                let halos = [[3, 0, 0, 6], [4, 1, 2, 7]][(i + j) % 2];
                let [channels, height, width] = input;
                let channels = channels.next_multiple_of(group);
                let input = [channels, height, width];
                f(
                    Convolution { bias, ..conv(images, input, channels, channels / group, sizes) },
                    halos,
                );
            }
        }
    }
}

#[test]
fn convolutions_of_small_groups() {
    for_convolutions(|c, [input, output, d_input, d_output]| {
        let frame = frame(&[input], output, &[d_input], d_output);
        let kernel = Grouped::new(c.geometry(), frame);
        check(&kernel, [kernel.room(), kernel.room_backward()], frame, &c.case());
    });
}

/// A convolution, a batch norm of running statistics, and the sum with other inputs.
pub(super) struct Fused<L> {
    pub(super) layer: L,
    pub(super) norm: Option<oracle::BatchNorm<f64>>,
}

impl<L: Layer<f64>> Layer<f64> for Fused<L> {
    fn forward(&self, params: &[Vec<f64>], inputs: &[Tensor<f64>]) -> Tensor<f64> {
        let (params, norm) =
            params.split_at(params.len() - if self.norm.is_some() { 2 } else { 0 });
        let mut y = self.layer.forward(params, &inputs[..1]);
        if let Some(layer) = &self.norm {
            y = layer.forward(norm, &[y]);
        }
        let all: Vec<_> = std::iter::once(&y).chain(&inputs[1..]).cloned().collect();
        oracle::Add.forward(&[], &all)
    }

    fn backward(&self, _: &[Vec<f64>], inputs: &[Tensor<f64>], _: &Tensor<f64>) -> Gradients<f64> {
        Gradients { inputs: inputs.to_vec(), params: vec![] }
    }
}

#[test]
fn packed_convolutions_of_small_groups() {
    const EPS: f32 = 1e-3;
    for_convolutions(|c, [input, output, ..]| {
        for (norm, second) in [(false, false), (true, false), (false, true), (true, true)] {
            let Convolution { input: [channels, ..], images, .. } = c;
            let mut case = c.case();
            let mut random = Random::new(5);
            let [rows, columns] = c.sizes.output(c.input);
            let mut halos = vec![input];
            if second {
                halos.push(if norm { output } else { 1 });
                case.inputs.push(random.tensor([images, channels, rows, columns]));
            }
            let mut tensors = case.params.clone();
            let mut layer = Fused {
                layer: oracle::Conv {
                    window: c.sizes.window(),
                    filters: channels,
                    groups: c.groups,
                },
                norm: None,
            };
            if norm {
                case.params.extend([random.vec(channels), random.vec(channels)]);
                let running = [
                    random.vec(channels),
                    random.vec(channels).iter().map(|x| x + 1.5).collect::<Vec<f32>>(),
                ];
                tensors = case.params.iter().chain(&running).cloned().collect();
                let wide = running.map(|all| all.iter().map(|&x| f64::from(x)).collect());
                layer.norm = Some(oracle::BatchNorm { eps: EPS.into(), running: Some(wide) });
            }
            let frame = frame(&halos, output, &[], 0);
            let kernel = PackedGrouped::new(c.geometry(), c.bias, norm.then_some(EPS), frame);
            let [weights, bias] = kernel.packed();
            let mut packed = vec![f32::NAN; weights + bias];
            kernel.pack(&tensors.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut packed);
            let (w, b) = packed.split_at(weights);
            case = Case {
                name: format!("packed, norm: {norm}, sum: {second}, {}", case.name),
                oracle: Box::new(layer),
                packed: Some(vec![w.to_vec(), b.to_vec()]),
                ..case
            };
            check_inference(&kernel, Room::NONE, frame, &case);
        }
    });
}
