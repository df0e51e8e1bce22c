//! Which layers inference computes together: a batch norm with the convolution before it, the sum of
//! a residual block with the last convolution of its branches, a pool with the convolution and the
//! activation before it, and layers that select channels of one another.

use super::select::{Selection, selections};
use crate::layers::{Body, Kernel};
use crate::net::{Net, ValueId};

/// Which values the layers of a network merge into.
pub(super) struct Merges {
    /// For each node, whether another one computes it too.
    pub(super) absorbed: Vec<bool>,
    /// For each convolution, the batch norm behind it.
    pub(super) norm: Vec<Option<usize>>,
    /// For each convolution, the sum behind it, and which of its inputs is the other one.
    pub(super) sum: Vec<Option<(usize, ValueId)>>,
    /// For each sum, the convolution that computes it.
    pub(super) summing: Vec<Option<usize>>,
    /// For each convolution, the pool behind it, and the activation between.
    pub(super) pool: Vec<Option<(usize, Option<usize>)>>,
    /// For each layer that selects channels of others that do, what it selects in all.
    pub(super) selection: Vec<Option<Selection>>,
}

/// What inference computes together.
pub(super) fn merges(
    net: &Net,
    live: &[bool],
    merge: bool,
    outputs: impl Iterator<Item = ValueId>,
) -> Merges {
    let n = net.nodes.len();
    let mut merges = Merges {
        absorbed: vec![false; n],
        norm: vec![None; n],
        sum: vec![None; n],
        summing: vec![None; n],
        pool: vec![None; n],
        selection: vec![None; n],
    };
    if !merge {
        return merges;
    }
    let outputs: Vec<ValueId> = outputs.collect();
    let (selected, selection) = selections(net, live, &outputs);
    (merges.absorbed, merges.selection) = (selected, selection);
    let mut readers = vec![0; net.values.len()];
    let mut reader = vec![None; net.values.len()];
    for (i, node) in net.nodes.iter().enumerate().filter(|(i, _)| live[*i]) {
        for &v in &node.inputs {
            readers[v] += 1;
            reader[v] = Some(i);
        }
    }
    outputs.iter().for_each(|&v| readers[v] += 2);
    let kernel = |i: usize| match &net.nodes[i].layer.body {
        Body::Kernel(kernel) => Some(kernel),
        _ => None,
    };
    let only_reader = |v: ValueId| reader[v].filter(|_| readers[v] == 1);
    for i in 0..n {
        let merging = |k: &Kernel| k.blocked.as_ref().is_some_and(|b| b.merges.is_some());
        if !live[i] || !kernel(i).is_some_and(|k| merging(k)) {
            continue;
        }
        let mut last = i;
        if let Some(norm) = only_reader(net.nodes[i].output)
            && kernel(norm).is_some_and(|k| k.norm.is_some())
        {
            merges.norm[i] = Some(norm);
            merges.absorbed[norm] = true;
            last = norm;
        }
        let value = net.nodes[last].output;
        if let Some(sum) = only_reader(value)
            && kernel(sum).is_some_and(|k| k.passes_gradient)
            && let [a, b] = net.nodes[sum].inputs[..]
            && a != b
        {
            // The later of two convolutions takes the sum.
            if let Some(earlier) = merges.summing[sum].replace(i) {
                merges.sum[earlier] = None;
                merges.absorbed[earlier] = false;
            }
            merges.sum[i] = Some((sum, if a == value { b } else { a }));
            merges.absorbed[i] = true;
            merges.absorbed[sum] = true;
        }
    }
    for i in (0..n).filter(|&i| live[i]) {
        let pooling = |k: &Kernel| k.blocked.as_ref()?.merges.as_ref()?.pooled.clone();
        if merges.sum[i].is_some() || kernel(i).and_then(|k| pooling(k)).is_none() {
            continue;
        }
        let activation = |v: ValueId| {
            only_reader(v).filter(|&a| matches!(net.nodes[a].layer.body, Body::Activation(_)))
        };
        let value = net.nodes[merges.norm[i].unwrap_or(i)].output;
        let between = activation(value);
        let value = between.map_or(value, |a| net.nodes[a].output);
        if let Some(pool) = only_reader(value)
            && kernel(pool).is_some_and(|k| k.blocked.as_ref().is_some_and(|b| b.pools.is_some()))
            && net.nodes[pool].indices.is_none()
            // An activation behind a pool is better off in the pool.
            && activation(net.nodes[pool].output).is_none()
        {
            merges.pool[i] = Some((pool, between));
            merges.absorbed[pool] = true;
            between.into_iter().for_each(|a| merges.absorbed[a] = true);
        }
    }
    merges
}
