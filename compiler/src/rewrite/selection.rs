//! Layers that do nothing but select channels, one after the other, as one step: ShuffleNet's
//! concatenation, shuffle and split would copy everything three times.

use super::{Graph, NodeId, Plans, Rewrite, Rule, Stage, Work};
use crate::plan::Select;
use cnn_ir::Op;

pub(super) const RULE: Rule = Rule {
    name: "selection",
    stage: Stage::Layers,
    plans: Plans::Blocks,
    rewrite: Rewrite::Whole(rewrite),
};

/// The most layers that are computed as one.
const LONGEST: usize = 16;

/// What a layer selects of its inputs.
#[derive(Clone, Copy, PartialEq)]
enum Selects {
    /// All that they have.
    All,
    /// Some of it, or in another order.
    Some(Select),
}

fn selects(graph: &Graph<'_>, i: NodeId) -> Option<Selects> {
    let node = &graph.nodes[i];
    let op = node.op().filter(|_| node.live && graph.shape(node.output).is_volume())?;
    match op {
        Op::Concat => Some(Selects::All),
        op => Select::of(op, graph.shape(node.inputs[0])).map(Selects::Some),
    }
}

/// Why a layer is not computed by those that read it, if it is not. A concatenation joins shuffles, and a
/// shuffle joins splits and other shuffles: all its readers, which then copy no more than the layer itself
/// would have.
fn joins(graph: &Graph<'_>, i: NodeId) -> Option<Result<(), &'static str>> {
    use Select::{Part, Shuffled};
    let (own, output) = (selects(graph, i)?, graph.nodes[i].output);
    let fits = |&reader: &NodeId| {
        matches!(
            (own, selects(graph, reader)),
            (Selects::All, Some(Selects::Some(Shuffled { .. })))
                | (
                    Selects::Some(Shuffled { .. }),
                    Some(Selects::Some(Shuffled { .. } | Part { .. }))
                )
        )
    };
    let readers = graph.uses(output);
    let refused = if matches!(own, Selects::Some(Part { .. })) {
        Some("a part is selected last")
    } else if graph.is_output(output) {
        Some("it is an output")
    } else if readers.is_empty() || !readers.iter().all(fits) {
        Some("a layer reads it that does not go on selecting")
    } else {
        None
    };
    Some(refused.map_or(Ok(()), Err))
}

fn rewrite(graph: &mut Graph<'_>) {
    let all = graph.nodes.len();
    let mut joined = vec![false; all];
    // How many layers one after the other are joined up to each.
    let mut length = vec![0; all];
    for i in 0..all {
        let before = first_input(graph, i).filter(|&b| joined[b]);
        length[i] = 1 + before.map_or(0, |b| length[b]);
        let Some(outcome) = joins(graph, i) else { continue };
        let outcome = match outcome {
            Ok(()) if length[i] >= LONGEST => Err("the chain is long enough"),
            outcome => outcome,
        };
        joined[i] = outcome.is_ok();
        graph.note(RULE.name, graph.nodes[i].layers.last().copied(), outcome);
    }
    let chains: Vec<_> = (0..all).filter_map(|i| Some((i, chain(graph, &joined, i)?))).collect();
    for (i, (first, steps)) in chains {
        graph.nodes[i].inputs = graph.nodes[first].inputs.clone();
        graph.nodes[i].work = Work::Select(steps);
    }
    for (node, joined) in graph.nodes.iter_mut().zip(joined) {
        node.live &= !joined;
    }
    graph.count();
}

fn first_input(graph: &Graph<'_>, i: NodeId) -> Option<NodeId> {
    graph.def(*graph.nodes[i].inputs.first()?)
}

/// What the last layer of a chain selects through those before it: the first of them, and the selections
/// in order.
fn chain(graph: &Graph<'_>, joined: &[bool], i: NodeId) -> Option<(NodeId, Vec<Select>)> {
    let before = |i: NodeId| first_input(graph, i).filter(|&b| joined[b]);
    let Some(Selects::Some(select)) = selects(graph, i).filter(|_| !joined[i]) else { return None };
    let (mut first, mut steps) = (before(i)?, vec![select]);
    // A concatenation is at the start of every chain that it is in.
    while let Some(Selects::Some(select)) = selects(graph, first) {
        steps.insert(0, select);
        let Some(b) = before(first) else { break };
        first = b;
    }
    Some((first, steps))
}
