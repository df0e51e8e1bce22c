//! Inference leaves out what matters in training only and what changes nothing.

use super::{Graph, NodeId, Outcome, Plans, Rewrite, Rule, Stage};

pub(super) const RULE: Rule = Rule {
    name: "idle",
    stage: Stage::Layers,
    plans: Plans::Inference,
    rewrite: Rewrite::Each(rewrite),
};

fn rewrite(graph: &mut Graph<'_>, i: NodeId) -> Outcome {
    let node = &graph.nodes[i];
    let (op, input, output) = (node.op()?, node.inputs[0], node.output);
    let shape = graph.shape(input);
    let same = op.is_view(shape) && shape == graph.shape(output);
    (same || op.trains_only()).then(|| {
        graph.replace(output, input);
        graph.remove(i);
        Ok(())
    })
}
