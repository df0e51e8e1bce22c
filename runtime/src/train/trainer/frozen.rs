//! What stays as it is.

use crate::describe::TensorSpec;
use crate::network::Network;
use crate::train::Optimizer;
use crate::train::stepper::Stepper;
use cnn_ir::{Op, Role};
use std::ops::Range;

/// Running statistics and counters of batch norms all of whose parameters are frozen, or whose statistics are.
#[derive(Debug, Default)]
pub(super) struct Still {
    pub(super) statistics: Vec<Range<usize>>,
    pub(super) counters: Vec<usize>,
    /// Where the parameters start of those that normalize by their running statistics.
    pub(super) held: Vec<usize>,
}

impl Still {
    /// Of the batch norms that have parameters.
    pub(super) fn of<N: Network, O: Optimizer>(stepper: &Stepper<O>) -> Self {
        let mut still = Self::default();
        let (mut specs, mut trainable) = (N::TENSORS.iter(), 0);
        for node in N::GRAPH.nodes {
            let specs: Vec<&TensorSpec> = specs.by_ref().take(node.tensors.len()).collect();
            let own = specs.iter().filter(|spec| spec.role == Role::Trainable).count();
            let mut parameters = trainable..trainable + own;
            let frozen = parameters.clone().all(|tensor| stepper.is_frozen(tensor));
            let held = parameters.any(|tensor| stepper.has_frozen_statistics(tensor));
            let held = held && matches!(node.op, Op::BatchNorm { .. });
            trainable += own;
            if own == 0 || !(frozen || held) {
                continue;
            }
            let first = specs.iter().find(|spec| held && spec.role == Role::Trainable);
            still.held.extend(first.map(|spec| spec.offset));
            for spec in specs {
                match spec.role {
                    Role::Trainable => {}
                    Role::Buffer => still.statistics.push(spec.offset..spec.offset + spec.len()),
                    Role::Counter => still.counters.push(spec.offset),
                }
            }
        }
        still.held.sort_unstable();
        still
    }
}

/// The first layer with a parameter that is trained; the number of layers if none is.
pub(super) fn first_trained<N: Network, O: Optimizer>(stepper: &Stepper<O>) -> usize {
    let mut trainable = 0;
    for (layer, node) in N::GRAPH.nodes.iter().enumerate() {
        let own = node.tensors.iter().filter(|tensor| tensor.role == Role::Trainable).count();
        if (trainable..trainable + own).any(|tensor| !stepper.is_frozen(tensor)) {
            return layer;
        }
        trainable += own;
    }
    N::GRAPH.nodes.len()
}
