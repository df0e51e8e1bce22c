//! What `cnn!` generates for every network, as a trait.

use crate::api;
pub use crate::describe::{BlockInfo, LayerInfo, Source};
use crate::error::Error;
use crate::graph::Graph;
use crate::init::Init;
use crate::kernel::{Pass, Room, arena_with_rooms};
use crate::observer::Observer;
use crate::packing::Pack;
use crate::params::{AsArray, Params};
use crate::session::Session;
use crate::shape::Shape;
use ndarray::{ArrayD, ArrayViewD};
use std::path::Path;

/// What a tensor of the `state_dict` is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Trained by gradient; offset into the trainable buffer.
    Trainable,
    /// Float state updated by the forward pass (running statistics); offset into the buffers.
    Buffer,
    /// A 64-bit counter of training passes (`num_batches_tracked`); index of the counter.
    Counter,
}

/// One tensor of the network's `state_dict`.
#[derive(Clone, Copy, Debug)]
pub struct TensorSpec {
    /// Parameter path, as in PyTorch: `layer1.0.conv1.weight`.
    pub path: &'static str,
    /// Dimensions in PyTorch's order.
    pub dims: &'static [usize],
    /// What it is for.
    pub role: Role,
    /// Where it starts in the buffer of its role, in elements.
    pub offset: usize,
    /// Its initial value.
    pub init: Init,
}

impl TensorSpec {
    /// A tensor, from its fields in order.
    pub const fn new(
        path: &'static str,
        dims: &'static [usize],
        role: Role,
        offset: usize,
        init: Init,
    ) -> Self {
        Self { path, dims, role, offset, init }
    }

    /// Elements.
    pub const fn len(&self) -> usize {
        let mut n = 1;
        let mut i = 0;
        while i < self.dims.len() {
            n *= self.dims[i];
            i += 1;
        }
        n
    }

    /// Whether the tensor has no elements (it never has none).
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
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
    /// Index that [`Network::infer`] is called with.
    pub index: usize,
    /// Images interleaved: [`crate::layout::Layout::IMAGES`].
    pub lanes: usize,
    /// Floats per image of the arena, without scratch.
    pub arena: usize,
    /// Where the scratch of each step starts, in floats per image of the arena, and how much it is.
    pub rooms: &'static [(usize, Room)],
    /// Where the inputs go, in [`Network::INPUTS`]' order.
    pub inputs: &'static [Slot],
    /// Where the outputs are found, in [`Network::OUTPUTS`]' order.
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
    pub lanes: usize,
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
    /// Floats of the arena with its scratch, for `n` padded images on so many threads; the largest
    /// number if they are more than it.
    pub const fn floats(&self, n: usize, threads: usize) -> usize {
        arena_with_rooms(self.arena, self.rooms, n, threads)
    }
}

impl TrainingPlan {
    /// Floats of the arena with its scratch, for `n` padded images on so many threads; the largest
    /// number if they are more than it.
    pub const fn floats(&self, n: usize, threads: usize) -> usize {
        arena_with_rooms(self.arena, self.rooms, n, threads)
    }
}

/// Called for a plan that the network does not have.
///
/// # Panics
/// Always.
pub fn no_such_plan(plan: usize) -> ! {
    panic!("the network has no inference plan number {plan}")
}

/// The buffers of one training pass.
pub struct TrainingTensors<'a> {
    /// All trainable parameters.
    pub params: &'a [f32],
    /// All float buffers (running statistics), updated in [`crate::kernel::Mode::Training`].
    pub buffers: &'a mut [f32],
    /// The arena and the scratch behind it.
    pub arena: &'a mut [f32],
    /// `TrainingPlan::stats` floats.
    pub stats: &'a mut [f32],
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
    /// Whether the gradients with respect to the inputs are wanted.
    pub input_gradients: bool,
}

/// A network made by `cnn!`.
///
/// Trainers, evaluators and your own functions can be generic over it. The hidden items are the
/// generated program; call them through [`crate::Session`] and `Trainer`.
pub trait Network: Sized + Send + Sync + 'static {
    /// The network's name as written.
    const NAME: &'static str;
    /// Shapes of the inputs of one image.
    const INPUTS: &'static [Shape];
    /// Shapes of the outputs of one image.
    const OUTPUTS: &'static [Shape];
    /// Shapes of the outputs in training: those above, then those that exist in training only.
    const TRAIN_OUTPUTS: &'static [Shape] = Self::OUTPUTS;
    /// Names of [`Network::TRAIN_OUTPUTS`] as written behind `=>`; none where the last chain is the
    /// output.
    const OUTPUT_NAMES: &'static [&'static str] = &[];
    /// Trainable parameters.
    const PARAMETERS: usize;
    /// Multiply–adds of one image's forward pass.
    const MACS: u64;
    /// Bytes that inference of one image on one thread needs beside the packed weights.
    const WORKSPACE: usize;
    /// Every layer in order.
    const LAYERS: &'static [LayerInfo];
    /// The blocks that the layers were written in, each after the one around it.
    const BLOCKS: &'static [BlockInfo];
    /// For each output, the layer that gives it; those that exist in training only come last.
    const OUTPUT_LAYERS: &'static [usize];
    /// Every tensor of the `state_dict` in order.
    const TENSORS: &'static [TensorSpec];
    /// Labels that can be tapped, with the shape of their value.
    const LABELS: &'static [(&'static str, Shape)];
    /// The table that `summary()` prints, without the memory line.
    const SUMMARY: &'static str;

    /// The input type of `forward`: `ArrayView4` (N×C×H×W), `ArrayView2` (N×elements), or a tuple
    /// of them where the network has several inputs.
    type Input<'a>: crate::tensor::Inputs;
    /// The output type of `forward`: `Array4`, `Array2`, or a struct with one of them for each
    /// name behind `=>`.
    type Output: crate::tensor::Outputs;
    /// As [`Network::Output`], with the outputs that exist in training only.
    type TrainOutput: crate::tensor::Outputs;

    /// Wraps parameters into the network.
    fn from_params(params: Params) -> Self;
    /// The parameters.
    fn params(&self) -> &Params;
    /// The parameters, to change them.
    fn params_mut(&mut self) -> &mut Params;
    /// Gives the parameters up.
    fn into_params(self) -> Params;

    /// A fresh network from this seed: every layer as PyTorch's defaults, unless its `init` says
    /// otherwise.
    ///
    /// # Panics
    /// If there is no memory for its parameters.
    fn new(seed: u64) -> Self {
        api::new(seed)
    }

    /// As [`Network::new`].
    ///
    /// # Errors
    /// If there is no memory for its parameters.
    fn try_new(seed: u64) -> Result<Self, Error> {
        api::try_new(seed)
    }

    /// Loads a `state_dict` saved as safetensors, with PyTorch's names and layouts.
    ///
    /// # Errors
    /// If the file can't be read, or a tensor is missing, surplus or of another shape or type.
    fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        api::load(path)
    }

    /// Saves the `state_dict` as safetensors, whole or not at all.
    ///
    /// # Errors
    /// If the file can't be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        api::save(self, path)
    }

    /// Loads the bytes of such a file, which may be a part of the program: `include_bytes!`.
    ///
    /// # Errors
    /// If they are no such file, or a tensor is missing, surplus or of another shape or type.
    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        api::from_bytes(bytes)
    }

    /// The bytes of the file that [`Network::save`] writes.
    fn to_bytes(&self) -> Vec<u8> {
        api::to_bytes(self)
    }

    /// A parameter by its path, in PyTorch's layout.
    ///
    /// # Errors
    /// If no parameter has this path.
    fn get(&self, path: &str) -> Result<ArrayViewD<'_, f32>, Error> {
        api::get(self, path)
    }

    /// Replaces a parameter, given in PyTorch's layout.
    ///
    /// # Errors
    /// If no parameter has this path, or it has another shape.
    fn set(&mut self, path: &str, value: impl AsArray) -> Result<(), Error> {
        api::set(self, path, value)
    }

    /// Evaluates a batch.
    ///
    /// # Panics
    /// If the inputs have other shapes, differ in their number of images, or have no images; if
    /// there is no memory for so many.
    fn forward(&self, input: Self::Input<'_>) -> Self::Output {
        api::forward(self, input)
    }

    /// Evaluates a batch.
    ///
    /// # Errors
    /// If the inputs have other shapes, differ in their number of images, or have no images; if
    /// there is no memory for so many.
    fn try_forward(&self, input: Self::Input<'_>) -> Result<Self::Output, Error> {
        api::try_forward(self, input)
    }

    /// The value of a label for a batch.
    ///
    /// # Errors
    /// If there is no such label, or as [`Network::try_forward`].
    fn features(&self, label: &str, input: Self::Input<'_>) -> Result<ArrayD<f32>, Error> {
        api::features(self, label, input)
    }

    /// A session for up to `batch` images: weights packed and all memory allocated once.
    ///
    /// # Panics
    /// If there is no memory for so many images.
    fn session(&self, batch: usize) -> Session<Self> {
        api::session(self, batch)
    }

    /// As [`Network::session`].
    ///
    /// # Errors
    /// If there is no memory for so many images.
    fn try_session(&self, batch: usize) -> Result<Session<Self>, Error> {
        api::try_session(self, batch)
    }

    /// A session that takes the network over and keeps no second copy of its weights.
    ///
    /// # Panics
    /// If there is no memory for so many images.
    fn into_session(self, batch: usize) -> Session<Self> {
        api::into_session(self, batch)
    }

    /// As [`Network::into_session`]; the network is gone after an error, too.
    ///
    /// # Errors
    /// If there is no memory for so many images.
    fn try_into_session(self, batch: usize) -> Result<Session<Self>, Error> {
        api::try_into_session(self, batch)
    }

    /// The network as a table.
    fn summary() -> String {
        api::summary::<Self>()
    }

    /// The network as a drawing.
    fn graph() -> Graph {
        Graph::of::<Self>()
    }

    /// Inference plans, the one for single images first.
    #[doc(hidden)]
    const INFERENCE: &'static [InferencePlan];
    /// The training plan.
    #[doc(hidden)]
    const TRAINING: TrainingPlan;
    /// Runs inference plan `plan` over an arena whose inputs are filled in.
    #[doc(hidden)]
    fn infer(plan: usize, cx: &Pass<'_>, packed: &[f32], arena: &mut [f32]);
    /// Runs the training plan forward over an arena whose inputs are filled in.
    #[doc(hidden)]
    fn forward_pass(cx: &Pass<'_>, t: TrainingTensors<'_>, observer: &mut dyn Observer);
    /// Runs the training plan backward.
    #[doc(hidden)]
    #[cfg(feature = "train")]
    fn backward_pass(cx: &Pass<'_>, t: BackwardTensors<'_>, observer: &mut dyn Observer);
}
