//! The layers: one record each, and nothing else in the compiler knows a layer by name.

mod activations;
mod adaptive;
mod adaptive_avgpool;
mod adaptive_maxpool;
mod add;
mod attnpool;
mod avgpool;
mod bn;
mod broadcast;
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
mod kernel;
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

pub(crate) use checks::{expect_volume, sane};
pub(crate) use custom::splice;
pub(crate) use kernel::blocked_dims;
pub use kernel::{Before, ByLayout, Code, InBlocks, Indices, Kernel, Merges, Own, Selects};

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
    &activations::RESCALE,
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
    let of = |word: &str| {
        let mut records = LAYERS.iter().copied();
        records.find(|r| r.aliases.contains(&word) || r.keyword.replace('_', "") == word)
    };
    // `bn2d`: the dimensions are those of the input.
    of(&word).or_else(|| ["1d", "2d"].iter().find_map(|end| of(word.strip_suffix(end)?)))
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
    /// The last layer of a branch whose windows are of more than one pixel, or of every few.
    pub last: Option<Sweep>,
}

/// A layer whose window goes over its input.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// Its keyword.
    pub keyword: &'static str,
    /// Its window.
    pub window: Window,
    /// Height and width of its input.
    pub size: [usize; 2],
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

impl Layer {
    /// Whether it has tensors, or may: those of a user's own layer only rustc knows.
    pub fn may_have_tensors(&self) -> bool {
        let own = matches!(&self.body, Body::Kernel(kernel) if kernel.own.is_some());
        own || !self.params.is_empty()
    }
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
        /// Divided by so many.
        per: [usize; 2],
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
