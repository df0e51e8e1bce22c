//! The layers: one record each, and nothing else in the compiler knows a layer by name.

mod activations;
mod adaptive;
mod adaptive_avgpool;
mod adaptive_maxpool;
mod add;
mod attnpool;
mod avgpool;
mod bn;
mod checks;
mod concat;
mod conv;
mod crop;
mod custom;
mod deconv;
mod dense;
mod depthwise;
mod drop_path;
mod dropout;
mod dropout2d;
mod flatten;
mod global_avgpool;
mod global_maxpool;
mod gn;
mod identity;
mod instancenorm;
mod join;
mod ln;
mod log_softmax;
mod lppool;
mod lrn;
mod maxpool;
mod mul;
mod net;
mod pad;
mod pointwise;
mod pool;
mod prelu;
mod prodpool;
mod reshape;
mod scale;
mod shuffle;
mod softmax;
mod split;
mod sumpool;
mod table;
mod unpool;
mod upsample;

use crate::args::{Args, Spec};
use crate::report::{Area, Report};
use crate::shape::Shape;
use crate::window::Window;
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) use checks::{expect_volume, sane};
pub(crate) use custom::splice;

/// Every layer of the language, in the order of the documentation. A layer is registered here
/// and in the runtime's `layers/mod.rs`.
pub static LAYERS: &[&Record] = &[
    &conv::RECORD,
    &depthwise::RECORD,
    &deconv::RECORD,
    &pad::RECORD,
    &crop::RECORD,
    &upsample::RECORD,
    &maxpool::RECORD,
    &avgpool::RECORD,
    &sumpool::RECORD,
    &lppool::RECORD,
    &prodpool::RECORD,
    &adaptive_avgpool::RECORD,
    &adaptive_maxpool::RECORD,
    &global_avgpool::RECORD,
    &global_maxpool::RECORD,
    &attnpool::RECORD,
    &unpool::RECORD,
    &flatten::RECORD,
    &reshape::RECORD,
    &dense::RECORD,
    &pointwise::RECORD,
    &bn::RECORD,
    &ln::RECORD,
    &gn::RECORD,
    &instancenorm::RECORD,
    &lrn::RECORD,
    &scale::RECORD,
    &split::RECORD,
    &shuffle::RECORD,
    &identity::RECORD,
    &dropout::RECORD,
    &dropout2d::RECORD,
    &drop_path::RECORD,
    &activations::SIGMOID,
    &activations::TANH,
    &activations::RELU,
    &activations::RELU6,
    &activations::LEAKY_RELU,
    &prelu::RECORD,
    &activations::ELU,
    &activations::SELU,
    &activations::GELU,
    &activations::SILU,
    &activations::MISH,
    &activations::HARDSIGMOID,
    &activations::HARDSWISH,
    &activations::SOFTPLUS,
    &softmax::RECORD,
    &log_softmax::RECORD,
    &add::RECORD,
    &concat::RECORD,
    &mul::RECORD,
    &custom::RECORD,
    &net::RECORD,
];

/// The record of a keyword.
pub fn find(keyword: &str) -> Option<&'static Record> {
    LAYERS.iter().copied().find(|r| r.keyword == keyword)
}

/// What this language calls something that another framework calls `word`.
pub fn find_foreign(word: &str) -> Option<&'static Record> {
    let word = word.to_lowercase().replace('_', "");
    LAYERS
        .iter()
        .copied()
        .find(|r| r.aliases.contains(&word.as_str()) || r.keyword.replace('_', "") == word)
}

/// All that the compiler knows about one kind of layer.
pub struct Record {
    /// The word in the language.
    pub keyword: &'static str,
    /// What it computes, in one line.
    pub summary: &'static str,
    /// Other frameworks' names for it, in lower case without underscores.
    pub aliases: &'static [&'static str],
    /// Its arguments.
    pub args: &'static [Spec],
    /// Whether its arguments are branches.
    pub joins: bool,
    /// Checks the arguments against the inputs and works the layer out. None when that failed,
    /// which is then reported.
    pub build: fn(&'static Record, &Args, &[Operand], &mut Report) -> Option<Layer>,
    /// The output shape where it does not depend on the input, so that checking can go on
    /// behind a mistake.
    pub output_anyway: fn(&Args) -> Option<Shape>,
}

impl Record {
    /// Whether a type and a shape stand in its parentheses: `custom(MyLayer => 16x10x10)`.
    pub fn is_spliced(&self) -> bool {
        ["custom", "net"].contains(&self.keyword)
    }
}

/// `output_anyway` of layers whose output depends on the input.
pub(crate) fn depends(_: &Args) -> Option<Shape> {
    None
}

/// An input of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// Its shape.
    pub shape: Shape,
    /// Where it is written: the layer itself, or a branch.
    pub area: Area,
}

/// A layer whose shapes are known.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The layer in short: `conv 5x5`.
    pub text: String,
    /// Shape of the output.
    pub output: Shape,
    /// Its tensors in the `state_dict`, in order.
    pub params: Vec<Param>,
    /// Multiply–adds for one image.
    pub macs: u64,
    /// Which input positions an output position sees.
    pub field: Field,
    /// How it is computed.
    pub body: Body,
}

/// Which input positions an output position sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field {
    /// Those under a window.
    Window(Window),
    /// All of them.
    Everything,
    /// A few, of an output with more positions than the input.
    Finer {
        /// Output rows and columns for each of the input.
        factor: [usize; 2],
        /// Input rows and columns that an output position sees at most.
        reach: [usize; 2],
        /// Rows and columns before the input's first that the first output position would see.
        before: [usize; 2],
    },
}

/// A tensor of the `state_dict`.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name below the layer's path: `weight`; none where the path itself names it.
    pub name: &'static str,
    /// Its dimensions in PyTorch's order.
    pub dims: Vec<usize>,
    /// What it is for.
    pub role: Role,
    /// Its initial value.
    pub init: Init,
}

impl Param {
    /// A trainable tensor.
    pub fn trainable(name: &'static str, dims: Vec<usize>, init: Init) -> Self {
        Self { name, dims, role: Role::Trainable, init }
    }

    /// Elements.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }
}

/// What a tensor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Trained by gradient.
    Trainable,
    /// Running statistics.
    Buffer,
    /// `num_batches_tracked`.
    Counter,
}

/// An initial value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// PyTorch's default of convolutions and dense layers: uniform in ±1/√fan_in, which is
    /// Kaiming's with a = √5 for the weights.
    FanIn(usize),
    /// The same of weights whose dimensions do not tell how many inputs and outputs each has.
    Connected {
        /// The most inputs of an output, each with all elements of the kernel.
        inputs: usize,
        /// The outputs of an input, on average, each with all elements of the kernel.
        outputs: usize,
    },
    /// Uniform.
    Uniform {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Normal.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
    /// Normal of mean 0, without what lies more than two standard deviations away.
    TruncatedNormal {
        /// The standard deviation before that.
        std: f64,
    },
    /// The same number everywhere.
    Constant(f32),
}

/// How a layer is computed.
#[derive(Clone, Debug)]
pub enum Body {
    /// The same numbers under another shape.
    View,
    /// An elementwise function, which may be fused into the step before it.
    Activation(Activation),
    /// A kernel of the runtime.
    Kernel(Box<Kernel>),
}

/// An elementwise function.
#[derive(Clone, Debug)]
pub struct Activation {
    /// The runtime's value of it.
    pub value: TokenStream,
    /// Whether its derivative is a function of its input, not of its output.
    pub reads_input: bool,
}

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
    /// Whether `new` takes the layer's number last, as the key of its random stream.
    pub keyed: bool,
    /// The kernel in blocks of sixteen channels, where there is one.
    pub blocked: Option<InBlocks>,
    /// The ε of a batch norm, which a convolution before it can take over in inference.
    pub norm: Option<f32>,
    /// The places that it can keep for an `unpool`, if it finds maxima.
    pub indices: Option<Indices>,
    /// A constant of type `()` that rustc evaluates to check what the macro can't see.
    pub check: Option<TokenStream>,
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
            keyed: false,
            blocked: None,
            norm: None,
            indices: None,
            check: None,
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
    /// Whether its output is its inputs' channels one after the other, so that it has nothing to do
    /// where those are written there.
    pub joins: bool,
    /// The channel of its input at which its output starts, where that is some channels of the input:
    /// there is nothing to do where it starts with a whole block.
    pub part: Option<usize>,
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
            joins: false,
            part: None,
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

#[cfg(test)]
mod tests {
    use super::LAYERS;

    #[test]
    fn keywords_and_aliases_are_unique() {
        let mut words: Vec<String> = LAYERS
            .iter()
            .flat_map(|r| r.aliases.iter().map(|a| (*a).to_owned()).chain([r.keyword.to_owned()]))
            .collect();
        let all = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
