//! Kernels of the runtime as data: which one, and the numbers that it is made from.

use super::{Layout, Passes};
use cnn_ir::{
    Activation, Border, Field, Interpolation, LocalResponse, Op, Real, Shape, Table, Window,
};

/// A kernel with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// A convolution, or a transposed one.
    Conv {
        /// How it is computed.
        by: Convolving,
        /// Its shapes and window.
        geometry: Geometry,
        /// The channels that each filter sees, where not all.
        table: Option<Table<'static>>,
        /// Whether it takes packed weights and an epilogue, as inference does.
        packed: bool,
    },
    /// A dense layer.
    Dense {
        /// How it is computed.
        by: Multiplying,
        /// Inputs.
        inputs: usize,
        /// Outputs.
        outputs: usize,
    },
    /// A pool.
    Pool {
        /// What it makes of a window.
        of: Pooling,
        /// Its shapes and window.
        geometry: PoolGeometry,
    },
    /// The means of 2x2 windows, in planes with a halo.
    PlaneMeans(PoolGeometry),
    /// Elements back in the places of a pool's maxima.
    Unpool(PoolGeometry),
    /// The mean of each channel.
    GlobalAvgPool(Shape),
    /// A mean over the positions, weighted by a query.
    AttnPool(Shape),
    /// Batch normalization with the batch's statistics.
    BatchNorm {
        /// The input.
        shape: Shape,
        /// Added to the variance.
        eps: Real,
        /// The weight of the newest batch.
        momentum: Real,
        /// Whether there is a weight and a bias.
        affine: bool,
    },
    /// Batch normalization with the running statistics: one factor and one number to add a channel.
    FoldedBatchNorm {
        /// The input.
        shape: Shape,
        /// Added to the variance.
        eps: Real,
    },
    /// Normalization of groups of channels.
    GroupNorm {
        /// Channels and positions of what is normalized.
        shape: Shape,
        /// Groups.
        groups: usize,
        /// Added to the variance.
        eps: Real,
    },
    /// Normalization over the channels at each position.
    LayerNorm {
        /// The input.
        shape: Shape,
        /// Added to the variance.
        eps: Real,
    },
    /// Local response normalization.
    Lrn {
        /// The input.
        shape: Shape,
        /// The rule.
        rule: LocalResponse,
    },
    /// Each channel times a number, and perhaps plus one.
    Scale(Shape),
    /// A leaky ReLU with learned slopes.
    Prelu(Shape),
    /// Softmax over the channels.
    Softmax(Shape),
    /// Its logarithm.
    LogSoftmax(Shape),
    /// Neighboring channels of the input.
    Split {
        /// The input.
        shape: Shape,
        /// The first of them.
        first: usize,
        /// How many.
        count: usize,
    },
    /// Channels of the groups in turn.
    Shuffle {
        /// The input.
        shape: Shape,
        /// Groups.
        groups: usize,
    },
    /// The inputs' channels one after the other.
    Concat {
        /// The inputs.
        inputs: Vec<Shape>,
    },
    /// Channels of the inputs that several layers select, one of what the other does.
    Selection {
        /// The inputs, whose channels the first of them sees one after the other.
        inputs: Vec<Shape>,
        /// The selections in order.
        steps: Vec<Select>,
    },
    /// The sum of inputs of one shape.
    Add(Shape),
    /// The sum or product of inputs of which some are repeated.
    Broadcast {
        /// The inputs.
        inputs: Vec<Shape>,
        /// The output.
        output: Shape,
        /// Whether the inputs are multiplied.
        product: bool,
    },
    /// Elements dropped at random.
    Dropout {
        /// The probability.
        p: Real,
        /// The key of its random numbers.
        key: usize,
    },
    /// Runs of channels dropped at random.
    Dropout2d {
        /// The input.
        shape: Shape,
        /// Numbers drawn for an image.
        draws: usize,
        /// The probability.
        p: Real,
        /// The key of its random numbers.
        key: usize,
    },
    /// Rows and columns around each channel.
    Pad {
        /// The input.
        shape: Shape,
        /// How many: top, bottom, left, right.
        pad: [usize; 4],
        /// What they hold.
        border: Border,
    },
    /// Rows and columns less.
    Crop {
        /// The input.
        shape: Shape,
        /// How many: top, bottom, left, right.
        crop: [usize; 4],
    },
    /// Each channel larger.
    Upsample {
        /// The input.
        shape: Shape,
        /// Height and width of the output.
        size: [usize; 2],
        /// Where the new pixels come from.
        interpolation: Interpolation,
    },
    /// A copy, with an activation or into a part of a larger value.
    Identity(Shape),
    /// From blocks of channels to planes.
    ToPlanes(Shape),
    /// From planes to blocks of channels.
    ToBlocks(Shape),
    /// A user's own layer, by its number among them.
    Own(usize),
}

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Convolving {
    /// As products of matrices whose rows are patches of the image.
    Gemm,
    /// One channel at a time.
    Depthwise,
    /// As the formula says.
    Direct,
    /// Groups of a few channels.
    Grouped,
    /// By Winograd's algorithm.
    Winograd,
    /// In planes with a halo, vectors along the rows.
    Planes,
}

/// How a dense layer is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Multiplying {
    /// As a product of matrices.
    Gemm,
    /// Interleaved images, one output at a time.
    Direct,
    /// With weights packed in blocks of outputs.
    Packed,
}

/// What a pool makes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pooling {
    /// Its largest element.
    Max,
    /// Its mean.
    Mean {
        /// Whether padding counts.
        count_pad: bool,
    },
    /// Its sum.
    Sum,
    /// Its p-norm.
    Norm {
        /// The exponent.
        p: Real,
    },
    /// Its product.
    Product,
}

impl Pooling {
    /// What a pool makes of a window.
    pub fn of(op: &Op<'_>) -> Option<Self> {
        Some(match op {
            Op::MaxPool(_) | Op::AdaptiveMaxPool { .. } | Op::GlobalMaxPool => Self::Max,
            Op::AvgPool { count_pad, .. } => Self::Mean { count_pad: *count_pad },
            Op::AdaptiveAvgPool { .. } | Op::GlobalAvgPool => Self::Mean { count_pad: true },
            Op::SumPool(_) => Self::Sum,
            Op::LpPool { p, .. } => Self::Norm { p: *p },
            Op::ProdPool(_) => Self::Product,
            _ => return None,
        })
    }
}

/// Shapes and window of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// The input.
    pub input: Shape,
    /// The output.
    pub output: Shape,
    /// The kernel, with its stride, padding and dilation; of a transposed convolution, that of the
    /// convolution from the output to the input.
    pub window: Window,
    /// Groups of channels that don't see each other.
    pub groups: usize,
    /// Whether it is a transposed one.
    pub transposed: bool,
}

/// Shapes and window of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolGeometry {
    /// The input.
    pub input: Shape,
    /// Height and width of the output.
    pub output: [usize; 2],
    /// The window; none where windows of various sizes share the image out.
    pub window: Option<Window>,
}

impl PoolGeometry {
    /// Shapes and window of a pool. Adaptive ones have a window where all are alike.
    pub fn of(op: &Op<'_>, input: Shape, output: Shape) -> Self {
        let (size, out) = (input.size(), output.size());
        let window = match op {
            Op::GlobalMaxPool => Some(Window { kernel: size, stride: size, ..Window::POINT }),
            Op::AdaptiveAvgPool { .. } | Op::AdaptiveMaxPool { .. } if out == [1, 1] => {
                Some(Window { kernel: size, stride: size, ..Window::POINT })
            }
            Op::AdaptiveAvgPool { .. } | Op::AdaptiveMaxPool { .. } => {
                let even = (0..2).all(|d| size[d].is_multiple_of(out[d]));
                match op.field(input, output) {
                    Field::Window(window) if even => Some(window),
                    _ => None,
                }
            }
            op => op.pool(),
        };
        Self { input, output: out, window }
    }
}

/// Which channels of its inputs a layer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Select {
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

impl Select {
    /// What a layer selects of its input, where it does no more than that.
    pub fn of(op: &Op<'_>, input: Shape) -> Option<Self> {
        match *op {
            Op::Split { parts, part } => {
                let count = input.channels() / parts;
                Some(Self::Part { first: count * part, count })
            }
            Op::Shuffle { groups } => Some(Self::Shuffled { groups }),
            _ => None,
        }
    }
}

/// What a kernel computes with its result, in this order, before it stores it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Epilogue {
    /// Whether the layer's bias is added.
    pub bias: bool,
    /// The ε of a batch norm whose factors the packed weights hold.
    pub norm: Option<Real>,
    /// Whether the last input is added.
    pub addend: bool,
    /// The activation.
    pub activation: Option<Activation>,
}

impl Epilogue {
    /// What the kernel is made with: all but the activation, which is an argument of every call.
    pub fn built_in(self) -> Self {
        Self { activation: None, ..self }
    }
}

impl Kernel {
    /// Whether all that it does is to copy.
    pub fn copies(&self) -> bool {
        matches!(
            self,
            Self::Split { .. }
                | Self::Shuffle { .. }
                | Self::Concat { .. }
                | Self::Selection { .. }
        )
    }

    /// Whether it packs its parameters otherwise than one after the other.
    pub fn packs(&self) -> bool {
        matches!(
            self,
            Self::Conv { packed: true, .. }
                | Self::Dense { by: Multiplying::Packed, .. }
                | Self::FoldedBatchNorm { .. }
        )
    }

    /// In which passes it needs scratch, with this layout. For a kernel that has none, emitted
    /// code does not compile; where it is forgotten, the kernel finds none and panics.
    pub fn scratch(&self, layout: Layout) -> Passes {
        let blocked = layout == Layout::Blocked;
        let (forward, backward) = match self {
            Self::Conv { by: Convolving::Depthwise | Convolving::Planes, .. } => (false, false),
            Self::Conv { packed: true, by, .. } if blocked => (*by == Convolving::Winograd, false),
            Self::Conv { packed, .. } => (true, !packed),
            Self::Dense { by, .. } => (*by == Multiplying::Gemm, *by != Multiplying::Packed),
            Self::AttnPool(_) | Self::BatchNorm { .. } | Self::Own(_) => (true, true),
            Self::GroupNorm { .. } | Self::Dropout2d { .. } => (blocked, blocked),
            Self::Lrn { .. } | Self::Pool { of: Pooling::Product, .. } => (false, true),
            _ => (false, false),
        };
        Passes { forward, backward }
    }
}
