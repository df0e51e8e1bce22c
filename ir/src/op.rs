//! What a layer does: one variant a layer of the language, with its attributes.

use crate::activation::Activation;
use crate::field::{Field, sharing};
use crate::interpolation::Interpolation;
use crate::real::Real;
use crate::shape::Shape;
use crate::window::Window;

/// The channels that each filter of a convolution sees, in ascending order.
pub type Table<'a> = &'a [&'a [usize]];

/// The operation of a layer.
///
/// Two layers that do the same to inputs of the same shape are equal. Attributes are what the text says,
/// with its defaults and with paddings worked out; the shapes stand in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op<'a> {
    /// `conv`: a convolution (cross-correlation, as every framework's).
    Conv(Convolution<'a>),
    /// `depthwise`: a convolution of each channel by itself.
    Depthwise(Convolution<'a>),
    /// `pointwise`: a 1x1 convolution whose weights have two dimensions.
    Pointwise(Convolution<'a>),
    /// `deconv`: a transposed convolution.
    Deconv(Deconvolution),
    /// `pad`: rows and columns around each channel.
    Pad {
        /// How many: top, bottom, left, right.
        pad: [usize; 4],
        /// What they hold.
        border: Border,
    },
    /// `crop`: each channel without some rows and columns.
    Crop {
        /// How many: top, bottom, left, right.
        crop: [usize; 4],
    },
    /// `upsample`: each channel larger.
    Upsample {
        /// How much larger.
        target: Target,
        /// What the new pixels are.
        interpolation: Interpolation,
    },
    /// `maxpool`: the largest element under each window.
    MaxPool(Window),
    /// `avgpool`: the mean under each window.
    AvgPool {
        /// The window.
        window: Window,
        /// Whether padding counts in the mean.
        count_pad: bool,
    },
    /// `sumpool`: the sum under each window.
    SumPool(Window),
    /// `lppool`: the p-norm under each window.
    LpPool {
        /// The window.
        window: Window,
        /// The exponent.
        p: Real,
    },
    /// `prodpool`: the product under each window.
    ProdPool(Window),
    /// `adaptive_avgpool`: the mean under windows that share the image out.
    AdaptiveAvgPool {
        /// Height and width of the output.
        size: [usize; 2],
    },
    /// `adaptive_maxpool`: the largest element under windows that share the image out.
    AdaptiveMaxPool {
        /// Height and width of the output.
        size: [usize; 2],
    },
    /// `global_avgpool`: the mean of each channel.
    GlobalAvgPool,
    /// `global_maxpool`: the largest element of each channel.
    GlobalMaxPool,
    /// `attnpool`: a mean over the positions, weighted by a learned query.
    AttnPool,
    /// `unpool`: the elements back in the places of an earlier pool's maxima. Its second input is that
    /// pool.
    Unpool {
        /// The pool's label.
        pool: &'a str,
        /// The pool's window.
        window: Window,
    },
    /// `flatten`: a volume as a vector, channel by channel, row by row.
    Flatten,
    /// `reshape`: the same elements in the same order as another volume.
    Reshape {
        /// The volume.
        shape: Shape,
    },
    /// `dense`: every output sees every input.
    Dense {
        /// How many outputs.
        outputs: usize,
        /// Whether a bias is added.
        bias: bool,
    },
    /// `bn`: batch normalization of each channel.
    BatchNorm {
        /// Added to the variance, and whether there is a weight and a bias.
        norm: Norm,
        /// The weight of the newest batch in the running statistics; none: that of each batch is the
        /// same.
        momentum: Option<Real>,
    },
    /// `ln`: layer normalization.
    LayerNorm {
        /// Added to the variance, and whether there is a weight and a bias.
        norm: Norm,
        /// What a mean and a variance are of.
        over: Over,
    },
    /// `gn`: group normalization.
    GroupNorm {
        /// Added to the variance, and whether there is a weight and a bias.
        norm: Norm,
        /// Groups of neighboring channels.
        groups: usize,
    },
    /// `instancenorm`: each channel of an image normalized by itself.
    InstanceNorm(Norm),
    /// `lrn`: local response normalization over neighboring channels.
    Lrn(LocalResponse),
    /// `scale`: each channel times a learned number, and perhaps plus another one.
    Scale {
        /// Whether a bias is added.
        bias: bool,
        /// Whether the layer's own path names the weight, of channels × 1 × 1.
        bare: bool,
    },
    /// `split`: one of some equal parts of the channels.
    Split {
        /// How many parts.
        parts: usize,
        /// Which one, counted from 0.
        part: usize,
    },
    /// `shuffle`: the channels of some groups in turn.
    Shuffle {
        /// Groups of neighboring channels.
        groups: usize,
    },
    /// `identity`: its input as it is.
    Identity,
    /// `dropout`: elements dropped at random in training.
    Dropout {
        /// The probability of being dropped.
        p: Real,
    },
    /// `dropout2d`: channels dropped at random in training.
    Dropout2d {
        /// The probability of being dropped.
        p: Real,
    },
    /// `drop_path`: images of a branch dropped at random in training.
    DropPath {
        /// The probability of being dropped.
        p: Real,
    },
    /// An elementwise function.
    Activation(Activation),
    /// `prelu`: a leaky ReLU whose slope is learned.
    Prelu {
        /// Whether each channel has a slope of its own.
        per_channel: bool,
    },
    /// `softmax`: over the channels at each position.
    Softmax,
    /// `log_softmax`: its logarithm.
    LogSoftmax,
    /// `add`: the sum of the inputs, smaller ones repeated.
    Add,
    /// `concat`: the channels of the inputs one after the other.
    Concat,
    /// `mul`: the product of the inputs, smaller ones repeated.
    Mul,
    /// `custom`: a user's own layer.
    Custom {
        /// The layer's type, as it was written.
        path: &'a str,
        /// Multiply–adds for one image, as the layer's own code says.
        macs: u64,
    },
}

/// A convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Convolution<'a> {
    /// Output channels.
    pub filters: usize,
    /// The kernel, with its stride, padding and dilation.
    pub window: Window,
    /// Groups of channels that don't see each other.
    pub groups: usize,
    /// The channels that each filter sees, where not all.
    pub table: Option<Table<'a>>,
    /// What the padding holds.
    pub border: Border,
    /// Whether a bias is added.
    pub bias: bool,
    /// Whether algorithms that round more than the plain one are ruled out.
    pub accurate: bool,
}

/// A transposed convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deconvolution {
    /// Output channels.
    pub filters: usize,
    /// The window of the convolution that goes from the output to the input: its padding is cut off.
    pub window: Window,
    /// Rows and columns more at the output's end.
    pub output_pad: [usize; 2],
    /// Groups of channels that don't see each other.
    pub groups: usize,
    /// Whether a bias is added.
    pub bias: bool,
    /// Whether algorithms that round more than the plain one are ruled out.
    pub accurate: bool,
}

/// What padding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Border {
    /// This number.
    Constant(Real),
    /// The image turned over, its outermost row or column not repeated: `c b | a b c | b a`.
    Reflect,
    /// The outermost row or column: `a a | a b c | c c`.
    Replicate,
    /// The image from its other side on: `b c | a b c | a b`.
    Circular,
}

impl Border {
    /// Zeros.
    pub const ZERO: Self = Self::Constant(Real::new(0.0));
}

/// How much larger an image becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// So many rows and columns for each.
    Factor([usize; 2]),
    /// This height and width.
    Size([usize; 2]),
}

/// What all normalizations have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Norm {
    /// Added to the variance.
    pub eps: Real,
    /// Whether there is a weight and a bias.
    pub affine: bool,
}

/// What a mean and a variance of layer normalization are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Over {
    /// The channels at a position.
    Channels,
    /// All elements of an image.
    All,
}

/// Each element over `(k + alpha · mean of squares of size channels around it)^beta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalResponse {
    /// Channels that a mean is of.
    pub size: usize,
    /// The weight of the mean of squares.
    pub alpha: Real,
    /// The exponent.
    pub beta: Real,
    /// Added to the weighted mean.
    pub k: Real,
}

impl<'a> Convolution<'a> {
    /// Pairs of an output and an input channel that it sees.
    pub const fn connections(&self, channels: usize) -> usize {
        let Some(table) = self.table else { return self.filters * (channels / self.groups) };
        let (mut sum, mut i) = (0, 0);
        while i < table.len() {
            sum += table[i].len();
            i += 1;
        }
        sum
    }
}

impl<'a> Op<'a> {
    /// Its keyword in the language.
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Conv(_) => "conv",
            Self::Depthwise(_) => "depthwise",
            Self::Pointwise(_) => "pointwise",
            Self::Deconv(_) => "deconv",
            Self::Pad { .. } => "pad",
            Self::Crop { .. } => "crop",
            Self::Upsample { .. } => "upsample",
            Self::MaxPool(_) => "maxpool",
            Self::AvgPool { .. } => "avgpool",
            Self::SumPool(_) => "sumpool",
            Self::LpPool { .. } => "lppool",
            Self::ProdPool(_) => "prodpool",
            Self::AdaptiveAvgPool { .. } => "adaptive_avgpool",
            Self::AdaptiveMaxPool { .. } => "adaptive_maxpool",
            Self::GlobalAvgPool => "global_avgpool",
            Self::GlobalMaxPool => "global_maxpool",
            Self::AttnPool => "attnpool",
            Self::Unpool { .. } => "unpool",
            Self::Flatten => "flatten",
            Self::Reshape { .. } => "reshape",
            Self::Dense { .. } => "dense",
            Self::BatchNorm { .. } => "bn",
            Self::LayerNorm { .. } => "ln",
            Self::GroupNorm { .. } => "gn",
            Self::InstanceNorm(_) => "instancenorm",
            Self::Lrn(_) => "lrn",
            Self::Scale { .. } => "scale",
            Self::Split { .. } => "split",
            Self::Shuffle { .. } => "shuffle",
            Self::Identity => "identity",
            Self::Dropout { .. } => "dropout",
            Self::Dropout2d { .. } => "dropout2d",
            Self::DropPath { .. } => "drop_path",
            Self::Activation(activation) => activation.keyword(),
            Self::Prelu { .. } => "prelu",
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
            Self::Add => "add",
            Self::Concat => "concat",
            Self::Mul => "mul",
            Self::Custom { .. } => "custom",
        }
    }

    /// The convolution that it is.
    pub const fn convolution(&self) -> Option<&Convolution<'a>> {
        match self {
            Self::Conv(c) | Self::Depthwise(c) | Self::Pointwise(c) => Some(c),
            _ => None,
        }
    }

    /// The window of a pool whose windows lie a stride apart.
    pub const fn pool(&self) -> Option<Window> {
        match self {
            Self::MaxPool(window)
            | Self::SumPool(window)
            | Self::ProdPool(window)
            | Self::AvgPool { window, .. }
            | Self::LpPool { window, .. } => Some(*window),
            _ => None,
        }
    }

    /// Whether several inputs come together.
    pub const fn joins(&self) -> bool {
        matches!(self, Self::Add | Self::Concat | Self::Mul)
    }

    /// Whether the output has the numbers of the input in their order, under the same or another shape.
    pub const fn is_view(&self, input: Shape) -> bool {
        match self {
            Self::Flatten | Self::Reshape { .. } | Self::Identity => true,
            Self::AdaptiveAvgPool { size } | Self::AdaptiveMaxPool { size } => {
                size[0] == input.height() && size[1] == input.width()
            }
            _ => false,
        }
    }

    /// Whether it does something in training alone.
    pub const fn trains_only(&self) -> bool {
        matches!(self, Self::Dropout { .. } | Self::Dropout2d { .. } | Self::DropPath { .. })
    }

    /// Multiply–adds for one image, given the shape of its first input and of its output.
    pub const fn macs(&self, input: Shape, output: Shape) -> u64 {
        match self {
            Self::Conv(c) | Self::Depthwise(c) | Self::Pointwise(c) => {
                let [height, width] = c.window.kernel;
                let weights = c.connections(input.channels()) * height * width;
                weights as u64 * output.positions() as u64
            }
            Self::Deconv(d) => {
                let [height, width] = d.window.kernel;
                input.len() as u64 * (d.filters / d.groups * height * width) as u64
            }
            Self::Dense { outputs, .. } => *outputs as u64 * input.len() as u64,
            Self::AttnPool => 2 * input.len() as u64,
            Self::Custom { macs, .. } => *macs,
            _ => 0,
        }
    }

    /// Which positions of the input a position of the output sees.
    pub const fn field(&self, input: Shape, output: Shape) -> Field {
        match self {
            Self::Conv(c) | Self::Depthwise(c) | Self::Pointwise(c) => Field::Window(c.window),
            Self::Deconv(d) => Field::back(d.window),
            Self::Unpool { window, .. } => Field::back(*window),
            Self::Pad { pad, .. } => Field::Window(Window { pad: *pad, ..Window::POINT }),
            Self::Upsample { interpolation, .. } => {
                Field::enlarged(input.size(), output.size(), *interpolation)
            }
            Self::MaxPool(window)
            | Self::SumPool(window)
            | Self::ProdPool(window)
            | Self::AvgPool { window, .. }
            | Self::LpPool { window, .. } => Field::Window(*window),
            Self::AdaptiveAvgPool { size } | Self::AdaptiveMaxPool { size } => {
                let [height, width] = input.size();
                match *size {
                    [rows, columns] if rows == height && columns == width => {
                        Field::Window(Window::POINT)
                    }
                    [1, 1] => Field::Everything,
                    _ => Field::Window(sharing([height, width], *size)),
                }
            }
            Self::Flatten | Self::Reshape { .. } => Field::View,
            Self::GlobalAvgPool
            | Self::GlobalMaxPool
            | Self::AttnPool
            | Self::Dense { .. }
            | Self::GroupNorm { .. }
            | Self::InstanceNorm(_)
            | Self::LayerNorm { over: Over::All, .. }
            | Self::Custom { .. } => Field::Everything,
            Self::Crop { .. }
            | Self::LayerNorm { over: Over::Channels, .. }
            | Self::BatchNorm { .. }
            | Self::Lrn(_)
            | Self::Scale { .. }
            | Self::Split { .. }
            | Self::Shuffle { .. }
            | Self::Identity
            | Self::Dropout { .. }
            | Self::Dropout2d { .. }
            | Self::DropPath { .. }
            | Self::Activation(_)
            | Self::Prelu { .. }
            | Self::Softmax
            | Self::LogSoftmax
            | Self::Add
            | Self::Concat
            | Self::Mul => Field::Window(Window::POINT),
        }
    }
}
