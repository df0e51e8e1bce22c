//! A batch norm with the convolution before it: its factors go into the weights (Jacob et al., 2018).

use super::{Graph, NodeId, Outcome, Plans, Rewrite, Rule, Stage};
use cnn_ir::Op;

pub(super) const RULE: Rule = Rule {
    name: "norm",
    stage: Stage::Layers,
    plans: Plans::Blocks,
    rewrite: Rewrite::Each(rewrite),
};

fn rewrite(graph: &mut Graph<'_>, i: NodeId) -> Outcome {
    let node = &graph.nodes[i];
    let Some(Op::BatchNorm { norm, .. }) = node.op() else { return None };
    let (eps, input, output) = (norm.eps, node.inputs[0], node.output);
    let Some(conv) = graph.def(input).filter(|&conv| graph.nodes[conv].convolves()) else {
        return Some(Err("its input is no convolution's"));
    };
    if graph.nodes[conv].epilogue.norm.is_some() {
        return Some(Err("the convolution has a batch norm already"));
    }
    if graph.only_use(input).is_none() {
        return Some(Err("something else reads the convolution's result"));
    }
    let layers = std::mem::take(&mut graph.nodes[i].layers);
    graph.remove(i);
    graph.redirect(conv, output);
    graph.nodes[conv].epilogue.norm = Some(eps);
    graph.nodes[conv].layers.extend(layers);
    Some(Ok(()))
}
