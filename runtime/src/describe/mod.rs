//! What a network is, as constants: its graph, and what is read from it.

#[doc(hidden)]
pub mod late;
mod read;

#[doc(hidden)]
pub use late::{labels, layers, output_layers, places, tensors};
pub(crate) use read::ALIGN;
#[doc(hidden)]
pub use read::{macs, parameters, path_bytes, tensor_count};

use cnn_ir::{Init, Role, Shape};

#[doc(no_inline)]
pub use cnn_ir::Source;

/// Layers of a network that were written as one piece, or several copies of them.
pub type BlockInfo = cnn_ir::Block<'static>;

/// The constants of a network, written once: the trait [`Describe`] declares them, some with what they are
/// read from, and every generated struct has them as its own.
///
/// `$one` says which, and `$vis` is their visibility.
#[doc(hidden)]
#[macro_export]
macro_rules! constants {
    ($vis:vis, $one:ident) => {
        $crate::$one! { $vis,
            /// The layers with their attributes, shapes and tensors, the outputs, labels and blocks.
            GRAPH: $crate::ir::Graph<'static>
        }
        $crate::$one! { $vis,
            /// The network's name as written.
            NAME: &'static str = Self::GRAPH.name
        }
        $crate::$one! { $vis,
            /// Shapes of the inputs of one image.
            INPUTS: &'static [$crate::Shape] = Self::GRAPH.inputs
        }
        $crate::$one! { $vis,
            /// Shapes of the outputs of one image.
            OUTPUTS: &'static [$crate::Shape]
        }
        $crate::$one! { $vis,
            /// Shapes of the outputs in training: those of evaluation, then those that exist in training
            /// only.
            TRAIN_OUTPUTS: &'static [$crate::Shape] = Self::OUTPUTS
        }
        $crate::$one! { $vis,
            /// Names of the outputs in training as written after `=>`; none where the last chain is the
            /// output.
            OUTPUT_NAMES: &'static [&'static str] = &[]
        }
        $crate::$one! { $vis,
            /// Trainable parameters.
            PARAMETERS: usize = $crate::describe::parameters(&Self::GRAPH)
        }
        $crate::$one! { $vis,
            /// Multiply–adds of one image's forward pass.
            MACS: u64 = $crate::describe::macs(Self::LAYERS)
        }
        $crate::$one! { $vis,
            /// Bytes that inference of one image on one thread needs beside the packed weights.
            WORKSPACE: usize
        }
        $crate::$one! { $vis,
            /// Every layer in order.
            LAYERS: &'static [$crate::LayerInfo]
        }
        $crate::$one! { $vis,
            /// The blocks that the layers were written in, each after the one around it.
            BLOCKS: &'static [$crate::BlockInfo] = Self::GRAPH.blocks
        }
        $crate::$one! { $vis,
            /// For each output, the layer that gives it; those that exist in training only come last.
            OUTPUT_LAYERS: &'static [usize]
        }
        $crate::$one! { $vis,
            /// Every tensor of the `state_dict` in order.
            TENSORS: &'static [$crate::TensorSpec]
        }
        $crate::$one! { $vis,
            /// Labels that can be tapped, with the shape of their value.
            LABELS: &'static [(&'static str, $crate::Shape)]
        }
    };
}

/// What a trait says of a constant or a function.
#[doc(hidden)]
#[macro_export]
macro_rules! declared {
    ($vis:vis, $(#[$doc:meta])* $name:ident: $ty:ty $(= $read:expr)?) => {
        $(#[$doc])*
        const $name: $ty $(= $read)?;
    };
    ($vis:vis, $(#[$doc:meta])* $name:ident($($arg:tt)*) -> $out:ty, $($passed:ident)?) => {
        $(#[$doc])*
        fn $name($($arg)*) -> $out;
    };
}

/// What gives a constant where it is read: see `describe::late`.
#[doc(hidden)]
#[macro_export]
macro_rules! late {
    ($vis:vis, $(#[$doc:meta])* $name:ident: $ty:ty $(= $read:expr)?) => {
        $(#[$doc])*
        $vis const fn $name<D: $crate::Describe>() -> $ty {
            D::$name
        }
    };
}

/// The constant that a generated struct has of its own for it.
#[doc(hidden)]
#[macro_export]
macro_rules! own {
    ($vis:vis, $(#[$doc:meta])* $name:ident: $ty:ty $(= $read:expr)?) => {
        $(#[$doc])*
        $vis const $name: $ty = $crate::describe::late::$name::<Self>();
    };
}

/// What describes a network made by `cnn!`: constants.
///
/// `GRAPH` is the network as it was written, with all shapes and tensors; the others are read from it. A
/// generated struct has them all as its own, so that this trait need not be imported; in generic code, they
/// are those of any [`Network`](crate::Network): `N::LAYERS`.
pub trait Describe: Sized + Send + Sync + 'static {
    crate::constants!(, declared);
    /// Path and offset of each tensor, from which `TENSORS` is read.
    #[doc(hidden)]
    const PLACES: &'static [(&'static str, usize)];
}

/// Of a [`Describe`] implementation, the lists that are read from the graph of the type `$network`. How
/// long they are may be said, and where each tensor lies under which path, so that the graph is not read where
/// nobody reads the lists.
#[doc(hidden)]
#[macro_export]
macro_rules! lists {
    ($network:ty) => {
        $crate::lists!(
            $network,
            <$network as $crate::Describe>::GRAPH.nodes.len(),
            <$network as $crate::Describe>::GRAPH.outputs.len(),
            <$network as $crate::Describe>::GRAPH.labels.len(),
            $crate::describe::tensor_count(&<$network as $crate::Describe>::GRAPH),
            $crate::describe::places::<
                Self,
                { $crate::describe::tensor_count(&<$network as $crate::Describe>::GRAPH) },
                { $crate::describe::path_bytes(&<$network as $crate::Describe>::GRAPH) },
            >()
        );
    };
    (
        $network:ty,
        $layers:expr, $outputs:expr, $labels:expr, $tensors:expr, $places:expr
    ) => {
        const PLACES: &'static [(&'static str, usize)] = $places;
        const LAYERS: &'static [$crate::LayerInfo] =
            $crate::describe::layers::<Self, { $layers }>();
        const OUTPUT_LAYERS: &'static [usize] =
            $crate::describe::output_layers::<Self, { $outputs }>();
        const TENSORS: &'static [$crate::TensorSpec] =
            $crate::describe::tensors::<Self, { $tensors }>();
        const LABELS: &'static [(&'static str, $crate::Shape)] =
            $crate::describe::labels::<Self, { $labels }>();
    };
}

/// One layer of a network, as its summary and its drawing show it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerInfo {
    /// Parameter path of the layer: `layer1.0.conv1`.
    pub path: &'static str,
    /// The layer's word in the language: `conv`.
    pub keyword: &'static str,
    /// The layer in short: `conv 7x7 /2 pad 3`, where `/2` is the stride.
    pub text: &'static str,
    /// Where its inputs come from.
    pub inputs: &'static [Source],
    /// Shape of the (first) input.
    pub input: Shape,
    /// Shape of the output.
    pub output: Shape,
    /// Trainable parameters.
    pub parameters: usize,
    /// Multiply–adds for one image.
    pub macs: u64,
    /// Bytes of the output for one image; 0 for the same numbers under another shape.
    pub memory: usize,
    /// Height and width, in input pixels, that one output element sees.
    pub receptive_field: (usize, usize),
    /// Input pixels from what one output element sees to what its neighbor sees, down and to the
    /// right.
    pub jump: (f32, f32),
    /// The input row and column at which the receptive field of the first output element starts;
    /// negative in the padding.
    pub start: (isize, isize),
    /// Whether only training computes it, for an output that exists in training only.
    pub training_only: bool,
}

/// One tensor of the network's `state_dict`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
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
