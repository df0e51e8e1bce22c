//! What the planner and the emitter know of a layer that is a kernel of the runtime.

use crate::shape::Shape;
use crate::window::Window;
use proc_macro2::TokenStream;
use quote::quote;

/// A kernel, and what the planner must know of it.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// A step before it, which gives the kernel its only input.
    pub before: Option<Before>,
    /// The kernel that trains, for each layout.
    pub training: ByLayout<Code>,
    /// The kernel of the inference plan; none where inference leaves the layer out.
    pub inference: Option<ByLayout<Code>>,
    /// Lengths of the packed tensors of the inference kernel, for each layout; those of the float
    /// parameters where none are given.
    pub packed: ByLayout<Option<Vec<usize>>>,
    /// Whether backward reads the inputs.
    pub reads_input: bool,
    /// Whether backward reads the output.
    pub reads_output: bool,
    /// Floats per image that forward saves for backward.
    pub saved: usize,
    /// Floats per batch that forward saves for backward.
    pub stats: usize,
    /// Whether it can work in place.
    pub in_place: bool,
    /// Whether it needs scratch.
    pub scratch: bool,
    /// Whether the gradient of each input is the gradient of the output.
    pub passes_gradient: bool,
    /// Whether its running statistics are the means of all passes in training, of which it leaves those
    /// of the last.
    pub cumulative: bool,
    /// Whether `new` takes the layer's number last, as the key of its random stream.
    pub keyed: bool,
    /// The kernel in blocks of sixteen channels, where there is one.
    pub blocked: Option<InBlocks>,
    /// The ε of a batch norm, which a convolution before it can take over in inference.
    pub norm: Option<f32>,
    /// Whether training computes statistics over the batch, so that one value a channel won't do.
    pub batch_statistics: bool,
    /// The places that it can keep for an `unpool`, if it finds maxima.
    pub indices: Option<Indices>,
    /// A user's own layer, whose parameters only rustc knows.
    pub own: Option<Own>,
}

/// A user's own layer.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its type.
    pub ty: TokenStream,
    /// The shape of its input, as a type.
    pub input: TokenStream,
}

/// The windows of a pool, in which its indices are numbers.
#[derive(Clone, Debug)]
pub struct Indices {
    /// The runtime's `PoolGeometry`.
    pub geometry: TokenStream,
    /// The same for the receptive field.
    pub window: Window,
}

impl Kernel {
    /// A kernel that is the same for every layout and needs nothing.
    pub fn plain(code: Code) -> Self {
        Self::by_layout(ByLayout { nchw: code.clone(), lanes: code })
    }

    /// A kernel that needs nothing.
    pub fn by_layout(code: ByLayout<Code>) -> Self {
        Self {
            before: None,
            training: code.clone(),
            inference: Some(code),
            packed: ByLayout { nchw: None, lanes: None },
            reads_input: false,
            reads_output: false,
            saved: 0,
            stats: 0,
            in_place: false,
            scratch: false,
            passes_gradient: false,
            cumulative: false,
            keyed: false,
            blocked: None,
            norm: None,
            batch_statistics: false,
            indices: None,
            own: None,
        }
    }
}

/// A step of a layer before that of its kernel: it has no parameters, and its backward reads nothing
/// but the gradient of its output.
#[derive(Clone, Debug)]
pub struct Before {
    /// The shape of its output.
    pub output: Shape,
    /// Its kernel in planes and of interleaved images.
    pub code: Code,
    /// Its kernel in blocks.
    pub blocked: Code,
}

/// A kernel in blocks of sixteen channels. Its `new` takes a frame, which says how its tensors
/// lie, after the arguments here.
#[derive(Clone, Debug)]
pub struct InBlocks {
    /// The kernel that trains.
    pub training: Code,
    /// The kernel that infers; a batch norm and a sum may merge into it.
    pub inference: Code,
    /// What may merge into it, if something may.
    pub merges: Option<Merges>,
    /// The kernel that infers in planes, where that wastes less: a convolution of few filters, or a
    /// pool that can follow it.
    pub planes: Option<Code>,
    /// Rows and columns of zeros that it reads around its inputs.
    pub halo: usize,
    /// Rows and columns of zeros that backward reads around the output's gradient.
    pub d_halo: usize,
    /// Whether the pixels of an input of few channels may lie side by side, and those of others in
    /// planes.
    pub few: bool,
    /// Floats per image that forward saves for backward.
    pub saved: usize,
    /// Whether it can work in place; the halos are then the same.
    pub in_place: bool,
    /// The pool as an argument of a convolution that computes it too, where it is one.
    pub pools: Option<TokenStream>,
    /// Which channels of its inputs its output is, where it is no more than that.
    pub selects: Option<Selects>,
}

/// Which channels of its inputs a layer gives. Inference computes several such layers at once, or has
/// nothing to do where whole blocks stay together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selects {
    /// Those of all inputs, one input after the other.
    All,
    /// Those of some groups in turn.
    Shuffled {
        /// The groups.
        groups: usize,
    },
    /// Neighboring ones.
    Part {
        /// The first.
        first: usize,
        /// How many.
        count: usize,
    },
}

impl InBlocks {
    /// A kernel that trains and infers alike and needs nothing.
    pub fn plain(code: Code) -> Self {
        Self {
            training: code.clone(),
            inference: code,
            merges: None,
            planes: None,
            halo: 0,
            d_halo: 0,
            few: false,
            saved: 0,
            in_place: false,
            pools: None,
            selects: None,
        }
    }
}

/// How other layers merge into a kernel in inference: its `new` then takes whether it has a bias
/// and the ε of the batch norm before the frame.
#[derive(Clone, Debug)]
pub struct Merges {
    /// Whether the layer has a bias itself.
    pub bias: bool,
    /// Lengths of the packed weights and bias.
    pub packed: Vec<usize>,
    /// The type that computes a pool behind it too, where that pays; its `new` takes the pool before
    /// the frame.
    pub pooled: Option<TokenStream>,
}

/// One value for each layout.
#[derive(Clone, Debug)]
pub struct ByLayout<T> {
    /// One image after the other.
    pub nchw: T,
    /// Sixteen images interleaved.
    pub lanes: T,
}

/// The runtime's type and the arguments of its `new`.
#[derive(Clone, Debug)]
pub struct Code {
    /// The algorithm, as the plan shows it.
    pub algorithm: &'static str,
    /// The type, below the runtime's path.
    pub ty: TokenStream,
    /// Arguments of `new`.
    pub args: TokenStream,
}

/// The runtime's `[channels, height, width]` of a volume, which alone can lie in blocks.
pub(crate) fn blocked_dims(shape: Shape) -> Option<TokenStream> {
    match shape {
        Shape::Volume { channels, height, width } => Some(quote!([#channels, #height, #width])),
        Shape::Vector(_) => None,
    }
}
