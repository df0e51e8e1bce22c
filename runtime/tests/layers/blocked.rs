//! Kernels in blocks of sixteen channels against the oracle.

pub(crate) mod bands;
pub(crate) mod channels;
pub(crate) mod deconv;
mod far;
pub(crate) mod grouped;
pub(crate) mod layers;
mod norms;
mod parts;
pub(crate) mod planes;
mod pools;
mod small;
mod tables;
mod through;

use crate::harness::{Case, mismatch};
use crate::kernels::{Convolution, Sizes};
use cnn_oracle::{Activation as Row, Tensor};
use cnn_runtime::activation::{Activation, NoActivation, Relu, Tanh};
use cnn_runtime::blocked::Conv;
use cnn_runtime::exec::{Exec, Serial};
use cnn_runtime::kernel::backward::{Backward, Train};
use cnn_runtime::kernel::{Forward, Kernel, Pass, Room};
use cnn_runtime::layout::{Blocked, Frame, Grid};
use cnn_runtime::random::Streams;
use cnn_runtime::reduce;
use cnn_runtime::simd::on_every_backend;

/// The largest error allowed, of direct kernels and of Winograd's, relative to the largest element.
pub(crate) const TOLERANCE: f64 = 1e-5;

/// A kernel in blocks, as the plan would call it.
pub(crate) struct Run<'a, K> {
    pub(crate) kernel: &'a K,
    pub(crate) rooms: [Room; 2],
    pub(crate) frame: Frame,
    pub(crate) case: &'a Case,
    pub(crate) output: [usize; 3],
    /// Channels of a block of the output.
    pub(crate) block: usize,
    pub(crate) exec: &'a dyn Exec,
    pub(crate) tolerance: f64,
}

/// The tensor in blocks: zeros in the halo, NaN in the lanes beyond the last channel.
fn blocks(t: &Tensor<f32>, grid: Grid, lanes: usize, halo: usize) -> Vec<f32> {
    let [n, channels, height, width] = t.dims;
    let mut out = vec![0.0; n * grid.len()];
    let (rows, columns) = (height + 2 * halo, width + 2 * halo);
    for image in 0..n {
        for c in 0..channels.div_ceil(lanes) * lanes {
            for (i, j) in (0..height).flat_map(|i| (0..width).map(move |j| (i, j))) {
                let row =
                    ((image * channels.div_ceil(lanes) + c / lanes) * rows + i + halo) * columns;
                out[(row + j + halo) * lanes + c % lanes] = if c < channels {
                    t.data[((image * channels + c) * height + i) * width + j]
                } else {
                    f32::NAN
                };
            }
        }
    }
    out
}

/// The channels in blocks of sixteen; the halo must hold zeros.
fn plain(t: &[f32], dims: [usize; 4], halo: usize) -> Vec<f32> {
    plain_of(t, dims, halo, 16)
}

/// The same of blocks of `lanes` channels.
fn plain_of(t: &[f32], dims: [usize; 4], halo: usize, lanes: usize) -> Vec<f32> {
    let [n, channels, height, width] = dims;
    let (rows, columns) = (height + 2 * halo, width + 2 * halo);
    let mut out = vec![f32::NAN; dims.iter().product()];
    for image in 0..n {
        for c in 0..channels {
            for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
                let block = image * channels.div_ceil(lanes) + c / lanes;
                let x = t[((block * rows + i) * columns + j) * lanes + c % lanes];
                let inside = |i: usize, n: usize| (halo..n + halo).contains(&i);
                if inside(i, height) && inside(j, width) {
                    out[((image * channels + c) * height + i - halo) * width + j - halo] = x;
                } else {
                    assert!(x == 0.0, "{x} in the halo");
                }
            }
        }
    }
    out
}

impl<K: Kernel<Blocked>> Run<'_, K> {
    fn pass(&self) -> Pass<'_> {
        let streams = Streams { seed: 3, step: 4 };
        Pass::new(self.exec, self.case.inputs[0].dims[0], self.case.mode, streams)
    }

    fn inputs(&self) -> Vec<Vec<f32>> {
        let one = |(i, (x, &halo)): (usize, (&Tensor<f32>, &usize))| {
            let ([n, c, h, w], lanes) = (x.dims, self.frame.block);
            let whole = blocks(x, Grid::with_depth([c, h, w], halo, lanes), lanes, halo);
            let of = self.frame.input_blocks.get(i).map_or(0, |blocks| blocks * lanes);
            parts::spread(&whole, n, c.div_ceil(lanes) * lanes, of, f32::NAN)
        };
        self.case.inputs.iter().zip(self.frame.inputs).enumerate().map(one).collect()
    }

    fn slices(all: &[Vec<f32>]) -> Vec<&[f32]> {
        all.iter().map(Vec::as_slice).collect()
    }

    fn check(&self, what: &str, found: &[f32], expected: &[f64]) {
        self.check_within(self.tolerance, what, found, expected);
    }

    fn check_within(&self, tolerance: f64, what: &str, found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{what}: length");
        if let Some((i, error)) = mismatch(found, expected, tolerance) {
            panic!("{}, {what} at {i}: {error}", self.case.name);
        }
    }

    fn forward(
        &self,
        activation: impl Activation,
        saved: &mut [f32],
        stats: &mut [f32],
        state: &mut [Vec<f32>],
    ) -> Vec<f32> {
        let cx = self.pass();
        let inputs = self.inputs();
        let params = self.case.packed.as_ref().unwrap_or(&self.case.params);
        let grid = Grid::with_depth(self.output, self.frame.output, self.block);
        let mut output = if self.case.in_place {
            inputs[0].clone()
        } else {
            vec![f32::NAN; cx.images * grid.len()]
        };
        let channels = self.output[0].next_multiple_of(self.block);
        let of = self.frame.output_blocks * self.block;
        output = parts::spread(&output, cx.images, channels, of, parts::OTHERS);
        let mut state: Vec<&mut [f32]> = state.iter_mut().map(Vec::as_mut_slice).collect();
        self.kernel.forward(
            activation,
            &cx,
            Forward {
                params: &Self::slices(params),
                state: &mut state,
                inputs: &Self::slices(if self.case.in_place { &[] } else { &inputs }),
                output: &mut output,
                saved,
                stats,
                scratch: &mut vec![f32::NAN; self.rooms[0].len(cx.images, self.exec.threads())],
            },
        );
        parts::gather(&output, cx.images, channels, of)
    }

    /// Forward with and without an activation, on every backend.
    pub(crate) fn compare_inference(&self) {
        let plain_output = self.case.output();
        on_every_backend(|backend| {
            self.compare_forward(backend.name(), &plain_output);
        });
    }

    /// The same on this backend: what it left, which is the output, and what is kept for the backward pass.
    fn compare_forward(&self, at: &str, plain_output: &Tensor<f64>) -> [Vec<f32>; 3] {
        let dims = plain_output.dims;
        let (mut saved, mut stats) =
            (vec![f32::NAN; dims[0] * self.case.saved], vec![f32::NAN; self.case.stats]);
        let mut state = self.case.state.clone();
        let output = self.forward(NoActivation, &mut saved, &mut stats, &mut state);
        let images = plain_of(&output, dims, self.frame.output, self.block);
        self.check(&format!("output on {at}"), &images, &plain_output.data);
        for (i, (found, expected)) in state.iter().zip(&self.case.expected_state).enumerate() {
            self.check(&format!("state {i} on {at}"), found, expected);
        }
        for (name, wanted) in [
            ("relu", plain_output.map(|x| Row::Relu.apply(x))),
            ("tanh", plain_output.map(|x| Row::Tanh.apply(x))),
        ] {
            let mut state = self.case.state.clone();
            let activated = match name {
                "relu" => self.forward(Relu, &mut saved.clone(), &mut stats.clone(), &mut state),
                _ => self.forward(Tanh, &mut saved.clone(), &mut stats.clone(), &mut state),
            };
            // What is wrong in the last digits of a large number may be much of its tanh.
            let finite = plain_output.data.iter().filter(|x| x.is_finite());
            let scale =
                if name == "tanh" { finite.fold(1.0, |most, x| x.abs().max(most)) } else { 1.0 };
            let images = plain_of(&activated, dims, self.frame.output, self.block);
            self.check_within(
                self.tolerance * scale,
                &format!("output with {name} on {at}"),
                &images,
                &wanted.data,
            );
        }
        [output, saved, stats]
    }
}

impl<K: Train<Blocked>> Run<'_, K> {
    /// Forward with and without an activation, and backward, on every backend.
    pub(crate) fn compare(&self) {
        let plain_output = self.case.output();
        let d_output = self.case.d_output(plain_output.dims);
        let gradients = self.case.gradients(&d_output);
        on_every_backend(|backend| {
            let at = backend.name();
            let [output, saved, stats] = self.compare_forward(at, &plain_output);
            if self.case.packed.is_some() || self.frame.output_blocks > 0 {
                return;
            }
            self.compare_backward(at, &d_output, &gradients, &output, &saved, &stats);
        });
    }

    fn compare_backward(
        &self,
        at: &str,
        d_output: &Tensor<f32>,
        gradients: &cnn_oracle::Gradients<f64>,
        output: &[f32],
        saved: &[f32],
        stats: &[f32],
    ) {
        let cx = self.pass();
        let inputs = self.inputs();
        let d_grid = Grid::new(self.output, self.frame.d_output);
        let mut d_output = blocks(d_output, d_grid, 16, self.frame.d_output);
        let grid = |i: usize| {
            let [_, c, h, w] = self.case.inputs[i].dims;
            Grid::new([c, h, w], self.frame.d_inputs[i])
        };
        let in_place = self.case.in_place;
        let mut d_inputs: Vec<Vec<f32>> =
            (0..inputs.len()).map(|i| vec![f32::NAN; cx.images * grid(i).len()]).collect();
        let mut d_params: Vec<Vec<f32>> =
            self.case.params.iter().map(|p| vec![f32::NAN; p.len()]).collect();
        let largest = self.case.params.iter().map(Vec::len).max().unwrap_or(0);
        let mut d_input_slices: Vec<&mut [f32]> =
            d_inputs.iter_mut().map(Vec::as_mut_slice).collect();
        let mut d_param_slices: Vec<&mut [f32]> =
            d_params.iter_mut().map(Vec::as_mut_slice).collect();
        self.kernel.backward(
            &cx,
            Backward {
                params: &Self::slices(&self.case.params),
                inputs: &Self::slices(&inputs),
                output,
                saved,
                stats,
                d_output: &mut d_output,
                d_inputs: if in_place { &mut [] } else { &mut d_input_slices },
                d_params: &mut d_param_slices,
                partials: &mut vec![f32::NAN; reduce::partials_len(largest, largest, cx.images, 1)],
                scratch: &mut vec![f32::NAN; self.rooms[1].len(cx.images, self.exec.threads())],
            },
        );
        if in_place {
            d_inputs = vec![d_output];
        }
        for (i, (found, expected)) in d_inputs.iter().zip(&gradients.inputs).enumerate() {
            let found = plain(found, expected.dims, self.frame.d_inputs[i]);
            self.check(&format!("gradient of input {i} on {at}"), &found, &expected.data);
        }
        for (i, (found, expected)) in d_params.iter().zip(&gradients.params).enumerate() {
            self.check(&format!("gradient of parameter {i} on {at}"), found, expected);
        }
    }
}

/// Tensors with these halos.
pub(crate) fn frame(inputs: &[usize], output: usize, d_inputs: &[usize], d_output: usize) -> Frame {
    let leak = |halos: &[usize]| -> &'static [usize] { Box::leak(halos.into()) };
    let (inputs, d_inputs) = (leak(inputs), leak(d_inputs));
    Frame { inputs, output, d_inputs, d_output, ..Frame::WHOLE }
}

/// Compares a kernel with the oracle, on one thread and cut in pieces.
pub(crate) fn check(kernel: &impl Train<Blocked>, rooms: [Room; 2], frame: Frame, case: &Case) {
    let [_, c, h, w] = case.output().dims;
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        Run {
            kernel,
            rooms,
            frame,
            case,
            output: [c, h, w],
            block: 16,
            exec,
            tolerance: TOLERANCE,
        }
        .compare();
    }
}

/// Compares a kernel of inference with the oracle, on one thread and cut in pieces.
pub(crate) fn check_inference(
    kernel: &impl Kernel<Blocked>,
    room: Room,
    frame: Frame,
    case: &Case,
) {
    let [_, c, h, w] = case.output().dims;
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        Run {
            kernel,
            rooms: [room, Room::NONE],
            frame,
            case,
            output: [c, h, w],
            block: 16,
            exec,
            tolerance: TOLERANCE,
        }
        .compare_inference();
    }
}

pub(crate) fn check_conv<const W: bool>(c: Convolution, block: usize, halos: [usize; 4]) {
    check_conv_case::<W>(c, &c.case(), block, halos);
}

/// The same with another case of the convolution.
pub(crate) fn check_conv_case<const W: bool>(
    c: Convolution,
    case: &Case,
    block: usize,
    halos: [usize; 4],
) {
    let [input, output, d_input, d_output] = halos;
    let frame = Frame { block, ..frame(&[input], output, &[d_input], d_output) };
    let kernel = Conv::<W>::new(c.geometry(), frame);
    let [h, w] = c.sizes.output(c.input);
    for exec in [&Serial as &dyn Exec, &Threads(3)] {
        Run {
            kernel: &kernel,
            rooms: [kernel.room(), kernel.room_backward()],
            frame,
            case,
            output: [c.filters, h, w],
            block: 16,
            exec,
            tolerance: TOLERANCE,
        }
        .compare();
    }
}

/// As many pieces as for some threads, one after the other.
struct Threads(usize);

impl Exec for Threads {
    fn join(&self, a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send)) {
        b();
        a();
    }

    fn threads(&self) -> usize {
        self.0
    }
}

pub(crate) fn conv(
    images: usize,
    input: [usize; 3],
    filters: usize,
    groups: usize,
    sizes: Sizes,
) -> Convolution {
    Convolution { images, input, filters, groups, bias: true, sizes }
}

#[test]
fn direct_convolutions() {
    let same = |k: usize| Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [1, 1]) };
    for (images, input, filters) in [
        (1, [3, 9, 11], 5),
        (2, [16, 7, 7], 32),
        (3, [17, 5, 30], 33),
        (1, [40, 1, 1], 64),
        (17, [6, 4, 4], 16),
        (17, [20, 2, 2], 40),
        (17, [16, 2, 2], 40),
        (5, [33, 1, 3], 20),
    ] {
        check_conv::<false>(conv(images, input, filters, 1, same(1)), 16, [0, 0, 0, 0]);
        check_conv::<false>(conv(images, input, filters, 1, same(3)), 16, [1, 1, 2, 1]);
        check_conv::<false>(conv(images, input, filters, 1, same(5)), 16, [2, 0, 0, 2]);
    }
    for stride in [2, 3] {
        for k in [1, 2, 3, 7] {
            let sizes = Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [stride, stride]) };
            check_conv::<false>(conv(2, [18, 13, 12], 20, 1, sizes), 16, [3, 1, 1, 4]);
        }
    }
    let sizes = Sizes { pad: [0, 1, 2, 3], dilation: [2, 3], ..Sizes::plain([3, 2], [2, 1]) };
    check_conv::<false>(conv(2, [18, 13, 12], 20, 1, sizes), 16, [4, 1, 1, 8]);
}

#[test]
fn few_channels_side_by_side() {
    for block in [1, 3, 4] {
        for (k, stride) in [(3, 1), (7, 2), (5, 1), (11, 4)] {
            let sizes = Sizes { pad: [k / 2; 4], ..Sizes::plain([k, k], [stride, stride]) };
            check_conv::<false>(conv(2, [block, 31, 17], 24, 1, sizes), block, [k / 2, 1, 0, k]);
        }
    }
}

#[test]
fn groups_of_any_size() {
    for (channels, filters, groups) in
        [(64, 32, 2), (32, 32, 8), (12, 24, 3), (40, 40, 5), (20, 60, 20)]
    {
        let sizes = Sizes { pad: [1; 4], ..Sizes::plain([3, 3], [1, 1]) };
        check_conv::<false>(conv(2, [channels, 6, 5], filters, groups, sizes), 16, [1, 1, 1, 1]);
    }
}

#[test]
fn winograd_convolutions() {
    for pad in [0, 1, 2] {
        let sizes = Sizes { pad: [pad; 4], ..Sizes::plain([3, 3], [1, 1]) };
        for (images, input, filters) in [
            (1, [3, 9, 11], 5),
            (2, [16, 4, 4], 32),
            (3, [17, 5, 30], 33),
            (1, [130, 14, 14], 48),
            (17, [32, 3, 3], 16),
            (1, [16, 40, 40], 16),
            (3, [24, 6, 6], 80),
            (1, [17, 129, 130], 20),
        ] {
            check_conv::<true>(conv(images, input, filters, 1, sizes), 16, [pad, 1, 1, 2 - pad]);
        }
    }
}
