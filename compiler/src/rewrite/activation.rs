//! An activation with the kernel before it.

use super::{Graph, NodeId, Outcome, Plans, Rewrite, Rule, Stage, Work};

pub(super) const RULE: Rule = Rule {
    name: "activation",
    stage: Stage::Kernels,
    plans: Plans::All,
    rewrite: Rewrite::Each(rewrite),
};

fn rewrite(graph: &mut Graph<'_>, i: NodeId) -> Outcome {
    let node = &graph.nodes[i];
    let activation = node.activation()?;
    let (mut value, part) = (node.inputs[0], graph.values[node.output].part);
    if graph.values[value].part != part {
        return Some(Err("the result belongs elsewhere in memory"));
    }
    // After a view, these are the same numbers.
    let kernel = loop {
        if graph.only_use(value).is_none() {
            return Some(Err("something else reads the kernel's result"));
        }
        match graph.def(value) {
            None => return Some(Err("its input is the network's")),
            Some(def) if graph.nodes[def].work == Work::View => value = graph.nodes[def].inputs[0],
            Some(def) => break def,
        }
    };
    let Some(call) = &graph.nodes[kernel].call else {
        return Some(Err("its input is no kernel's"));
    };
    // Its results and its input lie side by side: they are found anew where the gradient needs them.
    let through = graph.training && value == node.inputs[0] && call.spec.finds_results();
    if graph.training && activation.reads_input() && !through {
        return Some(Err("backward reads its input"));
    }
    if graph.training && call.chosen.reads_output {
        return Some(Err("backward reads the kernel's own result"));
    }
    let layers = graph.nodes[i].layers.clone();
    graph.nodes[kernel].layers.extend(layers);
    graph.nodes[kernel].epilogue.activation = Some(activation);
    graph.nodes[kernel].through = through;
    graph.nodes[i].merged = true;
    Some(Ok(()))
}
