//! What the network ends in.

use super::checks::refused;
use super::passes::Facts;
use crate::error::Error;
use cnn_ir::{Op, Output, Shape, Source};

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
        let planes = output.chunks_exact(shape.positions());
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
        let computed = |output: &Output| match graph.computed(Source::Layer(output.layer)) {
            Source::Layer(layer) => Some(layer),
            Source::Input(_) => None,
        };
        let end = computed(&graph.outputs[output]).filter(|&end| softmax(&graph.nodes[end].op));
        let ends: Vec<usize> = graph.outputs.iter().filter_map(computed).collect();
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

/// `e^xₖ / Σ e^x`
pub(super) fn softmax(scores: Vec<f32>) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = scores.iter().map(|&x| f64::from(x - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|&p| (p / sum) as f32).collect()
}
