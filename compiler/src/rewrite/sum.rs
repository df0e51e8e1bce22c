//! The sum of a residual block with the last convolution of its branches.

use super::{Graph, Node, NodeId, Outcome, Plans, Rewrite, Rule, Stage};
use cnn_ir::Op;

pub(super) const RULE: Rule = Rule {
    name: "sum",
    stage: Stage::Layers,
    plans: Plans::Blocks,
    rewrite: Rewrite::Each(rewrite),
};

fn rewrite(graph: &mut Graph<'_>, i: NodeId) -> Outcome {
    let node = &graph.nodes[i];
    let Some(Op::Add) = node.op() else { return None };
    let [a, b] = node.inputs[..] else { return Some(Err("it is not of two")) };
    if a == b {
        return Some(Err("it is of one value twice"));
    }
    if [a, b].iter().any(|&v| graph.shape(v) != graph.shape(node.output)) {
        return Some(Err("one of them is repeated"));
    }
    let gives = |v| {
        let conv = graph.def(v).filter(|&conv| graph.nodes[conv].convolves());
        conv.filter(|_| graph.only_use(v).is_some())
    };
    let Some((conv, other)) = [(gives(a), b), (gives(b), a)]
        .into_iter()
        .filter_map(|(conv, other)| Some((conv?, other)))
        .max()
    else {
        return Some(Err("neither is the result of a convolution that nothing else reads"));
    };
    // It takes the place of the sum, where both are there.
    let (output, instance) = (node.output, node.instance);
    let mut sum = Node { output, instance, ..graph.nodes[conv].clone() };
    sum.inputs.push(other);
    sum.layers.extend(&graph.nodes[i].layers);
    sum.epilogue.addend = true;
    graph.remove(conv);
    graph.put(i, sum);
    Some(Ok(()))
}
