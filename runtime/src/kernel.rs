//! The contract between emitted code and a layer's kernel.
//!
//! A plan step is one call of [`Kernel::forward`] or [`Kernel::backward`]. All tensors are plain
//! slices over a whole batch in the layout `L` (see [`crate::layout`]): a tensor of `len` floats
//! per image has `cx.padded::<L>() * len` floats, group after group of `L::LANES` images.

use crate::activation::Activation;
use crate::exec::Exec;
use crate::layout::Layout;
use crate::random::Streams;
use crate::reduce::leaves;

/// Whether batch statistics and dropout are live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Batch statistics are used (and running ones updated), dropout drops.
    Training,
    /// Running statistics are used, dropout is the identity.
    Evaluation,
}

/// What one pass over the network has in common for all steps.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// Who runs the pieces.
    pub exec: &'a dyn Exec,
    /// Images in the batch, without the copies that fill up the last group.
    pub images: usize,
    /// Training or evaluation.
    pub mode: Mode,
    /// Random numbers of this pass, keyed by (seed, step); a layer adds (sample, layer).
    pub streams: Streams,
}

impl Pass<'_> {
    /// Groups of `L::LANES` images.
    pub fn groups<L: Layout>(&self) -> usize {
        self.images.div_ceil(L::LANES)
    }

    /// Images including the copies that fill up the last group.
    pub fn padded<L: Layout>(&self) -> usize {
        self.groups::<L>() * L::LANES
    }
}

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

/// Floats of scratch that a step needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// For each (padded) image.
    pub image: usize,
    /// For each leaf of a sum over the batch (see [`crate::reduce`]), one image after the other.
    pub leaf: usize,
    /// Once.
    pub batch: usize,
    /// For each thread that works on the step.
    pub thread: usize,
}

impl Room {
    /// No scratch.
    pub const NONE: Self = Self { image: 0, leaf: 0, batch: 0, thread: 0 };

    /// So many floats for each image.
    pub const fn images(image: usize) -> Self {
        Self { image, ..Self::NONE }
    }

    /// Floats for a padded batch of `n` images on so many threads; the largest number if they are
    /// more than it.
    pub const fn len(&self, n: usize, threads: usize) -> usize {
        let images = self.image.saturating_mul(n);
        let leaves = self.leaf.saturating_mul(leaves(n, 1));
        let threads = self.thread.saturating_mul(threads);
        images.saturating_add(leaves).saturating_add(self.batch).saturating_add(threads)
    }

    /// The scratch of the batch, of the leaves or the images, and of the threads.
    pub(crate) fn split<'a>(&self, scratch: &'a mut [f32], n: usize) -> [&'a mut [f32]; 3] {
        let (batch, rest) = scratch.split_at_mut(self.batch);
        let (pieces, threads) = rest.split_at_mut(self.image * n + self.leaf * leaves(n, 1));
        [batch, pieces, threads]
    }
}

/// Floats of an arena of so many per image, and of the scratch of the steps, each of which starts
/// behind the buffers that live at its time. The largest number if they are more than it: no system
/// gives memory for so many.
pub const fn arena_with_rooms(
    arena: usize,
    rooms: &[(usize, Room)],
    n: usize,
    threads: usize,
) -> usize {
    let mut most = arena.saturating_mul(n);
    let mut i = 0;
    while i < rooms.len() {
        let (start, room) = &rooms[i];
        let end = start.saturating_mul(n).saturating_add(room.len(n, threads));
        if end > most {
            most = end;
        }
        i += 1;
    }
    most
}
