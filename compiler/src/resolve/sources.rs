//! Labels as arguments: which layer they name, and what it keeps for the one that names it.

use super::Resolver;
use crate::layers::Record;
use crate::net::{self, ValueId};
use crate::report::nearest;
use crate::source::Source;
use cnn_ir::Op;
use proc_macro2::Ident;

impl Resolver<'_> {
    /// The layer that a label in an argument names.
    pub(super) fn named(&mut self, record: &'static Record, label: &Ident) -> Option<Source> {
        let name = label.to_string();
        let Some(value) = self.scope.find(&name) else {
            let text = if self.written.contains(&name) {
                format!(
                    "the label `{name}` is not known here: it comes later, or inside another block or level\nhelp: {} takes the label of an earlier layer",
                    record.keyword
                )
            } else {
                let visible = self.scope.visible();
                let help = nearest(&name, visible.iter().map(String::as_str))
                    .map(|near| format!("\nhelp: did you mean `{near}`?"))
                    .unwrap_or_default();
                format!("there is no label called `{name}`{help}")
            };
            self.report.error(label, text);
            return None;
        };
        // Layers' outputs come in order. Without a value there is a mistake before it.
        let value = value?;
        let Some(node) = self.nodes.binary_search_by_key(&value, |n| n.output).ok() else {
            self.report.error(label, format!("`{name}` is an input of the network, not a layer"));
            return None;
        };
        let net::Node { layer, inputs, .. } = &self.nodes[node];
        let window = match layer.op {
            Op::MaxPool(window) => Some(window),
            _ => None,
        };
        let input = self.values[inputs[0]].shape;
        let (text, output) = (layer.op.to_string(), layer.output);
        Some(Source { name, text, input, output, window, node })
    }

    /// The value that holds the places of a layer's maxima.
    pub(super) fn indices_of(&mut self, node: usize) -> ValueId {
        let found = self.nodes[node].indices;
        found.unwrap_or_else(|| {
            let value = self.value(self.nodes[node].layer.output);
            self.nodes[node].indices = Some(value);
            value
        })
    }
}
