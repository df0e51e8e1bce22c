//! Convolution in inference, with what merges into it.

use super::conv::Conv;
use crate::activation::Activation;
use crate::kernel::band::{Band, Banded, Given, Rows};
use crate::kernel::{Forward, Kernel, PackParams, Pass, Room};
use crate::kernels::affine::affine;
use crate::kernels::finish::finished;
use crate::layers::convolution::conv::Geometry;
use crate::layout::{BLOCK, Blocked, Frame, Grid};

/// Convolution in inference: weights packed once, a batch norm after it folded into them, and
/// perhaps a second input that is added to the result before the activation.
#[derive(Clone, Copy, Debug)]
pub struct Packed<const WINOGRAD: bool> {
    pub(crate) conv: Conv<WINOGRAD>,
    bias: bool,
    /// The ε of the batch norm.
    norm: Option<f32>,
    /// The form of the second input.
    add: Option<Grid>,
}

/// [`DirectConv`](super::conv::DirectConv), packed.
pub type PackedDirect = Packed<false>;
/// [`WinogradConv`](super::conv::WinogradConv), packed.
pub type PackedTiles = Packed<true>;

impl<const WINOGRAD: bool> Packed<WINOGRAD> {
    /// The convolution; whether it has a bias, and the ε of a batch norm after it.
    pub const fn new(g: Geometry, bias: bool, norm: Option<f32>, frame: Frame) -> Self {
        let conv = Conv::new(g, frame);
        let add = if frame.inputs.len() > 1 { Some(conv.add) } else { None };
        Self { conv, bias, norm, add }
    }
}

impl<const WINOGRAD: bool> Packed<WINOGRAD> {
    /// How a chain of layers cuts it into bands; of one group.
    pub const fn rows(&self) -> Rows {
        assert!(self.conv.g.groups == 1 && self.conv.table.is_none());
        self.conv.rows(self.add)
    }
}

impl<const WINOGRAD: bool> Banded for Packed<WINOGRAD> {
    fn band(&self, given: Given<'_>, t: Band<'_>) {
        self.conv.convolve_band(self.rows(), given, t);
    }
}

impl PackedTiles {
    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        self.conv.room_packed()
    }
}

impl<const WINOGRAD: bool> Kernel<Blocked> for Packed<WINOGRAD> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [w, bias] = t.params else { unreachable!("packed weights and bias") };
        finished(activation, |finish| {
            self.conv.convolve(cx, [w, bias], t.inputs, finish, t.output, t.scratch);
        });
    }
}

impl<const WINOGRAD: bool> PackParams<Blocked> for Packed<WINOGRAD> {
    /// From weight, bias and the norm's weight, bias, running mean and running variance, as far as
    /// they are there.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        let [weights, _] = self.conv.packed();
        let (w, b) = packed.split_at_mut(weights);
        self.conv.pack_forward(None, params[0], w);
        b.fill(0.0);
        if self.bias {
            b[..params[1].len()].copy_from_slice(params[1]);
        }
        fold_norm(self.norm, params, [w, b], self.conv.packing().block());
    }
}

/// Folds a batch norm of this ε, whose weight and bias, if it has them, running mean and running variance
/// are the last of the parameters after those of a convolution, one or two, into packed weights, `block` floats for each sixteen outputs, and biases.
pub(crate) fn fold_norm(
    norm: Option<f32>,
    params: &[&[f32]],
    [w, b]: [&mut [f32]; 2],
    block: usize,
) {
    let (Some(eps), [others @ .., mean, var]) = (norm, params) else { return };
    let parameters = if others.len() > 2 { &others[others.len() - 2..] } else { &[] };
    for f in 0..mean.len() {
        let [weight, bias] = affine(parameters, f);
        let scale = weight / (var[f] + eps).sqrt();
        b[f] = (b[f] - mean[f]) * scale + bias;
        let w = &mut w[f / BLOCK * block..][..block];
        w.iter_mut().skip(f % BLOCK).step_by(BLOCK).for_each(|w| *w *= scale);
    }
}
