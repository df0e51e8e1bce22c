//! Which kernel computes a layer: an ordered table of candidates for each operation.
//!
//! A candidate says where it serves – in which form its tensors lie, in which pass –, which layers it
//! takes, and, of a layer, the kernel with what a plan must know of it. The first one that takes the
//! layer is chosen; what the others said against it is kept for whoever asks.

mod blocks_seen;
mod channels;
mod convolution;
mod dense;
mod dropout;
mod joins;
mod normalization;
mod pointwise;
mod pooling;
mod shapes;

use crate::plan::{Chosen, Kernel, Layout, Refusal, Select};
use cnn_ir::{Op, Shape};

pub use convolution::in_blocks;

/// How the tensors of a kernel lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelForm {
    /// Channel after channel.
    Planes,
    /// Sixteen images interleaved, channel after channel.
    Interleaved,
    /// In blocks of sixteen channels.
    Blocks,
    /// Channel after channel with a halo, in a plan of blocks.
    HaloPlanes,
}

impl KernelForm {
    /// The layout whose implementation of a kernel works on it.
    pub fn layout(self) -> Layout {
        match self {
            Self::Planes => Layout::Nchw,
            Self::Interleaved => Layout::Interleaved,
            Self::Blocks | Self::HaloPlanes => Layout::Blocked,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Planes => "in planes",
            Self::Interleaved => "of interleaved images",
            Self::Blocks => "in blocks",
            Self::HaloPlanes => "in planes with a halo",
        }
    }
}

const PLANES: &[KernelForm] = &[KernelForm::Planes];
const INTERLEAVED: &[KernelForm] = &[KernelForm::Interleaved];
const BLOCKS: &[KernelForm] = &[KernelForm::Blocks];
const HALO_PLANES: &[KernelForm] = &[KernelForm::HaloPlanes];
/// Channel after channel, of one image or of sixteen.
const FLAT: &[KernelForm] = &[KernelForm::Planes, KernelForm::Interleaved];
const ALL: &[KernelForm] = &[KernelForm::Blocks, KernelForm::Planes, KernelForm::Interleaved];

/// Where a candidate serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Serves {
    Both,
    Training,
    Inference,
}

/// A layer that needs a kernel.
pub struct Site<'a> {
    /// What it does.
    pub op: &'a Op<'static>,
    /// The shapes of its inputs.
    pub inputs: &'a [Shape],
    /// The shape of its output.
    pub output: Shape,
    /// Its index in the network.
    pub layer: usize,
    /// Its number among the users' own layers.
    pub own: Option<usize>,
    /// Whether it is for training.
    pub training: bool,
}

impl Site<'_> {
    fn input(&self) -> Shape {
        self.inputs[0]
    }
}

/// A row of the table.
pub struct Candidate {
    /// The algorithm, in words.
    pub algorithm: &'static str,
    /// How its tensors may lie.
    forms: &'static [KernelForm],
    serves: Serves,
    /// Why it does not take a layer, if it does not.
    accepts: fn(&Site<'_>) -> Result<(), &'static str>,
    /// Operations that it takes for an image, with those on what only fills vectors up.
    cost: fn(&Site<'_>) -> u64,
    kernel: fn(&Site<'_>) -> Chosen,
}

/// What was chosen, and why nothing before it was.
pub struct Choice {
    /// The row.
    pub candidate: &'static Candidate,
    /// How the kernel's tensors lie.
    pub form: KernelForm,
    /// Its kernel for the layer.
    pub chosen: Chosen,
    /// The rows before it, with what each said.
    pub refused: Vec<Refusal>,
}

impl Candidate {
    /// A row that takes every layer.
    const fn new(
        algorithm: &'static str,
        forms: &'static [KernelForm],
        kernel: fn(&Site<'_>) -> Chosen,
    ) -> Self {
        Self {
            algorithm,
            forms,
            serves: Serves::Both,
            accepts: |_| Ok(()),
            cost: |site| site.output.len() as u64,
            kernel,
        }
    }

    /// The row for layers that this says nothing against.
    const fn when(mut self, accepts: fn(&Site<'_>) -> Result<(), &'static str>) -> Self {
        self.accepts = accepts;
        self
    }

    /// The row with its cost.
    const fn costs(mut self, cost: fn(&Site<'_>) -> u64) -> Self {
        self.cost = cost;
        self
    }

    /// The row for inference alone.
    const fn in_inference(mut self) -> Self {
        self.serves = Serves::Inference;
        self
    }

    /// The row for training alone.
    const fn in_training(mut self) -> Self {
        self.serves = Serves::Training;
        self
    }

    /// Why it does not take the layer in this form, if it does not.
    pub fn refuses(&self, site: &Site<'_>, form: KernelForm) -> Option<&'static str> {
        let vectors = !site.output.is_volume() && !site.input().is_volume();
        match (self.serves, site.training) {
            _ if vectors && form.layout() == Layout::Blocked => {
                Some("a vector has no blocks of channels")
            }
            (Serves::Training, false) => Some("it is for training"),
            (Serves::Inference, true) => Some("it is for inference"),
            _ => (self.accepts)(site).err(),
        }
    }

    /// Operations that it takes for an image.
    pub fn cost(&self, site: &Site<'_>) -> u64 {
        (self.cost)(site)
    }
}

/// The candidates for an operation, the one to be preferred first.
fn candidates(op: &Op<'_>) -> &'static [Candidate] {
    match op {
        Op::Conv(_) | Op::Depthwise(_) | Op::Pointwise(_) | Op::Deconv(_) => convolution::TABLE,
        Op::Dense { .. } => dense::DENSE,
        Op::MaxPool(_) | Op::AdaptiveMaxPool { .. } | Op::GlobalMaxPool => pooling::MAX,
        Op::AvgPool { .. } | Op::AdaptiveAvgPool { .. } | Op::GlobalAvgPool => pooling::MEAN,
        Op::SumPool(_) => pooling::SUM,
        Op::LpPool { .. } => pooling::NORM,
        Op::ProdPool(_) => pooling::PRODUCT,
        Op::AttnPool => pooling::ATTENTION,
        Op::Unpool { .. } => pooling::UNPOOL,
        Op::BatchNorm { .. } => normalization::BATCH,
        Op::LayerNorm { .. } => normalization::LAYER,
        Op::GroupNorm { .. } | Op::InstanceNorm(_) => normalization::GROUP,
        Op::Lrn(_) => normalization::LOCAL,
        Op::Scale { .. } => channels::SCALE,
        Op::Split { .. } | Op::Shuffle { .. } => channels::SELECT,
        Op::Add => joins::ADD,
        Op::Mul => joins::MUL,
        Op::Concat => joins::CONCAT,
        Op::Dropout { .. } => dropout::ELEMENTS,
        Op::Dropout2d { .. } | Op::DropPath { .. } => dropout::CHANNELS,
        Op::Pad { .. } => shapes::PAD,
        Op::Crop { .. } => shapes::CROP,
        Op::Upsample { .. } => shapes::UPSAMPLE,
        Op::Prelu { .. } => pointwise::PRELU,
        Op::Softmax => pointwise::SOFTMAX,
        Op::LogSoftmax => pointwise::LOG_SOFTMAX,
        Op::Custom { .. } => pointwise::CUSTOM,
        // What computes nothing, and activations, which any kernel computes with its result.
        Op::Flatten | Op::Reshape { .. } | Op::Identity | Op::Activation(_) => &[],
    }
}

/// The first candidate in one of the forms, the first of which is to be preferred, that takes the layer.
pub fn choose(site: &Site<'_>, forms: &[KernelForm]) -> Option<Choice> {
    let mut refused = Vec::new();
    for &form in forms {
        for candidate in candidates(site.op).iter().filter(|c| c.forms.contains(&form)) {
            match candidate.refuses(site, form) {
                None => {
                    let chosen = (candidate.kernel)(site);
                    return Some(Choice { candidate, form, chosen, refused });
                }
                Some(why) => {
                    let (algorithm, form) = (candidate.algorithm, form.words());
                    refused.push(Refusal { algorithm, form, why });
                }
            }
        }
    }
    None
}

/// The selection of channels of what all inputs have, by several layers one after the other.
pub fn selection(inputs: &[Shape], steps: &[Select]) -> Choice {
    static ROW: Candidate =
        Candidate::new("copy", BLOCKS, |site| unreachable!("{} is chosen", site.op));
    let kernel = Kernel::Selection { inputs: inputs.to_vec(), steps: steps.to_vec() };
    let chosen = Chosen::plain(kernel);
    Choice { candidate: &ROW, form: KernelForm::Blocks, chosen, refused: Vec::new() }
}
