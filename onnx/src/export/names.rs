//! What values and nodes are called.

use cnn_ir::{Graph, Node, Source};
use std::collections::HashSet;

/// Names that are taken.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The name, or, where it is taken, the first like it that is not.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while !self.0.insert(name.clone()) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        name
    }

    /// Whether the name is taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// A name that somebody else gives.
    pub(super) fn keep(&mut self, name: String) {
        self.0.insert(name);
    }
}

/// The path of a tensor in the `state_dict`.
pub(super) fn tensor(node: &Node<'_>, name: &str) -> String {
    if name.is_empty() { node.path.to_owned() } else { format!("{}.{name}", node.path) }
}

/// A layer's name: its path, with its keyword where the path ends in a number.
pub(super) fn layer(node: &Node<'_>) -> String {
    let last = node.path.rsplit('.').next().unwrap_or_default();
    if !last.is_empty() && !last.bytes().all(|byte| byte.is_ascii_digit()) {
        return node.path.to_owned();
    }
    let dot = if node.path.is_empty() { "" } else { "." };
    format!("{}{dot}{}", node.path, node.op.keyword())
}

/// The label of a value: of several, the one of the outermost level.
pub(super) fn label<'a>(graph: &Graph<'a>, is: impl Fn(Source) -> bool) -> Option<&'a str> {
    let labels = graph.labels.iter().filter(|label| is(label.source));
    labels.map(|label| label.path).min_by_key(|path| path.matches('.').count())
}
