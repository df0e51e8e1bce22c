//! What stays as it is.

use crate::describe::TensorSpec;
use crate::network::Network;
use crate::params::Params;
use crate::train::Optimizer;
use crate::train::stepper::Stepper;
use cnn_ir::{Op, Role};
use std::ops::Range;

/// Running statistics and counters of batch norms all of whose parameters are frozen, or whose statistics are.
#[derive(Debug, Default)]
pub(super) struct Still {
    statistics: Vec<Range<usize>>,
    counters: Vec<usize>,
    /// Where the parameters start of those that normalize by their running statistics.
    pub(super) held: Vec<usize>,
    /// What they are, while a step changes them.
    kept: Before,
}

/// Running statistics and counters as they were.
#[derive(Debug, Default)]
pub(super) struct Before {
    statistics: Vec<f32>,
    counters: Vec<i64>,
}

impl Before {
    /// Keeps all of them.
    pub(super) fn keep(&mut self, params: &Params) {
        self.statistics.clear();
        self.statistics.extend_from_slice(params.buffers());
        self.counters.clear();
        self.counters.extend_from_slice(params.counters());
    }

    /// Brings all of them back.
    pub(super) fn bring_back(&self, params: &mut Params) {
        params.buffers_mut().copy_from_slice(&self.statistics);
        params.counters_mut().copy_from_slice(&self.counters);
    }
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

    /// Keeps what stays.
    pub(super) fn keep(&mut self, params: &Params) {
        let Self { statistics, counters, kept, .. } = self;
        kept.statistics.clear();
        kept.counters.clear();
        for range in &*statistics {
            kept.statistics.extend_from_slice(&params.buffers()[range.clone()]);
        }
        kept.counters.extend(counters.iter().map(|&i| params.counters()[i]));
    }

    /// Brings it back.
    pub(super) fn bring_back(&self, params: &mut Params) {
        let Self { statistics, counters, kept, .. } = self;
        let mut rest = &kept.statistics[..];
        for range in statistics {
            let (these, after) = rest.split_at(range.len());
            params.buffers_mut()[range.clone()].copy_from_slice(these);
            rest = after;
        }
        for (&i, &count) in counters.iter().zip(&kept.counters) {
            params.counters_mut()[i] = count;
        }
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
