//! Transposed convolution in blocks of sixteen channels: a convolution backwards.
//!
//! ```text
//! forward:   the input's gradient of the convolution that goes from y to x, and a bias
//! d_weight:  that convolution's, with dy as its input and x as its output's gradient
//! d_input:   that convolution of dy
//! ```
//! Its kernels are those of [`Conv`], whose input is this layer's output and the other way round. In
//! inference the turned weights are packed once.

use super::conv::Conv;
use super::packed::fold_norm;
use super::winograd;
use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, PackParams, Pass, Room};
use crate::kernels::finish::Finish;
use crate::kernels::finish::finished;
use crate::kernels::rows::d_halo;
use crate::layers::convolution::conv::Geometry;
use crate::layout::{BLOCK, Blocked, Frame, Grid};

/// A transposed convolution in training.
#[derive(Clone, Copy, Debug)]
pub struct Transposed<const WINOGRAD: bool> {
    pub(super) conv: Conv<WINOGRAD>,
}

/// A transposed convolution whose taps meet the pixels one by one.
pub type Deconv = Transposed<false>;
/// One of 3×3 and stride 1 by Winograd's algorithm.
pub type DeconvTiles = Transposed<true>;

/// The convolution that goes from the output to the input.
const fn mirrored<const WINOGRAD: bool>(g: Geometry, frame: Frame) -> Conv<WINOGRAD> {
    let (output, input) = ([g.channels, g.height, g.width], [g.filters, g.output[0], g.output[1]]);
    let y = frame.output(output);
    let add = if frame.inputs.len() > 1 { frame.input(1, output) } else { y };
    let (d_output, d_input) =
        (Grid::new(output, frame.d_output), Grid::new(input, d_halo(&frame, 0)));
    Conv::of(g, d_output, d_input, add, y, frame.input(0, input))
}

impl<const WINOGRAD: bool> Transposed<WINOGRAD> {
    /// The layer of [`Geometry::transposed`]; the halos must hold what the taps reach over.
    pub const fn new(g: Geometry, frame: Frame) -> Self {
        let conv = mirrored(g, frame);
        conv.check_halo();
        Self { conv }
    }

    /// Floats of the turned weights and of the bias.
    const fn packed(&self) -> [usize; 2] {
        [self.conv.turned().len(), self.conv.dx.blocks() * BLOCK]
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        let [weights, bias] = self.packed();
        Room { batch: weights + bias, ..room(&self.conv) }
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        let (room, [weights, bias]) = (self.conv.room_backward(), self.conv.packed());
        let input = self.conv.room_packed().thread;
        let thread = if input > room.thread { input } else { room.thread };
        Room { batch: weights + bias, thread, ..room }
    }
}

/// Scratch of the forward pass with packed weights.
const fn room<const WINOGRAD: bool>(conv: &Conv<WINOGRAD>) -> Room {
    let thread = if WINOGRAD { winograd::room(conv.g.filters) } else { 0 };
    Room { thread, ..Room::NONE }
}

/// The layer with packed weights, and perhaps a second input, which is added to the sums.
fn forward<const WINOGRAD: bool>(
    conv: &Conv<WINOGRAD>,
    cx: &Pass<'_>,
    [w, bias]: [&[f32]; 2],
    inputs: &[&[f32]],
    finish: Finish<'_>,
    y: &mut [f32],
    threads: &mut [f32],
) {
    let add = inputs.get(1).map(|add| (*add, conv.add));
    conv.spread(cx, w, (Some(bias), add, finish), inputs[0], y, threads);
}

impl<const WINOGRAD: bool> Kernel<Blocked> for Transposed<WINOGRAD> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [packed, _, threads] = self.room().split(t.scratch, 0);
        let (w, b) = packed.split_at_mut(self.packed()[0]);
        self.conv.pack_turned(Some(cx), t.params[0], w);
        b.fill(0.0);
        if let Some(bias) = t.params.get(1) {
            b[..bias.len()].copy_from_slice(bias);
        }
        finished(activation, |finish| {
            forward(&self.conv, cx, [w, b], t.inputs, finish, t.output, threads);
        });
    }
}

/// A transposed convolution in inference: weights packed once, a batch norm after it folded into
/// them, and perhaps a second input that is added to the result before the activation.
#[derive(Clone, Copy, Debug)]
pub struct PackedTransposed<const WINOGRAD: bool> {
    conv: Conv<WINOGRAD>,
    bias: bool,
    /// The ε of the batch norm.
    norm: Option<f32>,
}

/// [`Deconv`], packed.
pub type PackedDeconv = PackedTransposed<false>;
/// [`DeconvTiles`], packed.
pub type PackedDeconvTiles = PackedTransposed<true>;

impl<const WINOGRAD: bool> PackedTransposed<WINOGRAD> {
    /// The layer; whether it has a bias, and the ε of a batch norm after it.
    pub const fn new(g: Geometry, bias: bool, norm: Option<f32>, frame: Frame) -> Self {
        Self { conv: mirrored(g, frame), bias, norm }
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        [self.conv.turned().len(), self.conv.dx.blocks() * BLOCK]
    }
}

impl PackedDeconvTiles {
    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        room(&self.conv)
    }
}

impl<const WINOGRAD: bool> Kernel<Blocked> for PackedTransposed<WINOGRAD> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [w, bias] = t.params else { unreachable!("packed weights and bias") };
        finished(activation, |finish| {
            forward(&self.conv, cx, [w, bias], t.inputs, finish, t.output, t.scratch);
        });
    }
}

impl<const WINOGRAD: bool> PackParams<Blocked> for PackedTransposed<WINOGRAD> {
    /// As that of a packed convolution.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let [weights, _] = self.packed();
        let (w, b) = packed.split_at_mut(weights);
        self.conv.pack_turned(None, params[0], w);
        b.fill(0.0);
        if self.bias {
            b[..params[1].len()].copy_from_slice(params[1]);
        }
        fold_norm(self.norm, params, [w, b], self.conv.turned().block());
    }
}
