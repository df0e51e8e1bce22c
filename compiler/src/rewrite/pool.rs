//! A pool with the convolution and the activation before it, so that the convolution's result need not
//! go to memory.

use super::{Graph, Node, NodeId, Outcome, Plans, Rewrite, Rule, Stage};
use crate::plan::{BLOCK, Pooled};
use cnn_ir::Shape;

pub(super) const RULE: Rule = Rule {
    name: "pool",
    stage: Stage::Layers,
    plans: Plans::Blocks,
    rewrite: Rewrite::Each(rewrite),
};

fn rewrite(graph: &mut Graph<'_>, i: NodeId) -> Outcome {
    let node = &graph.nodes[i];
    let (input, output) = (node.inputs[0], node.output);
    let pooled = match Pooled::of(node.op()?, graph.shape(input), graph.shape(output)) {
        Ok(pooled) => pooled,
        Err(why) => return node.op()?.pool().map(|_| Err(why)),
    };
    let between = graph.def(input).filter(|&a| graph.nodes[a].activation().is_some());
    let value = between.map_or(input, |a| graph.nodes[a].inputs[0]);
    let Some(conv) = graph.def(value).filter(|&conv| graph.nodes[conv].convolves()) else {
        return Some(Err("its input is no convolution's"));
    };
    if let Some(why) = refusal(graph, i, [input, value], conv) {
        return Some(Err(why));
    }
    let instance = node.instance;
    for node in between.into_iter().chain([i]) {
        let layers = std::mem::take(&mut graph.nodes[node].layers);
        graph.nodes[conv].layers.extend(layers);
    }
    let activation = between.and_then(|a| graph.nodes[a].activation());
    between.into_iter().chain([i]).for_each(|node| graph.remove(node));
    graph.redirect(conv, output);
    let node = &mut graph.nodes[conv];
    node.instance = instance;
    node.epilogue.activation = activation;
    node.epilogue.pool = Some(pooled);
    Some(Ok(()))
}

fn refusal(
    graph: &Graph<'_>,
    pool: NodeId,
    values: [usize; 2],
    conv: NodeId,
) -> Option<&'static str> {
    let node = &graph.nodes[conv];
    let after = graph.only_use(graph.nodes[pool].output);
    if values.iter().any(|&v| graph.only_use(v).is_none()) {
        Some("something else reads the convolution's result")
    } else if node.epilogue.addend {
        Some("the convolution adds another value")
    } else if graph.nodes[pool].indices.is_some() {
        Some("an `unpool` reads the places of its maxima")
    } else if after.is_some_and(|after| graph.nodes[after].activation().is_some()) {
        Some("an activation after a pool is better off in the pool")
    } else {
        pays(node, graph.shape(node.output))
    }
}

/// Why a pool is not better computed with its convolution, unless it is: where the result would go to
/// memory, and has pixels enough for all threads.
fn pays(node: &Node, output: Shape) -> Option<&'static str> {
    const CACHE: usize = 256 * 1024;
    const PIXELS: usize = 48 * 48;
    let Some(conv) = node.op()?.convolution() else { return Some("the convolution is transposed") };
    let positions = output.positions();
    if conv.groups > 1 || conv.table.is_some() {
        Some("not all filters see all channels")
    } else if positions < PIXELS {
        Some("the image is small")
    } else if positions * conv.filters.next_multiple_of(BLOCK) < CACHE {
        Some("a cache holds the result")
    } else {
        None
    }
}
