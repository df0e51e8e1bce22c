//! Whether a network's outputs are logits.

use crate::error::Error;
use crate::network::Network;
use crate::train::loss::Takes;
use cnn_ir::{Activation, Op, Source};

/// Whether an output is what the loss takes it for.
pub(crate) fn check_logits<N: Network>(
    index: usize,
    layer: usize,
    takes: Takes,
) -> Result<(), Error> {
    let node = &N::GRAPH.nodes[layer];
    let function = match (takes, node.op) {
        (Takes::Logits, Op::Softmax) => "softmax",
        (Takes::BinaryLogits, Op::Activation(Activation::Sigmoid)) => "sigmoid",
        // These change no number, or none in evaluation.
        (
            _,
            Op::Identity
            | Op::Flatten
            | Op::Reshape { .. }
            | Op::Dropout { .. }
            | Op::Dropout2d { .. }
            | Op::DropPath { .. },
        ) => {
            return match node.inputs {
                [Source::Layer(before), ..] => check_logits::<N>(index, *before, takes),
                _ => Ok(()),
            };
        }
        _ => return Ok(()),
    };
    Err(Error::Probabilities { network: N::NAME, index, layer: node.path, function })
}
