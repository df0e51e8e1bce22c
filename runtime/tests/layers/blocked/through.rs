//! Kernels whose backward pass is that of the activation after them, too: bit for bit what two passes give.

use super::layers::for_images;
use super::{Threads, blocks, frame};
use crate::harness::Random;
use cnn_runtime::activation::{Activation, Elu, Gelu, NoActivation, Relu, Relu6, Sigmoid};
use cnn_runtime::blocked::{self, BatchNorm};
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::backward::{Backward, Train, TrainThrough};
use cnn_runtime::kernel::{Forward, Kernel, Mode, Pass, Signal};
use cnn_runtime::layout::Grid;
use cnn_runtime::random::Streams;
use cnn_runtime::reduce::partials_len;
use cnn_runtime::simd::on_every_backend;

/// A batch norm with its tensors.
struct Case<'a> {
    cx: Pass<'a>,
    norm: BatchNorm,
    dims: [usize; 3],
    /// Of input, output, and their gradients.
    halos: [usize; 4],
    params: [Vec<f32>; 2],
    x: Vec<f32>,
}

/// The gradients of weight and bias, and of the input.
type Gradients = [Vec<f32>; 3];

impl Case<'_> {
    /// The output and the statistics.
    fn forward<A: Activation>(&self, activation: A) -> [Vec<f32>; 2] {
        let channels = self.dims[0];
        let mut y = vec![f32::NAN; self.cx.images * Grid::new(self.dims, self.halos[1]).len()];
        let mut stats = vec![f32::NAN; 3 * channels];
        let [mut mean, mut var] = [vec![0.25; channels], vec![1.5; channels]];
        let step = Forward {
            params: &[&self.params[0], &self.params[1]],
            state: &mut [&mut mean, &mut var],
            inputs: &[&self.x],
            output: &mut y,
            saved: &mut [],
            stats: &mut stats,
            scratch: &mut vec![f32::NAN; self.norm.room().len(self.cx.images, 3)],
        };
        self.norm.forward(activation, &self.cx, step);
        [y, stats]
    }

    /// Calls a backward pass from this gradient, and returns what it leaves of it, too.
    fn backward(
        &self,
        stats: &[f32],
        mut d: Vec<f32>,
        run: impl FnOnce(Backward<'_>),
    ) -> (Vec<f32>, Gradients) {
        let (channels, images) = (self.dims[0], self.cx.images);
        let len = images * Grid::new(self.dims, self.halos[2]).len();
        let [mut dw, mut db, mut dx] = [channels, channels, len].map(|n| vec![0.0; n]);
        run(Backward {
            params: &[&self.params[0], &self.params[1]],
            inputs: &[&self.x],
            output: &[],
            saved: &[],
            stats,
            d_output: &mut d,
            d_inputs: &mut [&mut dx],
            d_params: &mut [&mut dw, &mut db],
            partials: &mut vec![f32::NAN; partials_len(channels, channels, images, 1)],
            scratch: &mut vec![f32::NAN; self.norm.room_backward().len(images, 3)],
        });
        (d, [dw, db, dx])
    }

    fn check<A: Activation>(&self, activation: A, dy: &[f32], name: &str) {
        let (cx, norm) = (&self.cx, &self.norm);
        let [y, stats] = self.forward(activation);
        let [z, same] = self.forward(NoActivation);
        assert!(bits(&stats) == bits(&same), "statistics of {name}");
        let kept = if A::READS_INPUT { &z } else { &y };
        let mut dz = dy.to_vec();
        blocked::derivative(cx, activation, self.dims, kept, self.halos[1], &mut dz, self.halos[3]);
        let (_, expected) = self.backward(&stats, dz.clone(), |t| norm.backward(cx, t));

        let signal = cx.signal;
        let derivative = move |z: &mut [f32], d: &mut [f32]| {
            if !A::READS_INPUT {
                activation.apply(z);
            }
            activation.signal(signal, z, d);
        };
        let run = |t: Backward<'_>| norm.backward_through(cx, &derivative, t);
        let (left, found) = self.backward(&stats, dy.to_vec(), run);
        assert!(bits(&left) == bits(&dz), "gradient in between of {name}");
        for ((found, expected), of) in found.iter().zip(&expected).zip(["weight", "bias", "input"])
        {
            assert!(bits(found) == bits(expected), "gradient of the {of} of {name}");
        }
        let run = |t: Backward<'_>| norm.derive(cx, &derivative, t);
        let (alone, _) = self.backward(&stats, dy.to_vec(), run);
        assert!(bits(&alone) == bits(&dz), "derivative of {name}");
    }
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn batch_norm_and_activation() {
    for_images(|x, name, halos @ [input, output, d_input, d_output]| {
        let [images, channels, height, width] = x.dims;
        let dims = [channels, height, width];
        let mut random = Random::new(2);
        let params = [random.vec(channels), random.vec(channels)];
        let dy = random.tensor([images, channels, height, width]);
        let dy = blocks(&dy, Grid::new(dims, d_output), 16, d_output);
        let norm =
            BatchNorm::new(dims, 1e-3, 0.25, true, frame(&[input], output, &[d_input], d_output));
        let x = blocks(&x, Grid::new(dims, input), 16, input);
        for exec in [&Serial as &dyn Exec, &Threads(3)] {
            for mode in [Mode::Training, Mode::Evaluation] {
                let cx = Pass::new(exec, images, mode, Streams { seed: 3, step: 4 });
                let (params, x) = (params.clone(), x.clone());
                let mut case = Case { cx, norm, dims, halos, params, x };
                on_every_backend(|backend| {
                    let on = backend.name();
                    let name = |of: &str| format!("bn and {of} of {name}, {mode:?}, on {on}");
                    case.cx.signal = Signal::Gradient;
                    case.check(Relu, &dy, &name("relu"));
                    case.check(Relu6, &dy, &name("relu6"));
                    case.check(Sigmoid, &dy, &name("sigmoid"));
                    case.check(Elu { alpha: 0.5 }, &dy, &name("elu"));
                    case.check(Gelu, &dy, &name("gelu"));
                    case.cx.signal = Signal::Guided;
                    case.check(Relu, &dy, &name("guided relu"));
                });
            }
        }
    });
}
