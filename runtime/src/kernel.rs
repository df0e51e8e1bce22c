//! The contract between emitted code and a layer's kernel.
//!
//! A plan step is one call of [`Kernel::forward`] or [`Kernel::backward`]. All tensors are plain
//! slices over a whole batch in the layout `L` (see [`crate::layout`]): a tensor of `len` floats
//! per image has `cx.padded::<L>() * len` floats, group after group of `L::LANES` images.

use crate::activation::Activation;
use crate::layout::Layout;
pub use crate::pass::{Mode, Pass};
pub use crate::room::{Room, arena_with_rooms};

/// The tensors of a forward step.
pub struct Forward<'a> {
    /// The step's parameters: the trainable ones and buffers in the order of the layer's record
    /// when training, what [`Kernel::pack`] made of them in inference (same order unless the
    /// kernel says otherwise).
    pub params: &'a [&'a [f32]],
    /// Non-trainable state that training updates (batch norm's running statistics); empty in
    /// inference and for most layers.
    pub state: &'a mut [&'a mut [f32]],
    /// The inputs. Empty when the step runs in place: `output` then holds the input.
    pub inputs: &'a [&'a [f32]],
    /// The output, every element of which is written.
    pub output: &'a mut [f32],
    /// Data per image kept for the backward pass (pool indices); empty in inference.
    pub saved: &'a mut [f32],
    /// Data per batch kept for the backward pass (batch statistics); empty in inference.
    pub stats: &'a mut [f32],
    /// Scratch per image, contents undefined.
    pub scratch: &'a mut [f32],
}

/// The tensors of a backward step. What the layer's record does not declare as read is empty.
pub struct Backward<'a> {
    /// As in [`Forward::params`] in training.
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

/// One layer's computation in the layout `L`.
pub trait Kernel<L: Layout>: Sync {
    /// Computes `output = activation(layer(inputs))`.
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>);

    /// Computes the wanted gradients of the layer without its activation (whose derivative has
    /// been applied to `d_output` before).
    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>);

    /// Whether the packed form of the parameters is they themselves, one after the other.
    const PLAIN: bool = true;

    /// Writes the packed form of one step's parameters, one after the other. A kernel that
    /// overrides it is not [`Kernel::PLAIN`].
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        crate::pack::plain(params, packed);
    }
}
