//! Network → plan: which kernel runs when, on which slots of one arena.
//!
//! Two plans are made of a network, one that infers and one that trains, for each layout that
//! pays. A plan is a list of steps; the generator emits steps and knows nothing of layers.

mod backward;
mod form;
mod forward;
mod lower;
mod memory;
mod merge;
mod parts;
mod planes;
mod select;
mod storage;

use crate::layers::ByLayout;
use crate::net::{Net, Node};
use crate::shape::Shape;
use proc_macro2::TokenStream;
use std::rc::Rc;

pub use form::{Form, Value};
pub use storage::Storage;

/// Floats per image of the largest value for which sixteen interleaved images still stay in
/// the caches near a core: 4 MiB a value.
const LANES_LIMIT: usize = 1 << 16;

/// How many times the work of the convolutions blocks of channels may cost: beyond, images are
/// interleaved.
const WASTE: f64 = 1.2;

/// How the images of a batch lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One image after the other.
    Nchw,
    /// Sixteen images interleaved.
    Lanes,
    /// One image after the other, its channels in blocks of sixteen.
    Blocked,
}

impl Layout {
    /// The runtime's type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nchw => "Nchw",
            Self::Lanes => "Interleaved",
            Self::Blocked => "Blocked",
        }
    }

    /// Images interleaved.
    pub fn lanes(self) -> usize {
        match self {
            Self::Nchw | Self::Blocked => 1,
            Self::Lanes => 16,
        }
    }

    fn choose<T>(self, code: &ByLayout<T>) -> &T {
        match self {
            Self::Nchw | Self::Blocked => &code.nchw,
            Self::Lanes => &code.lanes,
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
#[derive(Clone, Debug)]
pub struct KernelCall {
    /// The layout whose implementation is called.
    pub layout: Layout,
    /// The algorithm, for readers.
    pub algorithm: &'static str,
    /// The runtime's type.
    pub ty: Rc<str>,
    /// Arguments of its `new`.
    pub args: Rc<str>,
    /// Whether it needs scratch.
    pub scratch: bool,
    /// Which of the users' own layers it is: its parameters are where rustc works them out to be.
    pub own: Option<usize>,
}

/// One step of a plan.
#[derive(Clone, Debug)]
pub struct Step {
    /// The copy of a block or repetition that it belongs to.
    pub instance: Option<usize>,
    /// Whether it only matters when gradients with respect to the network's inputs are wanted.
    pub for_input_only: bool,
    /// Floats per image of the arena up to the end of the last buffer that lives while it runs:
    /// its scratch lies behind.
    pub end: usize,
    /// What it does.
    pub op: Op,
}

impl Step {
    fn new(instance: Option<usize>, for_input_only: bool, op: Op) -> Self {
        Self { instance, for_input_only, end: 0, op }
    }
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Op {
    /// A kernel, forward.
    Forward(Box<Forward>),
    /// A kernel, backward.
    Backward(Box<Backward>),
    /// `d *= f'(kept)`.
    Derivative {
        /// The activation.
        activation: TokenStream,
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

/// A kernel's forward step.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The kernel.
    pub kernel: KernelCall,
    /// The activation fused into it.
    pub activation: Option<TokenStream>,
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
}

/// A kernel's backward step.
#[derive(Clone, Debug)]
pub struct Backward {
    /// The kernel.
    pub kernel: KernelCall,
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

/// How a packed kernel's parameters come to be.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The kernel.
    pub kernel: KernelCall,
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

/// All plans of a network.
#[derive(Clone, Debug)]
pub struct Plans {
    /// Where every parameter lies.
    pub storage: Storage,
    /// Inference, the plan for single images first.
    pub inference: Vec<Plan>,
    /// Training.
    pub training: Plan,
}

/// Plans a network.
pub fn plan(net: &Net) -> Plans {
    let storage = Storage::new(net);
    let interleaved = interleaving_pays(net);
    let mut inference = vec![inference(net, &storage, Layout::Blocked)];
    if interleaved {
        inference.push(self::inference(net, &storage, Layout::Lanes));
    }
    let layout = if interleaved { Layout::Lanes } else { Layout::Blocked };
    let training = training(net, &storage, layout);
    Plans { storage, inference, training }
}

/// Whether batches run faster with sixteen images interleaved than with the channels in blocks of
/// sixteen: where blocks would be mostly empty.
fn interleaving_pays(net: &Net) -> bool {
    let waste = |node: &Node| {
        let filters = node.layer.output.channels();
        let work = node.layer.macs as f64;
        let volume = matches!(node.layer.output, Shape::Volume { .. });
        if volume { work * filters.next_multiple_of(16) as f64 / filters as f64 } else { 0.0 }
    };
    let useful: u64 = net
        .nodes
        .iter()
        .filter(|n| matches!(n.layer.output, Shape::Volume { .. }))
        .map(|n| n.layer.macs)
        .sum();
    let blocks: f64 = net.nodes.iter().map(waste).sum();
    let fits = net.values.iter().all(|v| v.shape.len() <= LANES_LIMIT);
    fits && (useful == 0 || blocks > WASTE * useful as f64)
}

/// The plan that infers in a layout.
pub fn inference(net: &Net, storage: &Storage, layout: Layout) -> Plan {
    let net = net.without_idle_layers();
    let lowered = lower::lower(&net, storage, layout, false);
    let mut builder = forward::Builder::new(&net, &lowered, layout, false);
    builder.forward();
    memory::place(builder.finish())
}

/// The plan that trains in a layout.
pub fn training(net: &Net, storage: &Storage, layout: Layout) -> Plan {
    let lowered = lower::lower(net, storage, layout, true);
    let mut builder = forward::Builder::new(net, &lowered, layout, true);
    builder.forward();
    let plan = backward::backward(builder);
    memory::place(plan)
}
