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
    let Source::Layer(layer) = N::GRAPH.computed(Source::Layer(layer)) else { return Ok(()) };
    let node = &N::GRAPH.nodes[layer];
    let function = match (takes, node.op) {
        (Takes::Logits, Op::Softmax) => "softmax",
        (Takes::BinaryLogits, Op::Activation(Activation::Sigmoid)) => "sigmoid",
        _ => return Ok(()),
    };
    Err(Error::Probabilities { network: N::NAME, index, layer: node.path, function })
}
