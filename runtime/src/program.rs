//! What runs a network: the plans and functions that the macro writes.

use crate::describe::{ALIGN, Describe};
use crate::kernel::{Pass, Room, arena_with_rooms};
use crate::observer::Observer;
use crate::packing::Pack;
use crate::reduce;
use cnn_ir::Role;

/// The generated program of a network. Call it through [`crate::Session`] and `Trainer`.
#[doc(hidden)]
pub trait Program: Describe {
    /// What tells how the weights are packed from every other way.
    const PACKING: u64;
    /// Inference plans, the one for single images first.
    const INFERENCE: &'static [InferencePlan];
    /// The training plan.
    const TRAINING: TrainingPlan;
    /// Runs inference plan `plan` over an arena whose inputs are filled in.
    fn infer(plan: usize, cx: &Pass<'_>, packed: &[f32], arena: &mut [f32]);
    /// Runs the training plan forward over an arena whose inputs are filled in.
    fn forward_pass(cx: &Pass<'_>, t: TrainingTensors<'_>, tap: &mut dyn Observer);
    /// Runs the training plan backward.
    #[cfg(feature = "train")]
    fn backward_pass(cx: &Pass<'_>, t: BackwardTensors<'_>, tap: &mut dyn Observer);
}

/// A tensor's place in an arena, in floats per image: it occupies
/// `offset * n .. (offset + len) * n` for a padded batch of `n` images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Floats per image before it.
    pub offset: usize,
    /// Floats per image.
    pub len: usize,
}

impl Slot {
    /// A slot of `len` floats per image at `offset`.
    pub const fn new(offset: usize, len: usize) -> Self {
        Self { offset, len }
    }

    /// Its floats in the arena of a padded batch of `n` images.
    pub const fn range(&self, n: usize) -> core::ops::Range<usize> {
        self.offset * n..(self.offset + self.len) * n
    }
}

/// One way to run the network: a layout and an arena.
#[derive(Clone, Copy, Debug)]
pub struct InferencePlan {
    /// Index that [`Program::infer`] is called with.
    pub index: usize,
    /// Images interleaved: [`crate::layout::Layout::IMAGES`].
    pub interleaved: usize,
    /// Floats per image of the arena, without scratch.
    pub arena: usize,
    /// Where the scratch of each step starts, in floats per image of the arena, and how much it is.
    pub rooms: &'static [(usize, Room)],
    /// Where the inputs go, in [`Describe::INPUTS`]' order.
    pub inputs: &'static [Slot],
    /// Where the outputs are found, in [`Describe::OUTPUTS`]' order.
    pub outputs: &'static [Slot],
    /// How the packed parameters come to be.
    pub packs: &'static [Pack],
    /// Floats of the packed parameters.
    pub packed: usize,
}

/// How the network trains.
#[derive(Clone, Copy, Debug)]
pub struct TrainingPlan {
    /// Images interleaved.
    pub interleaved: usize,
    /// Floats per image of the arena, without scratch.
    pub arena: usize,
    /// Where the scratch of each step starts, in floats per image of the arena, and how much it is.
    pub rooms: &'static [(usize, Room)],
    /// Floats per batch kept from forward to backward.
    pub stats: usize,
    /// Where the inputs go.
    pub inputs: &'static [Slot],
    /// Where the outputs are found after the forward pass.
    pub outputs: &'static [Slot],
    /// Where the gradients with respect to the outputs are expected before the backward pass.
    pub d_outputs: &'static [Slot],
    /// Where the gradients with respect to the inputs are found after it, if they were asked for.
    pub d_inputs: &'static [Slot],
    /// Elements of the largest trainable tensor.
    pub largest: usize,
    /// Elements of the longest row (one output's weights) of a trainable tensor.
    pub longest_row: usize,
    /// For each kernel that the forward pass calls, the first layer that it computes.
    pub layers: &'static [usize],
    /// Running statistics that are the means of all passes.
    pub cumulative: &'static [Cumulative],
    /// Of the layers that compute statistics over the batch, the one with the fewest positions of an
    /// image: its parameter path and those positions.
    pub batch_norm: Option<(&'static str, usize)>,
}

/// Running statistics of which every pass in training has the same share: PyTorch's `momentum=None`. The
/// pass itself leaves those of its batch.
#[derive(Clone, Copy, Debug)]
pub struct Cumulative {
    /// Where they begin among the running statistics, and how many there are.
    pub statistics: (usize, usize),
    /// Which counter counts the passes.
    pub counter: usize,
}

impl InferencePlan {
    /// Floats of the arena with its scratch, for `n` padded images on `threads` threads; the largest
    /// number if they are more than it.
    pub const fn floats(&self, n: usize, threads: usize) -> usize {
        arena_with_rooms(self.arena, self.rooms, n, threads)
    }
}

/// Floats that must be free before the trainable parameters where weights are packed in the
/// place of parameters: no step's packed form
/// may reach into the parameters of later steps, nor start after its own.
pub(crate) fn front(plans: &[InferencePlan]) -> usize {
    let mut front: usize = 0;
    for plan in plans {
        let mut later = usize::MAX;
        for pack in plan.packs.iter().rev() {
            let (start, len) = pack.to;
            let own = pack.params.iter().map(|&(offset, _)| offset).min().unwrap_or(usize::MAX);
            front = front.max((start + len).saturating_sub(later)).max(start.saturating_sub(own));
            later = later.min(own);
        }
    }
    front.next_multiple_of(16)
}

impl TrainingPlan {
    /// Floats of the arena with its scratch, for `n` padded images on `threads` threads; the largest
    /// number if they are more than it.
    pub const fn floats(&self, n: usize, threads: usize) -> usize {
        arena_with_rooms(self.arena, self.rooms, n, threads)
    }
}

/// Bytes that a step of training on a batch of `batch` images needs on `threads` threads, beside the network and
/// what the optimizer keeps; the largest number if they are more than it.
pub const fn train_workspace<N: Program>(batch: usize, threads: usize) -> usize {
    let images = if batch > 1 { batch } else { 1 };
    let threads = if threads > 1 { threads } else { 1 };
    let plan = &N::TRAINING;
    let interleaved = plan.interleaved;
    let padded = images.div_ceil(interleaved).saturating_mul(interleaved);
    let (mut trainable, mut buffers, mut i) = (0, 0, 0);
    while i < N::TENSORS.len() {
        let spec = &N::TENSORS[i];
        let end = match spec.role {
            Role::Trainable => &mut trainable,
            Role::Buffer => &mut buffers,
            Role::Counter => &mut 0,
        };
        let own = spec.offset + spec.len();
        if *end < own {
            *end = own;
        }
        i += 1;
    }
    let (mut outputs, mut i) = (0_usize, 0);
    while i < N::TRAIN_OUTPUTS.len() {
        outputs = outputs.saturating_add(N::TRAIN_OUTPUTS[i].len().saturating_mul(images));
        i += 1;
    }
    plan.floats(padded, threads)
        .saturating_add(plan.stats)
        .saturating_add(trainable.next_multiple_of(ALIGN))
        .saturating_add(buffers.next_multiple_of(ALIGN))
        .saturating_add(reduce::partials_len(plan.largest, plan.longest_row, images, interleaved))
        // The outputs, and the gradients with respect to them.
        .saturating_add(outputs.saturating_mul(2))
        .saturating_mul(4)
}

/// Called for a plan that the network does not have.
///
/// # Panics
/// Always.
pub fn no_such_plan(plan: usize) -> ! {
    panic!("the network has no inference plan number {plan}")
}

/// Layers that normalize by their running statistics in training too: where the first parameter of each lies
/// among the trainable ones, in ascending order.
pub type Held<'a> = &'a [usize];

/// The buffers of one training pass.
pub struct TrainingTensors<'a> {
    /// All trainable parameters.
    pub params: &'a [f32],
    /// All float buffers (running statistics), updated in [`crate::kernel::Mode::Training`].
    pub buffers: &'a mut [f32],
    /// The arena and the scratch after it.
    pub arena: &'a mut [f32],
    /// `TrainingPlan::stats` floats.
    pub stats: &'a mut [f32],
    /// See [`Held`].
    pub held: Held<'a>,
    /// Who looks for numbers that are not finite, if anybody does.
    pub search: Option<&'a mut Search>,
}

/// A search for the first output of a forward pass in which a number is not finite.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search {
    /// Kernels that were called so far.
    called: usize,
    /// The one whose output it is.
    pub(crate) found: Option<usize>,
}

impl Search {
    /// Looks at the output of the kernel that was called last.
    pub(crate) fn look(&mut self, output: &[f32]) {
        if self.found.is_none() && output.iter().any(|x| !x.is_finite()) {
            self.found = Some(self.called);
        }
        self.called += 1;
    }
}

/// The buffers of one backward pass.
pub struct BackwardTensors<'a> {
    /// All trainable parameters.
    pub params: &'a [f32],
    /// All float buffers.
    pub buffers: &'a [f32],
    /// The gradient of every trainable parameter, laid out as they are; overwritten.
    pub grads: &'a mut [f32],
    /// The arena as the forward pass left it, with the output gradients filled in.
    pub arena: &'a mut [f32],
    /// As the forward pass left it.
    pub stats: &'a mut [f32],
    /// Room for partial sums; see [`crate::reduce`].
    pub partials: &'a mut [f32],
    /// See [`Held`].
    pub held: Held<'a>,
    /// Whether the gradients with respect to the inputs are wanted.
    pub input_gradients: bool,
    /// The first layer, by its index, with a parameter whose gradient is wanted: those of layers before it
    /// need not be written.
    pub first: usize,
    /// Layers whose parameters lie before this place have none before them that is trained: the gradients of
    /// their inputs need not be written.
    pub last_inputs: usize,
}
