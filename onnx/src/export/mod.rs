//! A network as an ONNX file.
//!
//! Every layer of the language becomes the operator that ONNX has for it, or several that compute the same. What
//! exists in training only is left out. `docs/onnx.md` says how values and nodes are called.

mod activations;
mod adaptive;
mod attributes;
mod builder;
mod channels;
mod convolution;
mod error;
mod layer;
mod lower;
mod names;
mod normalization;
mod pooling;
mod shapes;
mod windows;

pub use error::Error;

use crate::proto::ModelProto;
use cnn_ir::Graph;
use prost::Message;

/// The version of the operators that files are written in: the first that has one for each normalization and
/// activation that is one in the language – `GroupNormalization` with a weight for each channel is of version
/// 21, `Gelu` of 20, `Mish` of 18. ONNX Runtime knows it since 1.18.
pub const OPSET: i64 = 21;

/// The version of the format that came with [`OPSET`].
pub const IR_VERSION: i64 = 10;

/// The name of the batch, the first dimension of all inputs and outputs, which may have any size.
pub const BATCH: &str = "N";

/// Bytes that a file has at most: Protobuf counts with 32 bits.
pub const MOST_BYTES: usize = i32::MAX as usize;

/// A network with its numbers.
#[derive(Clone, Copy)]
pub struct Network<'a> {
    /// What it is.
    pub graph: &'a Graph<'a>,
    /// The numbers of a tensor of floats, by its path in the `state_dict`, in PyTorch's layout.
    pub tensors: &'a dyn Fn(&str) -> Option<&'a [f32]>,
    /// What the first input is normalized by before all else, if it is.
    pub normalization: Option<Normalization<'a>>,
    /// Names of the outputs of evaluation; none for a network with one output, which is then called `output`.
    pub outputs: &'a [&'a str],
}

/// What brings images to mean 0 and deviation 1: a number for each channel.
#[derive(Clone, Copy, Debug)]
pub struct Normalization<'a> {
    /// What is taken from each channel first.
    pub mean: &'a [f32],
    /// What it is then divided by.
    pub deviation: &'a [f32],
}

/// The network as a model.
///
/// # Errors
/// A layer that evaluation needs is `custom`; a tensor that it needs has no numbers, or too many or too few; the
/// normalization or the outputs' names are for another network.
pub fn model(network: &Network<'_>) -> Result<ModelProto, Error> {
    lower::build(network)
}

/// The bytes of the network's file.
///
/// # Errors
/// As [`model`]; or the file would have more than [`MOST_BYTES`].
pub fn to_bytes(network: &Network<'_>) -> Result<Vec<u8>, Error> {
    // Before there is memory for it.
    let evaluated = builder::evaluated(network.graph);
    let needed = network.graph.nodes.iter().zip(evaluated).filter(|(_, needed)| *needed);
    let tensors = needed.flat_map(|(node, _)| node.tensors);
    let floats = tensors.fold(0_usize, |sum, tensor| sum.saturating_add(tensor.len()));
    small_enough(floats.saturating_mul(size_of::<f32>()))?;
    let model = model(network)?;
    small_enough(model.encoded_len())?;
    Ok(model.encode_to_vec())
}

fn small_enough(found: usize) -> Result<(), Error> {
    if found <= MOST_BYTES {
        return Ok(());
    }
    Err(Error::TooLarge { found, expected: MOST_BYTES })
}
