//! What kernels do in training alone.

use super::{Kernel, Pass};
use crate::layout::Layout;

/// The tensors of a backward step. What the layer's record does not declare as read is empty.
pub struct Backward<'a> {
    /// As in [`Forward::params`](super::Forward::params) in training.
    pub params: &'a [&'a [f32]],
    /// The forward inputs.
    pub inputs: &'a [&'a [f32]],
    /// The forward output.
    pub output: &'a [f32],
    /// As the forward step left it.
    pub saved: &'a [f32],
    /// As the forward step left it.
    pub stats: &'a [f32],
    /// The gradient with respect to the output; may be overwritten.
    pub d_output: &'a mut [f32],
    /// The gradients with respect to the inputs, to be overwritten (never accumulated into);
    /// an empty slice where one is not wanted. No slices at all when the step runs in place:
    /// `d_output` then becomes the gradient of the input.
    pub d_inputs: &'a mut [&'a mut [f32]],
    /// The gradients with respect to the trainable parameters, to be overwritten.
    pub d_params: &'a mut [&'a mut [f32]],
    /// Room for partial sums of a parameter gradient; see [`crate::reduce`].
    pub partials: &'a mut [f32],
    /// Scratch per image, contents undefined.
    pub scratch: &'a mut [f32],
}

/// A kernel that has gradients.
pub trait Train<L: Layout>: Kernel<L> {
    /// Whether nothing in the pass depends on the sums over the batch that the parameters' gradients are, so that
    /// what others have of them may be added when it comes.
    const SUMS_ALONE: bool = false;

    /// Computes the wanted gradients of the layer without its activation (whose derivative has
    /// been applied to `d_output` before).
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>);
}

/// What the derivative of the activation after a layer makes of a gradient: of the layer's results `z`, which it may
/// overwrite, and of the gradient `d` of what the activation makes of them, which becomes that of `z`.
pub type Derivative<'a> = &'a (dyn Fn(&mut [f32], &mut [f32]) + Sync);

/// A kernel that finds its results once more, from its inputs: the backward pass of the activation after it needs
/// nobody to have kept them, nor a pass over memory of its own.
pub trait TrainThrough<L: Layout>: Train<L> {
    /// As [`Train::backward`], from the gradient of what the activation made of the layer's results.
    fn backward_through(&self, cx: &Pass<'_>, derivative: Derivative<'_>, t: Backward<'_>);

    /// Replaces that gradient by the one of the layer's results, and does nothing else.
    fn derive(&self, cx: &Pass<'_>, derivative: Derivative<'_>, t: Backward<'_>);
}
