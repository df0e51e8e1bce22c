//! The contract between emitted code and a layer's kernel.
//!
//! A plan step is one call of [`Kernel::forward`] or of `Train::backward`. All tensors are plain
//! slices over a whole batch in the layout `L` (see [`crate::layout`]): a tensor of `len` floats
//! per image has `cx.padded::<L>() * len` floats, group after group of `L::IMAGES` images.
//!
//! What only some kernels do is apart: training (`backward`), packing parameters otherwise than one after
//! the other ([`PackParams`]), and scratch. A kernel that needs scratch has a `const fn room(&self) -> Room`
//! for the forward pass, or a `room_backward`, which emitted constants call; one that needs none has none.

#[cfg(feature = "train")]
pub mod backward;
pub mod band;

use crate::activation::Activation;
use crate::layout::Layout;
pub use crate::pass::{Mode, Pass, Signal};
pub use crate::room::{Room, arena_with_rooms};

/// The tensors of a forward step.
pub struct Forward<'a> {
    /// The step's parameters: the trainable ones and buffers in the order of the layer's record
    /// when training, what [`PackParams::pack`] made of them in inference (same order unless the
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

/// One layer's computation in the layout `L`.
pub trait Kernel<L: Layout>: Sync {
    /// Computes `output = activation(layer(inputs))`.
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>);
}

/// A kernel whose parameters are packed for inference otherwise than one after the other.
pub trait PackParams<L: Layout>: Kernel<L> {
    /// Writes the packed form of one step's parameters.
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]);
}
