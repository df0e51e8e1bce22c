//! Rewriting: what one kernel can do with another's result, or what need not be done at all.
//!
//! A rule is a file with a pattern, a guard that says why not, and a rewrite. All rules stand in one list
//! in the order in which they are tried, each once at every node.

mod activation;
mod border;
mod concat;
mod graph;
mod idle;
mod norm;
mod selection;
mod sum;

use crate::plan::Layout;

pub use graph::{Call, Graph, Node, NodeId, Note, Work};

/// The rules in order.
pub static RULES: [Rule; 7] = [
    idle::RULE,
    selection::RULE,
    norm::RULE,
    sum::RULE,
    border::RULE,
    concat::RULE,
    activation::RULE,
];

/// A rewrite.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// When it is tried.
    stage: Stage,
    /// In which plans.
    plans: Plans,
    rewrite: Rewrite,
}

/// What is known of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its layers.
    Layers,
    /// The forms of its values, too.
    Forms,
    /// Their halos and parts and the kernels, too.
    Kernels,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plans {
    All,
    Inference,
    /// Inference in blocks of channels.
    Blocks,
}

/// What a rule does with a node: none where its pattern is not there; why it is not rewritten.
type Outcome = Option<Result<(), &'static str>>;

enum Rewrite {
    Each(fn(&mut Graph<'_>, NodeId) -> Outcome),
    /// Of the graph as a whole.
    Whole(fn(&mut Graph<'_>)),
}

/// Tries the rules of a stage.
pub fn rewrite(graph: &mut Graph<'_>, stage: Stage) {
    let serves = |rule: &&Rule| {
        rule.stage == stage
            && match rule.plans {
                Plans::All => true,
                Plans::Inference => !graph.training,
                Plans::Blocks => !graph.training && graph.layout == Layout::Blocked,
            }
    };
    let rules: Vec<&Rule> = RULES.iter().filter(serves).collect();
    for rule in rules {
        match rule.rewrite {
            Rewrite::Whole(rewrite) => rewrite(graph),
            Rewrite::Each(rewrite) => {
                for node in 0..graph.nodes.len() {
                    if !graph.nodes[node].live {
                        continue;
                    }
                    let layer = graph.nodes[node].layers.last().copied();
                    if let Some(outcome) = rewrite(graph, node) {
                        graph.note(rule.name, layer, outcome);
                    }
                }
            }
        }
    }
}

impl Graph<'_> {
    fn note(
        &mut self,
        rule: &'static str,
        layer: Option<usize>,
        outcome: Result<(), &'static str>,
    ) {
        if let Some(layer) = layer {
            self.notes.push(Note { rule, layer, refused: outcome.err() });
        }
    }
}
