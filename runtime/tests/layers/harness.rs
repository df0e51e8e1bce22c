//! Runs a kernel as a plan would, and compares what it gives with the oracle.

use cnn_oracle as oracle;
use cnn_oracle::{Gradients, Layer, Tensor};
use cnn_runtime::activation::{Activation, LeakyRelu, NoActivation, Tanh};
use cnn_runtime::exec::Exec;
use cnn_runtime::kernel::backward::{Backward, Train};
use cnn_runtime::kernel::{Forward, Kernel, Mode, Pass, Room};
use cnn_runtime::layout::Layout;
use cnn_runtime::random::Streams;
use cnn_runtime::reduce;
use cnn_runtime::simd::{Backend, on_every_backend};

/// The largest error allowed, relative to the largest element expected.
const TOLERANCE: f64 = 1e-5;

/// Elements expected count as at least so large: sums that cancel are not exact relative to their
/// result, and all inputs are of the order of 1.
const LEAST: f64 = 0.1;

/// A layer, its tensors, and what a plan would set aside for it.
pub(crate) struct Case {
    /// What a failure calls it.
    pub(crate) name: String,
    pub(crate) oracle: Box<dyn Layer<f64>>,
    pub(crate) params: Vec<Vec<f32>>,
    /// What the kernel is given in place of `params`.
    pub(crate) packed: Option<Vec<Vec<f32>>>,
    pub(crate) inputs: Vec<Tensor<f32>>,
    /// Running statistics before the forward pass, and what they are to be after it.
    pub(crate) state: Vec<Vec<f32>>,
    pub(crate) expected_state: Vec<Vec<f64>>,
    pub(crate) mode: Mode,
    pub(crate) in_place: bool,
    /// Floats per image kept for the backward pass.
    pub(crate) saved: usize,
    /// Floats per batch kept for the backward pass.
    pub(crate) stats: usize,
    /// Whether some elements of the output's gradient are not finite.
    pub(crate) unbounded: bool,
    /// The mean of the output's gradient.
    pub(crate) d_mean: f32,
}

/// Puts infinities of both signs and a NaN into some channels, each at a pixel of its own.
pub(crate) fn unbound(t: &mut Tensor<f32>) {
    let [n, channels, height, width] = t.dims;
    let [middle, last] = [channels / 2, channels - 1];
    t[[0, 0, height / 2, width / 2]] = f32::INFINITY;
    t[[n - 1, middle, height - 1, width - 1]] = f32::NEG_INFINITY;
    t[[n / 2, last, 0, 0]] = f32::NAN;
}

impl Case {
    /// A layer that needs nothing special, in training.
    pub(crate) fn new(
        name: String,
        oracle: impl Layer<f64> + 'static,
        params: Vec<Vec<f32>>,
        inputs: Vec<Tensor<f32>>,
    ) -> Self {
        Self {
            name,
            oracle: Box::new(oracle),
            params,
            packed: None,
            inputs,
            state: vec![],
            expected_state: vec![],
            mode: Mode::Training,
            in_place: false,
            saved: 0,
            stats: 0,
            unbounded: false,
            d_mean: 0.0,
        }
    }

    /// With inputs and, if wanted, a gradient of the output that are not finite.
    pub(crate) fn unbounded(mut self, gradient: bool) -> Self {
        self.name = format!("with infinities, {}", self.name);
        self.inputs.iter_mut().for_each(unbound);
        self.unbounded = gradient;
        self
    }

    /// The gradient of an output of these dimensions.
    pub(crate) fn d_output(&self, dims: [usize; 4]) -> Tensor<f32> {
        let mut d = Random::new(7).tensor(dims).map(|d| d + self.d_mean);
        if self.unbounded {
            unbound(&mut d);
        }
        d
    }

    /// What the oracle gives for the output.
    pub(crate) fn output(&self) -> Tensor<f64> {
        let inputs: Vec<_> = self.inputs.iter().map(widen).collect();
        self.oracle.forward(&self.wide_params(), &inputs)
    }

    /// What the oracle gives for the gradients, from that of the output.
    pub(crate) fn gradients(&self, d_output: &Tensor<f32>) -> Gradients<f64> {
        let inputs: Vec<_> = self.inputs.iter().map(widen).collect();
        self.oracle.backward(&self.wide_params(), &inputs, &widen(d_output))
    }

    fn wide_params(&self) -> Vec<Vec<f64>> {
        self.params.iter().map(|p| p.iter().map(|&x| x.into()).collect()).collect()
    }
}

fn widen(t: &Tensor<f32>) -> Tensor<f64> {
    Tensor { dims: t.dims, data: t.data.iter().map(|&x| x.into()).collect() }
}

/// A kernel in the situation of a case.
pub(crate) struct Run<'a, K> {
    pub(crate) kernel: &'a K,
    /// Its `room()` and `room_backward()`.
    pub(crate) rooms: [Room; 2],
    pub(crate) case: &'a Case,
    pub(crate) exec: &'a dyn Exec,
}

/// The scratch of kernels that need none, and so have no such function of their own, which would come first.
pub(crate) trait NoRoom {
    fn room(&self) -> Room {
        Room::NONE
    }

    fn room_backward(&self) -> Room {
        Room::NONE
    }
}

impl<K> NoRoom for K {}

/// What a kernel left, in its layout.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) output: Vec<f32>,
    pub(crate) state: Vec<Vec<f32>>,
    pub(crate) d_inputs: Vec<Vec<f32>>,
    pub(crate) d_params: Vec<Vec<f32>>,
    saved: Vec<f32>,
    stats: Vec<f32>,
}

impl<K> Run<'_, K> {
    fn pass(&self) -> Pass<'_> {
        let streams = Streams { seed: 3, step: 4 };
        Pass::new(self.exec, self.case.inputs[0].dims[0], self.case.mode, streams)
    }

    fn inputs<L: Layout>(&self) -> Vec<Vec<f32>> {
        self.case.inputs.iter().map(|x| to_layout::<L>(x, Padding::Copies)).collect()
    }

    fn params(&self) -> Vec<&[f32]> {
        slices(self.case.packed.as_ref().unwrap_or(&self.case.params))
    }

    /// The forward pass; what is to be overwritten is NaN before.
    pub(crate) fn forward<L: Layout>(
        &self,
        activation: impl Activation,
        output_len: usize,
    ) -> Results
    where
        K: Kernel<L>,
    {
        let (cx, case) = (self.pass(), self.case);
        let n = cx.padded::<L>();
        let inputs = self.inputs::<L>();
        let mut results = Results {
            output: if case.in_place { inputs[0].clone() } else { nans(n * output_len) },
            state: case.state.clone(),
            saved: nans(n * case.saved),
            stats: nans(case.stats),
            ..Results::default()
        };
        self.kernel.forward(
            activation,
            &cx,
            Forward {
                params: &self.params(),
                state: &mut slices_mut(&mut results.state),
                inputs: &slices(if case.in_place { &[] } else { &inputs }),
                output: &mut results.output,
                saved: &mut results.saved,
                stats: &mut results.stats,
                scratch: &mut nans(self.rooms[0].len(n, self.exec.threads())),
            },
        );
        results
    }

    /// The backward pass, after a forward pass without activation.
    pub(crate) fn backward<L: Layout>(&self, d_output: &Tensor<f32>, results: &mut Results)
    where
        K: Train<L>,
    {
        let (cx, case) = (self.pass(), self.case);
        let n = cx.padded::<L>();
        let inputs = self.inputs::<L>();
        let largest = case.params.iter().map(Vec::len).max().unwrap_or(0);
        let mut d_output = to_layout::<L>(d_output, Padding::Zeros);
        results.d_params = case.params.iter().map(|p| nans(p.len())).collect();
        results.d_inputs = inputs.iter().map(|x| nans(x.len())).collect();
        let mut d_inputs = if case.in_place { vec![] } else { slices_mut(&mut results.d_inputs) };
        self.kernel.backward(
            &cx,
            Backward {
                params: &self.params(),
                inputs: &slices(&inputs),
                output: &results.output,
                saved: &results.saved,
                stats: &results.stats,
                d_output: &mut d_output,
                d_inputs: &mut d_inputs,
                d_params: &mut slices_mut(&mut results.d_params),
                partials: &mut nans(reduce::partials_len(largest, largest, cx.images, L::IMAGES)),
                scratch: &mut nans(self.rooms[1].len(n, self.exec.threads())),
            },
        );
        if case.in_place {
            results.d_inputs = vec![d_output];
        }
    }
}

fn nans(len: usize) -> Vec<f32> {
    vec![f32::NAN; len]
}

fn slices(all: &[Vec<f32>]) -> Vec<&[f32]> {
    all.iter().map(Vec::as_slice).collect()
}

fn slices_mut(all: &mut [Vec<f32>]) -> Vec<&mut [f32]> {
    all.iter_mut().map(Vec::as_mut_slice).collect()
}

/// `check!(Layout, kernel, &case)` compares a kernel with the oracle on every backend: its forward
/// pass with and without an activation, and its gradients.
macro_rules! check {
    ($layout:ty, $kernel:expr, $case:expr) => {{
        let kernel = $kernel;
        let rooms = {
            #[allow(unused_imports)] // where the kernel has both
            use crate::harness::NoRoom;
            [kernel.room(), kernel.room_backward()]
        };
        let (case, exec) = ($case, &cnn_runtime::exec::Serial);
        let run = crate::harness::Run { kernel: &kernel, rooms, case, exec };
        crate::harness::check_forward::<$layout, _>(&run);
        crate::harness::check_backward::<$layout, _>(&run);
    }};
}
pub(crate) use check;

/// Compares a kernel's forward pass with the oracle's on every backend.
pub(crate) fn check_forward<L: Layout, K: Kernel<L>>(run: &Run<'_, K>) {
    use oracle::Activation as Row;
    let plain = run.case.output();
    let len = plain.image_len();
    on_every_backend(|backend| {
        let at = Place::new::<L, K>(run.case, backend);
        let results = run.forward::<L>(NoActivation, len);
        at.check_images::<L>("output", &results.output, &plain);
        for (i, (found, expected)) in results.state.iter().zip(&run.case.expected_state).enumerate()
        {
            at.check(&format!("state {i}"), found, expected);
        }
        let activated = run.forward::<L>(Tanh {}, len);
        at.check_images::<L>(
            "output with tanh",
            &activated.output,
            &plain.map(|x| Row::Tanh.apply(x)),
        );
        let leaky = plain.map(|x| Row::LeakyRelu { slope: 0.25 }.apply(x));
        let activated = run.forward::<L>(LeakyRelu { slope: 0.25 }, len);
        at.check_images::<L>("output with leaky_relu", &activated.output, &leaky);
    });
}

/// Compares a kernel's gradients with the oracle's on every backend.
pub(crate) fn check_backward<L: Layout, K: Train<L>>(run: &Run<'_, K>) {
    let finite = |t: &Tensor<f32>| t.data.iter().all(|x| x.is_finite());
    let filled = run.case.inputs[0].dims[0].is_multiple_of(L::IMAGES);
    if !filled && !run.case.inputs.iter().all(finite) {
        // The copies that fill up the last group have a gradient of 0, and 0 · ∞ is NaN.
        return;
    }
    let output = run.case.output();
    let d_output = run.case.d_output(output.dims);
    let gradients = run.case.gradients(&d_output);
    on_every_backend(|backend| {
        let at = Place::new::<L, K>(run.case, backend);
        let mut results = run.forward::<L>(NoActivation, output.image_len());
        run.backward::<L>(&d_output, &mut results);
        for (i, (found, expected)) in results.d_inputs.iter().zip(&gradients.inputs).enumerate() {
            let what = format!("gradient of input {i}");
            at.check_images::<L>(&what, found, expected);
            for (_, index) in elements::<L>(expected.dims).filter(|(image, _)| image.is_none()) {
                assert!(
                    found[index] == 0.0,
                    "{at}, {what}: {} instead of 0 in padding",
                    found[index]
                );
            }
        }
        assert_eq!(results.d_params.len(), gradients.params.len(), "{at}: number of parameters");
        for (i, (found, expected)) in results.d_params.iter().zip(&gradients.params).enumerate() {
            at.check(&format!("gradient of parameter {i}"), found, expected);
        }
    });
}

/// Where a comparison failed.
pub(crate) struct Place<'a> {
    layer: &'a str,
    kernel: &'static str,
    layout: &'static str,
    backend: &'static str,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { layer, kernel, layout, backend } = self;
        write!(f, "{layer}: {kernel} in {layout} on {backend}")
    }
}

impl<'a> Place<'a> {
    fn new<L, K>(case: &'a Case, backend: Backend) -> Self {
        let layout = std::any::type_name::<L>().rsplit("::").next().unwrap_or_default();
        Self {
            layer: &case.name,
            kernel: std::any::type_name::<K>(),
            layout,
            backend: backend.name(),
        }
    }

    /// Compares the real images of a tensor.
    fn check_images<L: Layout>(&self, what: &str, found: &[f32], expected: &Tensor<f64>) {
        let images = expected.dims[0].next_multiple_of(L::IMAGES);
        assert_eq!(found.len(), images * expected.image_len(), "{self}, {what}: length");
        if let Some((i, error)) =
            mismatch(&real_images::<L>(found, expected.dims), &expected.data, TOLERANCE)
        {
            panic!("{self}, {what} at {:?}: {error}", Tensor::<f64>::unravel(expected.dims, i));
        }
    }

    fn check(&self, what: &str, found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{self}, {what}: length");
        if let Some((i, error)) = mismatch(found, expected, TOLERANCE) {
            panic!("{self}, {what} at [{i}]: {error}");
        }
    }
}

/// The element that is furthest off, and by how much, if that is too far.
pub(crate) fn mismatch(found: &[f32], expected: &[f64], tolerance: f64) -> Option<(usize, String)> {
    let finite = expected.iter().filter(|x| x.is_finite());
    let largest = finite.fold(LEAST, |largest, x| largest.max(x.abs()));
    let error = |(&found, &expected): (&f32, &f64)| {
        let found = f64::from(found);
        match (found - expected).abs() / largest {
            _ if found == expected || found.is_nan() && expected.is_nan() => 0.0,
            error if error.is_nan() => f64::INFINITY,
            error => error,
        }
    };
    let errors = found.iter().zip(expected).map(error).enumerate();
    let (i, error) = errors.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let text =
        || format!("found {}, expected {}: off by {error:.1e} of {largest}", found[i], expected[i]);
    (error > tolerance).then(|| (i, text()))
}

/// What fills up the last group of images.
#[derive(Clone, Copy, PartialEq)]
enum Padding {
    /// Copies of the last image.
    Copies,
    /// Zeros, for gradients.
    Zeros,
}

/// For every element of a batch in the layout `L`: its place in the N×C×H×W batch, or none in a
/// padding image, and its place in the layout.
fn elements<L: Layout>(dims: [usize; 4]) -> impl Iterator<Item = (Option<usize>, usize)> {
    let (images, len) = (dims[0], dims[1] * dims[2] * dims[3]);
    let padded = images.next_multiple_of(L::IMAGES);
    (0..padded * len).map(move |i| {
        let (image, element) = (i / len, i % len);
        let (group, lane) = (image / L::IMAGES, image % L::IMAGES);
        ((image < images).then_some(i), (group * len + element) * L::IMAGES + lane)
    })
}

/// The N×C×H×W batch in a tensor of the layout `L`.
pub(crate) fn real_images<L: Layout>(t: &[f32], dims: [usize; 4]) -> Vec<f32> {
    let mut real = nans(dims.iter().product());
    for (image, index) in elements::<L>(dims) {
        if let Some(i) = image {
            real[i] = t[index];
        }
    }
    real
}

fn to_layout<L: Layout>(t: &Tensor<f32>, padding: Padding) -> Vec<f32> {
    let last = &t.data[t.data.len() - t.image_len()..];
    let mut out = nans(t.dims[0].next_multiple_of(L::IMAGES) * t.image_len());
    for (i, (image, index)) in elements::<L>(t.dims).enumerate() {
        out[index] = match (image, padding) {
            (Some(i), _) => t.data[i],
            (None, Padding::Copies) => last[i % t.image_len()],
            (None, Padding::Zeros) => 0.0,
        };
    }
    out
}

/// Numbers for tests: splitmix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// In `[-1, 1)`.
    pub(crate) fn uniform(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    pub(crate) fn vec(&mut self, len: usize) -> Vec<f32> {
        (0..len).map(|_| self.uniform()).collect()
    }

    pub(crate) fn tensor(&mut self, dims: [usize; 4]) -> Tensor<f32> {
        Tensor::from_fn(dims, |_| self.uniform())
    }
}
