//! Whole networks, an inference or a training step at a time, beside what limits them on this machine:
//! `cargo bench --bench networks [-- FILTER [BATCH [THREADS]]] [--json FILE]`.
//!
//! First comes the machine, as before the kernels' rows. A row is printed if its name and mode together contain
//! the filter. Without a batch, inference is of one image, and training of 64 small images or 8 large ones.
//! Operations are those of the network's summary, three times as many in training, whatever algorithm does the
//! work. The limit knows that a quarter of them is enough where Winograd's algorithm may be chosen, and that all
//! parameters must be read, and in training written and read with their momentum. The rows of denormal numbers say how many
//! times longer a pass takes where three of ten weights and pixels are 1e-40. Those of frozen networks
//! compare steps in which all is trained with steps in which the last layer is, in turns; those of Grad-CAM compare
//! it with a pass forward and backward.

#[path = "support/args.rs"]
mod args;
#[path = "support/machine.rs"]
mod machine;
#[path = "support/measure.rs"]
mod measure;
#[path = "../examples/support/networks.rs"]
mod networks;
#[path = "support/page.rs"]
mod page;
#[path = "../zoo/src/cli/machine.rs"]
mod processor;

use args::{Args, fail};
use cnn::explain::{Explainer, Target};
use cnn::ir::{Graph, Op, Window};
use cnn::ndarray::{Array2, Array4, ArrayView4};
use cnn::train::{Backprop, Group};
use cnn::{Mode, Network, Outputs, Role, Session, Sgd, Shape, Trainer};
use machine::Machine;
use measure::{timed, times};
use networks::{
    LeNet, MobileNetV2, ResNet18, ResNet18Cifar, ResNet50, Vgg11BnCifar, Vgg11Cifar, Vgg16,
};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::time::Duration;

/// How long a network runs.
const SLICE: Duration = Duration::from_secs(1);

/// A run of the benchmark.
struct Bench {
    filter: String,
    batch: Option<usize>,
    threads: usize,
    machine: Machine,
    /// As the file of the run has them.
    rows: RefCell<Vec<Value>>,
}

fn main() {
    let args = Args::read();
    if let Some([run, out]) = &args.page {
        return page::make(run, out).unwrap_or_else(|message| fail(&message));
    }
    let filter = args.words.first().cloned().unwrap_or_default();
    let (batch, threads) = (args.number(1), args.number(2).unwrap_or(1));
    let machine = Machine::measure(threads);
    machine.print();
    let bench = Bench { filter, batch, threads, machine, rows: RefCell::default() };
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
    let after = processor::peak(threads);
    println!("peak of multiply–adds at the end: {after:.0} GFLOP/s");
    if let Some(file) = &args.json {
        page::write(file, "networks", &args.words, &bench.machine, after, bench.rows.into_inner())
            .unwrap_or_else(|message| fail(&message));
    }
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
            let work = Work::inference::<N>(x.dim().0);
            self.row(name, "inference", x.dim().0, work, call);
        }
        if self.wants(name, "training") {
            let x = images(N::INPUTS[0], self.batch.unwrap_or(if large { 8 } else { 64 }));
            let labels: Vec<usize> = (0..x.dim().0).map(|image| image % 10).collect();
            let sgd = Sgd::new(0.01).momentum(0.9);
            let mut trainer = Trainer::new(fresh::<N>(), sgd).threads(self.threads);
            let call = || timed(|| trainer.step(x.view(), &labels).expect("a step"));
            let work = Work::training::<N>(x.dim().0);
            self.row(name, "training", x.dim().0, work, call);
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
            let inference = times(SLICE, inference).median;
            let mut trainer = Trainer::new(network, Sgd::new(0.01)).threads(self.threads);
            let gradients = || timed(|| trainer.gradients(x.view(), &labels).expect("gradients").0);
            [inference, times(SLICE, gradients).median]
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
        let mut taken = [const { Vec::new() }; 3];
        times(3 * SLICE, || {
            taken[0].push(timed(|| all.step(x.view(), &labels).expect("a step")));
            taken[1].push(timed(|| some.step(x.view(), &labels).expect("a step")));
            taken[2].push(timed(|| forward.run(x.view()).expect("a run").sum()));
            taken.iter().map(|times| times[times.len() - 1]).sum()
        });
        let [all, some, forward] = taken.map(|mut times| {
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
        let mut taken = [const { Vec::new() }; 2];
        times(3 * SLICE, || {
            taken[0].push(timed(|| {
                pass.forward(&network, x.view()).expect("a pass");
                pass.backward(&network, &start).expect("a pass back").trainable()[0]
            }));
            taken[1].push(timed(|| {
                explainer.grad_cam(x.view(), label, Target::Predicted).expect("maps").scores[0]
            }));
            taken.iter().map(|times| times[times.len() - 1]).sum()
        });
        let [both, map] = taken.map(|mut times| {
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

    /// Prints a row.
    fn row(
        &self,
        name: &str,
        mode: &str,
        batch: usize,
        work: Work,
        call: impl FnMut() -> Duration,
    ) {
        let times = times(SLICE, call);
        let images = batch as f64 / times.median;
        let limit = self.machine.limit(work.needed, work.bytes);
        let share = limit.seconds / times.median;
        let rate = |amount: f64| amount / times.median / 1e9;
        let (operations, bytes) = (rate(work.operations), rate(work.bytes));
        println!(
            "{name:24} {mode:9} batch {batch:3} {:9.3} ms (shortest {:9.3}) {images:9.1} images/s \
             {operations:7.1} GFLOP/s {:4.0}% of {}",
            times.median * 1e3,
            times.shortest * 1e3,
            100.0 * share,
            limit.name,
        );
        self.rows.borrow_mut().push(json!({
            "name": name,
            "kind": mode,
            "pass": format!("batch {batch}"),
            "seconds": times.json(),
            "operations": work.operations,
            "bytes": work.bytes,
            "gflops": operations,
            "gb_per_s": bytes,
            "limit": limit.name,
            "share": share,
        }));
    }
}

/// What a call does.
struct Work {
    /// Of the network's summary.
    operations: f64,
    /// Those that the kernels cannot do without.
    needed: f64,
    /// Of what must be read and written.
    bytes: f64,
}

impl Work {
    fn inference<N: Network>(batch: usize) -> Self {
        let layers = (0..N::GRAPH.nodes.len()).map(|i| {
            let needed = if by_winograd(&N::GRAPH, i) { 0.25 } else { 1.0 };
            needed * N::GRAPH.macs(i) as f64
        });
        let images: usize = N::INPUTS.iter().chain(N::OUTPUTS).map(|shape| shape.len()).sum();
        let floats = batch * images + N::PARAMETERS;
        Self {
            operations: 2.0 * (batch as u64 * N::MACS) as f64,
            needed: 2.0 * batch as f64 * layers.sum::<f64>(),
            bytes: (size_of::<f32>() * floats) as f64,
        }
    }

    /// Three times the operations; parameters and their momentum are read and written.
    fn training<N: Network>(batch: usize) -> Self {
        let Self { operations, needed, bytes } = Self::inference::<N>(batch);
        let more = (size_of::<f32>() * 3 * N::PARAMETERS) as f64;
        Self { operations: 3.0 * operations, needed: 3.0 * needed, bytes: bytes + more }
    }
}

/// Whether Winograd's F(4×4, 3×3) may compute a layer.
fn by_winograd(graph: &Graph<'_>, layer: usize) -> bool {
    let Op::Conv(conv) = &graph.nodes[layer].op else { return false };
    let Window { kernel, stride, dilation, .. } = conv.window;
    [kernel, stride, dilation] == [[3, 3], [1, 1], [1, 1]]
        && conv.groups == 1
        && conv.filters.min(graph.input(layer).channels()) >= 24
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
