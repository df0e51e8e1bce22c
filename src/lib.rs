#![doc = include_str!("../README.md")]

/// The processes of MPI, on which a network is trained together.
#[cfg(feature = "mpi")]
#[doc(inline)]
pub use cnn_mpi as mpi;
#[cfg(feature = "onnx")]
pub use cnn_runtime::error::ExportProblem;
pub use cnn_runtime::error::{FileProblem, NotFinite, Origin, TensorProblem};
pub use cnn_runtime::exec::Exec;
pub use cnn_runtime::layers::custom;
pub use cnn_runtime::tensor::Part;
#[cfg(feature = "train")]
#[doc(no_inline)]
pub use cnn_runtime::train::{Adam, Backprop, CrossEntropy, Sgd, Trainer};
pub use cnn_runtime::weights::{LoadReport, Pretrained, Taken};
pub use cnn_runtime::{
    AsArray, BlockInfo, Describe, Error, Graph, Init, Inputs, LayerInfo, Mode, Network, Normalize,
    Outputs, PackedWeights, Params, Recorder, Role, Session, Shape, Source, TensorSpec, ndarray,
    typenum,
};
#[cfg(feature = "train")]
pub use cnn_runtime::{data, explain, train};

/// The guide's examples are compiled and run.
#[cfg(all(doctest, feature = "train"))]
#[doc = include_str!("../docs/training.md")]
pub struct Training;

/// The guide's examples are compiled and run.
#[cfg(all(doctest, feature = "train"))]
#[doc = include_str!("../docs/inside.md")]
pub struct Inside;

/// The guide's examples are compiled and run.
#[cfg(all(doctest, feature = "onnx"))]
#[doc = include_str!("../docs/onnx.md")]
pub struct Onnx;

/// The guide's examples are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/weights.md")]
pub struct Weights;

/// What a network is, as data: the types of [`Describe::GRAPH`].
///
/// ```
/// use cnn::ir::Op;
///
/// cnn::cnn! {
///     struct Net<1x28x28 -> conv(6, 5x5, pad=2) -> relu -> maxpool(2) -> flatten -> dense(10)>;
/// }
///
/// let convolutions = Net::GRAPH.nodes.iter().filter_map(|node| node.op.convolution());
/// assert_eq!(convolutions.map(|c| (c.filters, c.window.kernel)).collect::<Vec<_>>(), [(6, [5, 5])]);
/// assert!(matches!(Net::GRAPH.nodes[2].op, Op::MaxPool(window) if window.stride == [2, 2]));
/// ```
#[doc(inline)]
pub use cnn_runtime::ir;

/// The layers of the language, with their arguments: one empty module each, which is what an editor
/// shows for a layer's name in `cnn!`.
pub mod layers {
    cnn_macros::layer_documentation! {}
}

/// Compiles convolutional networks.
///
/// See the front page of the crate for the language.
#[macro_export]
macro_rules! cnn {
    // Emitted code names this crate as the compiler knows it, whatever it is called where the call stands.
    ($($tokens:tt)*) => { $crate::__cnn! { @($crate) $($tokens)* } };
}

/// The macro behind `cnn!`; no part of the public API.
#[doc(hidden)]
pub use cnn_macros::cnn as __cnn;
/// What emitted code names; no part of the public API.
#[doc(hidden)]
pub use cnn_runtime as __rt;
