//! Transposed convolution of groups of 1, 2, 4 or 8 channels and as many filters, in blocks of sixteen
//! channels: [`Grouped`] backwards, as [`super::deconv`] is a convolution backwards.

use super::grouped::Grouped;
use super::packed::fold_norm;
use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, PackParams, Pass, Room};
use crate::kernels::finish::finished;
use crate::kernels::rows::d_halo;
use crate::layers::convolution::conv::Geometry;
use crate::layout::{Blocked, Frame, Grid};

/// A transposed convolution of small groups in training.
#[derive(Clone, Copy, Debug)]
pub struct GroupedDeconv {
    /// From the output to the input.
    pub(super) conv: Grouped,
}

/// The convolution that goes from the output to the input.
const fn mirrored(g: Geometry, frame: Frame) -> Grouped {
    let (output, input) = ([g.channels, g.height, g.width], [g.filters, g.output[0], g.output[1]]);
    let (d_output, d_input) =
        (Grid::new(output, frame.d_output), Grid::new(input, d_halo(&frame, 0)));
    Grouped::of(g, d_output, d_input, frame.output(output), frame.input(0, input))
}

impl GroupedDeconv {
    /// The layer of [`Geometry::transposed`]; the halos must hold what the taps reach over.
    pub const fn new(g: Geometry, frame: Frame) -> Self {
        let conv = mirrored(g, frame);
        conv.check_halo();
        Self { conv }
    }

    /// Scratch of the forward pass: packed parameters.
    pub const fn room(&self) -> Room {
        self.conv.room()
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room { batch: self.conv.room().batch, ..self.conv.room_backward() }
    }
}

impl Kernel<Blocked> for GroupedDeconv {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [packed, ..] = self.room().split(t.scratch, 0);
        let (w, b) = packed.split_at_mut(self.conv.packed()[0]);
        self.conv.pack(t.params[0], true, w);
        b.fill(0.0);
        if let Some(bias) = t.params.get(1) {
            b[..bias.len()].copy_from_slice(bias);
        }
        finished(activation, |finish| {
            self.conv.spread(cx, w, (Some(b), None, finish), t.inputs[0], t.output);
        });
    }
}

/// A transposed convolution of small groups in inference: weights packed once, a batch norm after it
/// folded into them, and perhaps a second input that is added to the result before the activation.
#[derive(Clone, Copy, Debug)]
pub struct PackedGroupedDeconv {
    conv: Grouped,
    bias: bool,
    /// The ε of the batch norm.
    norm: Option<f32>,
    /// The form of the second input.
    add: Grid,
}

impl PackedGroupedDeconv {
    /// The layer; whether it has a bias, and the ε of a batch norm after it.
    pub const fn new(g: Geometry, bias: bool, norm: Option<f32>, frame: Frame) -> Self {
        let output = [g.channels, g.height, g.width];
        let add = frame.input(if frame.inputs.len() > 1 { 1 } else { 0 }, output);
        Self { conv: mirrored(g, frame), bias, norm, add }
    }

    /// Floats of the packed weights and of the packed bias.
    pub const fn packed(&self) -> [usize; 2] {
        self.conv.packed()
    }
}

impl Kernel<Blocked> for PackedGroupedDeconv {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [w, bias] = t.params else { unreachable!("packed weights and bias") };
        let add = t.inputs.get(1).map(|add| (*add, self.add));
        finished(activation, |finish| {
            self.conv.spread(cx, w, (Some(bias), add, finish), t.inputs[0], t.output);
        });
    }
}

impl PackParams<Blocked> for PackedGroupedDeconv {
    /// As that of a packed convolution.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let (w, b) = packed.split_at_mut(self.conv.packed()[0]);
        self.conv.pack(params[0], true, w);
        b.fill(0.0);
        if self.bias {
            b[..params[1].len()].copy_from_slice(params[1]);
        }
        fold_norm(self.norm, params, [w, b], self.conv.block());
    }
}
