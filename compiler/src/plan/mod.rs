//! A plan as data: steps, the kernels that they call, and where everything lies in memory.

mod choice;
mod form;
mod kernel;

use cnn_ir::Activation;
use std::rc::Rc;

pub use choice::{Chosen, Refusal};
pub use form::{BLOCK, Form, Frame, Part, Value, dims};
pub use kernel::{
    Convolving, Epilogue, Geometry, Kernel, Multiplying, PoolGeometry, Pooling, Select,
};

/// Index of a value in a plan's graph.
pub type ValueId = usize;

/// How the images of a batch lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One image after the other.
    Nchw,
    /// Sixteen images interleaved.
    Interleaved,
    /// One image after the other, its channels in blocks of sixteen.
    Blocked,
}

impl Layout {
    /// The runtime's type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nchw => "Nchw",
            Self::Interleaved => "Interleaved",
            Self::Blocked => "Blocked",
        }
    }

    /// Images interleaved.
    pub fn interleaved(self) -> usize {
        match self {
            Self::Nchw | Self::Blocked => 1,
            Self::Interleaved => 16,
        }
    }
}

/// Index of a buffer in [`Plan::buffers`].
pub type BufferId = usize;

/// A stretch of the arena with a lifetime.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// Floats per image.
    pub len: usize,
    /// The time at which it is first written.
    pub first: usize,
    /// The time at which it is last read or written.
    pub last: usize,
    /// Floats per image before it in the arena.
    pub offset: usize,
    /// The buffer that it is a part of, which has the place and the lifetime.
    pub within: Option<Within>,
}

/// Where a buffer lies in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    /// The other one.
    pub whole: BufferId,
    /// Floats before it in every image.
    pub first: usize,
}

impl Plan {
    /// The buffer that holds this one: itself, or what it is a part of.
    pub fn whole(&self, buffer: BufferId) -> BufferId {
        self.buffers[buffer].within.map_or(buffer, |w| w.whole)
    }
}

/// A stretch of a parameter buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where it starts.
    pub offset: usize,
    /// Its length.
    pub len: usize,
}

/// A kernel as the plan calls it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelSpec {
    /// The kernel.
    pub kernel: Kernel,
    /// The layout whose implementation is called.
    pub layout: Layout,
    /// The algorithm, in words.
    pub algorithm: &'static str,
    /// How its tensors lie, where that is not as the layout says.
    pub frame: Option<Frame>,
    /// In which passes it needs scratch.
    pub scratch: Passes,
}

impl KernelSpec {
    /// A kernel whose tensors lie as the layout says.
    pub fn new(kernel: Kernel, layout: Layout, algorithm: &'static str) -> Self {
        let scratch = kernel.scratch(layout);
        Self { kernel, layout, algorithm, frame: None, scratch }
    }

    /// Whether its backward pass finds the layer's results once more, for the activation after it.
    pub fn finds_results(&self) -> bool {
        self.layout == Layout::Blocked && matches!(self.kernel, Kernel::BatchNorm { .. })
    }

    /// Whether it is made for an epilogue of bias, norm, addend and pool.
    pub fn takes_epilogue(&self) -> bool {
        self.layout == Layout::Blocked && matches!(self.kernel, Kernel::Conv { packed: true, .. })
    }

    /// Which of the users' own layers it is: its parameters are where rustc works them out to be.
    pub fn own(&self) -> Option<usize> {
        match self.kernel {
            Kernel::Own(k) => Some(k),
            _ => None,
        }
    }
}

/// Something that a kernel has forward or backward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Passes {
    /// Forward.
    pub forward: bool,
    /// Backward.
    pub backward: bool,
}

/// One step of a plan.
#[derive(Clone, Debug)]
pub struct Step {
    /// The copy of a block or repetition that it belongs to.
    pub instance: Option<usize>,
    /// Whether it only matters when gradients with respect to the network's inputs are wanted.
    pub for_input_only: bool,
    /// Floats per image of the arena up to the end of the last buffer that lives while it runs:
    /// its scratch lies after.
    pub end: usize,
    /// What it does.
    pub action: Action,
}

impl Step {
    /// A step whose scratch has no place yet.
    pub fn new(instance: Option<usize>, for_input_only: bool, action: Action) -> Self {
        Self { instance, for_input_only, end: 0, action }
    }
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// A kernel, forward.
    Forward(Box<ForwardStep>),
    /// Kernels, forward, each of which reads what the one before computes, some rows at a time.
    Bands(Bands),
    /// A kernel, backward.
    Backward(Box<BackwardStep>),
    /// `d *= f'(kept)`.
    Derivative {
        /// The activation.
        activation: Activation,
        /// Its input or output.
        kept: BufferId,
        /// The gradient.
        d: BufferId,
        /// The value whose gradient it is.
        value: Value,
        /// The halo of what is kept.
        kept_halo: usize,
    },
    /// `to = from`.
    Copy {
        /// Source.
        from: BufferId,
        /// Target.
        to: BufferId,
    },
    /// `to += from`.
    Accumulate {
        /// Source.
        from: BufferId,
        /// Target.
        to: BufferId,
    },
    /// A label's value is ready.
    Tap {
        /// Index of the label.
        label: usize,
        /// The value, or its gradient in the backward pass.
        buffer: BufferId,
        /// How it lies in memory.
        value: Value,
    },
}

/// A chain of forward steps whose values in between exist in strips of some rows only.
#[derive(Clone, Debug)]
pub struct Bands {
    /// The steps.
    pub chain: Vec<ForwardStep>,
    /// Floats of all strips together, for each thread, where few rows take no more.
    pub strips: usize,
}

/// A kernel's forward step.
#[derive(Clone, Debug)]
pub struct ForwardStep {
    /// The kernel.
    pub kernel: Rc<KernelSpec>,
    /// What it computes with its result before it stores it.
    pub epilogue: Epilogue,
    /// The layers that it computes, by their index.
    pub layers: Vec<usize>,
    /// Labels whose value is what the kernel gives before that activation.
    pub inner_labels: Vec<usize>,
    /// Parameters: of the packed buffer in inference, of the trainable one in training.
    pub params: Vec<Stretch>,
    /// Running statistics, in training.
    pub state: Vec<Stretch>,
    /// Inputs; none when it works in place.
    pub inputs: Vec<BufferId>,
    /// The output.
    pub output: BufferId,
    /// How the output lies in memory.
    pub value: Value,
    /// What it saves per image.
    pub saved: Option<BufferId>,
    /// What it saves per batch.
    pub stats: Option<Stretch>,
    /// Why no chain goes on after it, where one might.
    pub ends_chain: Option<&'static str>,
}

/// A kernel's backward step.
#[derive(Clone, Debug)]
pub struct BackwardStep {
    /// The kernel.
    pub kernel: Rc<KernelSpec>,
    /// The layer, by its index, if it is one's.
    pub layer: Option<usize>,
    /// The activation after it whose backward pass this is, too.
    pub through: Option<Through>,
    /// Trainable parameters, and where their gradients go.
    pub params: Vec<Stretch>,
    /// The inputs, if it reads them.
    pub inputs: Vec<BufferId>,
    /// The output, if it reads it.
    pub output: Option<BufferId>,
    /// What forward saved per image.
    pub saved: Option<BufferId>,
    /// What forward saved per batch.
    pub stats: Option<Stretch>,
    /// The gradient of the output.
    pub d_output: BufferId,
    /// The gradients of the inputs, and whether each only matters when the network's input
    /// gradients are wanted; none when it works in place.
    pub d_inputs: Vec<(BufferId, bool)>,
}

/// An activation whose backward pass is that of the kernel before it.
#[derive(Clone, Debug)]
pub struct Through {
    /// The activation.
    pub activation: Activation,
    /// Labels whose value is what the kernel gives before that activation.
    pub inner_labels: Vec<usize>,
    /// How that value lies in memory.
    pub value: Value,
}

/// How a packed kernel's parameters come to be.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The kernel.
    pub kernel: Rc<KernelSpec>,
    /// Its epilogue.
    pub epilogue: Epilogue,
    /// Its parameters in the trainable buffer.
    pub params: Vec<Stretch>,
    /// Its running statistics.
    pub state: Vec<Stretch>,
    /// Where the packed form goes.
    pub to: Stretch,
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The layout of all its tensors.
    pub layout: Layout,
    /// The forward steps.
    pub forward: Vec<Step>,
    /// The backward steps; none in inference.
    pub backward: Vec<Step>,
    /// All buffers, placed in the arena.
    pub buffers: Vec<Buffer>,
    /// Floats per image of the arena, without scratch.
    pub arena: usize,
    /// Floats per batch that training saves.
    pub stats: usize,
    /// Buffers of the network's inputs.
    pub inputs: Vec<BufferId>,
    /// Buffers of its outputs.
    pub outputs: Vec<BufferId>,
    /// Buffers of the outputs' gradients.
    pub d_outputs: Vec<BufferId>,
    /// Buffers of the inputs' gradients.
    pub d_inputs: Vec<BufferId>,
    /// How the packed parameters come to be, in inference.
    pub packs: Vec<Pack>,
    /// Floats of the packed parameters.
    pub packed: usize,
}
