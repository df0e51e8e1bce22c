//! What the network ends in.

use super::checks::refused;
use super::passes::Facts;
use crate::error::Error;
use cnn_ir::{Node, Op, Shape, Source};

/// What the network's output is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    Logits,
    Probabilities,
    LogProbabilities,
}

impl End {
    /// The probabilities of the classes: where the output is a volume, of its channels in the mean.
    pub(super) fn probabilities(self, output: &[f32], shape: Shape) -> Vec<f32> {
        let plane = shape.height() * shape.width();
        let planes = output.chunks_exact(plane);
        let mean = |f: fn(f32) -> f32, plane: &[f32]| {
            plane.iter().map(|&x| f(x)).sum::<f32>() / plane.len() as f32
        };
        match self {
            Self::Logits => softmax(planes.map(|plane| plane.iter().sum()).collect()),
            Self::Probabilities => planes.map(|plane| mean(|x| x, plane)).collect(),
            Self::LogProbabilities => planes.map(|plane| mean(f32::exp, plane)).collect(),
        }
    }

    /// What that output of a network is.
    ///
    /// # Errors
    /// The network has a softmax in the middle and another one at the end.
    pub(super) fn of(facts: &Facts, output: usize) -> Result<Self, Error> {
        let graph = facts.graph;
        let softmax = |op: &Op<'_>| matches!(op, Op::Softmax | Op::LogSoftmax);
        let last = before(graph.outputs[output].layer, graph.nodes);
        let end = last.filter(|&last| softmax(&graph.nodes[last].op));
        let ends = graph.outputs.iter().filter_map(|output| before(output.layer, graph.nodes));
        let ends: Vec<usize> = ends.collect();
        let mut all = graph.nodes.iter().enumerate().filter(|(_, node)| softmax(&node.op));
        if end.is_some()
            && let Some((_, node)) = all.find(|(layer, _)| !ends.contains(layer))
        {
            let found = format!("a softmax at `{}` and another one at the end", node.path);
            let expected = "none before the end, or a network that ends in logits".to_owned();
            return Err(refused(facts.name, "an explanation", found, expected));
        }
        Ok(match end.map(|end| graph.nodes[end].op) {
            Some(Op::Softmax) => Self::Probabilities,
            Some(_) => Self::LogProbabilities,
            None => Self::Logits,
        })
    }
}

/// The layer that computes what layer number `layer` gives, which may only pass it on.
pub(super) fn before(layer: usize, nodes: &[Node<'_>]) -> Option<usize> {
    let node = nodes.get(layer)?;
    match (&node.op, node.inputs) {
        (
            Op::Identity
            | Op::Flatten
            | Op::Reshape { .. }
            | Op::Dropout { .. }
            | Op::Dropout2d { .. }
            | Op::DropPath { .. },
            &[Source::Layer(input), ..],
        ) => before(input, nodes),
        _ => Some(layer),
    }
}

/// `e^xₖ / Σ e^x`
pub(super) fn softmax(scores: Vec<f32>) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = scores.iter().map(|&x| f64::from(x - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|&p| (p / sum) as f32).collect()
}
