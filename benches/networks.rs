//! Whole networks, an inference or a training step at a time:
//! `cargo bench --bench networks [-- FILTER [BATCH [THREADS]]]`.
//!
//! A row is printed if its name and mode together contain the filter. Without a batch, inference is
//! of one image, and training of 64 small images or 8 large ones. Operations are those of the
//! network's summary, three times as many in training, whatever algorithm does the work; the peak
//! is what multiply–adds in registers give in the same run. The rows of denormal numbers say how many
//! times longer a pass takes where three of ten weights and pixels are 1e-40. Those of frozen networks
//! compare steps in which all is trained with steps in which the last layer is, in turns; those of Grad-CAM compare
//! it with a pass forward and backward.

#[path = "support/measure.rs"]
mod measure;
#[path = "../examples/support/networks.rs"]
mod networks;

use cnn::explain::{Explainer, Target};
use cnn::ndarray::{Array2, Array4, ArrayView4};
use cnn::train::{Backprop, Group};
use cnn::{Mode, Network, Outputs, Role, Session, Sgd, Shape, Trainer};
use measure::{median, timed};
use networks::{
    LeNet, MobileNetV2, ResNet18, ResNet18Cifar, ResNet50, Vgg11BnCifar, Vgg11Cifar, Vgg16,
};
use std::time::Duration;

/// How long a network runs.
const SLICE: Duration = Duration::from_secs(1);

/// A run of the benchmark.
struct Bench {
    filter: String,
    batch: Option<usize>,
    threads: usize,
    peak: f64,
}

fn main() {
    // Cargo adds `--bench`.
    let mut args = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let filter = args.next().unwrap_or_default();
    let batch = args.next().and_then(|n| n.parse().ok());
    let threads = args.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let peak = || threads as f64 * measure::peak();
    let bench = Bench { filter, batch, threads, peak: peak() };
    println!("multiply–add units: {:.0} GFLOP/s with {threads} threads", bench.peak);
    bench.network::<LeNet>("LeNet");
    bench.network::<Vgg11Cifar>("VGG-11, CIFAR-10");
    bench.network::<Vgg11BnCifar>("VGG-11 with bn, CIFAR-10");
    bench.network::<ResNet18Cifar>("ResNet-18, CIFAR-10");
    bench.network::<Vgg16>("VGG-16");
    bench.network::<ResNet18>("ResNet-18");
    bench.network::<ResNet50>("ResNet-50");
    bench.network::<MobileNetV2>("MobileNetV2");
    bench.frozen::<Vgg11BnCifar>("VGG-11 with bn, CIFAR-10");
    bench.frozen::<ResNet18Cifar>("ResNet-18, CIFAR-10");
    bench.grad_cam::<ResNet18Cifar>("ResNet-18, CIFAR-10");
    bench.grad_cam::<ResNet18>("ResNet-18");
    bench.denormals::<LeNet>("LeNet");
    bench.denormals::<Vgg11BnCifar>("VGG-11 with bn, CIFAR-10");
    bench.denormals::<MobileNetV2>("MobileNetV2");
    println!("multiply–add units: {:.0} GFLOP/s", peak());
}

/// A network from images to scores.
trait Classifier: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>> {}

impl<N> Classifier for N where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>>
{
}

impl Bench {
    fn network<N: Classifier>(&self, name: &str) {
        let large = N::INPUTS[0].len() > 3 * 64 * 64;
        if self.wants(name, "inference") {
            let x = images(N::INPUTS[0], self.batch.unwrap_or(1));
            let session = Session::from_network(fresh::<N>(), x.dim().0).threads(self.threads);
            let mut session = session.expect("threads");
            let call = || timed(|| session.run(x.view()).expect("a run").sum());
            self.row(name, "inference", x.dim().0, N::MACS, call);
        }
        if self.wants(name, "training") {
            let x = images(N::INPUTS[0], self.batch.unwrap_or(if large { 8 } else { 64 }));
            let labels: Vec<usize> = (0..x.dim().0).map(|image| image % 10).collect();
            let sgd = Sgd::new(0.01).momentum(0.9);
            let mut trainer = Trainer::new(fresh::<N>(), sgd).threads(self.threads);
            let call = || timed(|| trainer.step(x.view(), &labels).expect("a step"));
            self.row(name, "training", x.dim().0, 3 * N::MACS, call);
        }
    }

    /// How many times longer passes take with denormal weights and pixels than without.
    fn denormals<N: Classifier>(&self, name: &str) {
        if !self.wants(name, "denormals") {
            return;
        }
        let batch = self.batch.unwrap_or(4);
        let labels: Vec<usize> = (0..batch).map(|image| image % 10).collect();
        let [usual, with] = [false, true].map(|denormal| {
            let (mut network, mut x) = (fresh::<N>(), images(N::INPUTS[0], batch));
            if denormal {
                let spoil = |(i, x): (usize, &mut f32)| {
                    if i % 10 % 4 == 2 {
                        *x = 1e-40;
                    }
                };
                network.params_mut().trainable_mut().iter_mut().enumerate().for_each(spoil);
                x.iter_mut().enumerate().for_each(spoil);
            }
            let session = Session::new(&network, batch).threads(self.threads);
            let mut session = session.expect("threads");
            let inference = || timed(|| session.run(x.view()).expect("a run").sum());
            let inference = median(SLICE, inference).as_secs_f64();
            let mut trainer = Trainer::new(network, Sgd::new(0.01)).threads(self.threads);
            let gradients = || timed(|| trainer.gradients(x.view(), &labels).expect("gradients").0);
            [inference, median(SLICE, gradients).as_secs_f64()]
        });
        let [inference, training] = [0, 1].map(|i| with[i] / usual[i]);
        println!(
            "{name:24} denormals batch {batch:3}: inference {inference:.2} times, training {training:.2} times"
        );
    }

    /// How long a step takes when all parameters but the last layer's are frozen, beside one of all.
    fn frozen<N: Classifier>(&self, name: &str) {
        if !self.wants(name, "frozen") {
            return;
        }
        let x = images(N::INPUTS[0], self.batch.unwrap_or(64));
        let labels: Vec<usize> = (0..x.dim().0).map(|image| image % 10).collect();
        let last = N::TENSORS.iter().rfind(|tensor| tensor.role == Role::Trainable);
        let head = last.and_then(|tensor| tensor.path.rsplit_once('.')).expect("a layer").0;
        let trainer = || {
            let sgd = Sgd::new(0.01).momentum(0.9);
            Trainer::new(fresh::<N>(), sgd).threads(self.threads)
        };
        let mut all = trainer();
        let mut some = trainer()
            .group(Group::matching("*").frozen())
            .group(Group::matching(format!("{head}.*")).trained());
        let forward = Session::new(&fresh::<N>(), x.dim().0).threads(self.threads);
        let mut forward = forward.expect("threads");
        let mut times = [const { Vec::new() }; 3];
        median(3 * SLICE, || {
            times[0].push(timed(|| all.step(x.view(), &labels).expect("a step")));
            times[1].push(timed(|| some.step(x.view(), &labels).expect("a step")));
            times[2].push(timed(|| forward.run(x.view()).expect("a run").sum()));
            times.iter().map(|times| times[times.len() - 1]).sum()
        });
        let [all, some, forward] = times.map(|mut times| {
            // The first is to warm up.
            times.remove(0);
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64() * 1e3
        });
        println!(
            "{name:24} frozen    batch {:3} {some:9.3} ms, {:.2} of the {all:.3} ms of a step of all; inference {forward:.3} ms",
            x.dim().0,
            some / all,
        );
    }

    /// How long Grad-CAM takes at the last label with maps, beside a pass forward and one back.
    fn grad_cam<N: Classifier>(&self, name: &str) {
        if !self.wants(name, "Grad-CAM") {
            return;
        }
        let x = images(N::INPUTS[0], self.batch.unwrap_or(16));
        let network = fresh::<N>();
        let maps = |(_, shape): &&(&'static str, Shape)| matches!(shape, Shape::Volume { .. });
        let (label, _) = N::LABELS.iter().rfind(maps).expect("a label with maps");
        let mut pass = Backprop::<N>::new().mode(Mode::Evaluation);
        pass = pass.threads(self.threads).expect("threads");
        let mut explainer = Explainer::new(&network).expect("one input");
        explainer = explainer.threads(self.threads).expect("threads");
        let start = N::TrainOutput::zeros(N::TRAIN_OUTPUTS, x.dim().0);
        let mut times = [const { Vec::new() }; 2];
        median(3 * SLICE, || {
            times[0].push(timed(|| {
                pass.forward(&network, x.view()).expect("a pass");
                pass.backward(&network, &start).expect("a pass back").trainable()[0]
            }));
            times[1].push(timed(|| {
                explainer.grad_cam(x.view(), label, Target::Predicted).expect("maps").scores[0]
            }));
            times.iter().map(|times| times[times.len() - 1]).sum()
        });
        let [both, map] = times.map(|mut times| {
            times.remove(0);
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64() * 1e3
        });
        println!(
            "{name:24} Grad-CAM  batch {:3} {map:9.3} ms at `{label}`, {:.2} of the {both:.3} ms of a pass forward and back",
            x.dim().0,
            map / both,
        );
    }

    fn wants(&self, name: &str, mode: &str) -> bool {
        format!("{name} {mode}").contains(&self.filter)
    }

    /// Prints a row; `macs` are the multiply–adds for an image.
    fn row(&self, name: &str, mode: &str, batch: usize, macs: u64, call: impl FnMut() -> Duration) {
        let time = median(SLICE, call).as_secs_f64();
        let images = batch as f64 / time;
        let (millis, rate) = (time * 1e3, 2.0 * macs as f64 * images / 1e9);
        let share = 100.0 * rate / self.peak;
        println!(
            "{name:24} {mode:9} batch {batch:3} {millis:9.3} ms {images:9.1} images/s \
             {rate:7.1} GFLOP/s {share:4.0}%"
        );
    }
}

/// A network with fresh parameters.
fn fresh<N: Network>() -> N {
    N::new(1)
}

/// Fixed, varied pixels.
fn images(shape: Shape, batch: usize) -> Array4<f32> {
    let Shape::Volume { channels, height, width } = shape else {
        unreachable!("classifiers take images")
    };
    Array4::from_shape_fn((batch, channels, height, width), |(n, c, h, w)| {
        ((n * 7 + c * 5 + h * 3 + w) % 17) as f32 / 16.0
    })
}
