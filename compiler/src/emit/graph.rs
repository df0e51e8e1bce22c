//! The graph of a network as constants: text that is read where a constant needs it (see
//! [`cnn_ir::code`]), and numbers.

use super::{own, shape};
use crate::net::Net;
use crate::text::{list, tokens};
use cnn_ir::code::{self, List, Written};
use cnn_ir::{Graph, Op};
use proc_macro2::TokenStream;

/// What describes a network, but for its outputs' shapes: items of its implementation of `Describe`.
pub(super) fn constants(net: &Net) -> TokenStream {
    net.with_graph(|graph| {
        let Graph { name, .. } = graph;
        let lengths = list(lists(&code::write(graph)).map(|(_, written)| written.len));
        tokens(&format!(
            "const GRAPH: rt::ir::Graph<'static> = rt::ir::code::graph::<Self, {lengths}>();
            const NAME: &'static str = {name:?};
            {}
            __cnn_rt::lists!(__Network {});",
            sums(graph),
            read_lengths(graph)
        ))
    })
}

/// The graph as text. Of users' own layers, what only rustc knows is joined in.
pub(super) fn code(net: &Net) -> TokenStream {
    net.with_graph(|graph| {
        let Graph { name, inputs, .. } = graph;
        let written = code::write(graph);
        let texts = list(lists(&written).map(|(name, list)| format!("{name}: {:?}", list.text)));
        let inputs = list(inputs.iter().map(|&s| shape(s)));
        let own = list((0..own::layers(net).count()).map(own::constant));
        tokens(&format!(
            "rt::ir::code::Code {{ name: {name:?}, inputs: &[{inputs}], {texts}, own: &[{own}] }}"
        ))
    })
}

/// The lists in the order in which their lengths are given.
fn lists(written: &Written) -> [(&'static str, &List); 10] {
    [
        ("dims", &written.dims),
        ("channels", &written.channels),
        ("rows", &written.rows),
        ("sources", &written.sources),
        ("tensors", &written.tensors),
        ("operations", &written.operations),
        ("nodes", &written.nodes),
        ("outputs", &written.outputs),
        ("labels", &written.labels),
        ("blocks", &written.blocks),
    ]
}

/// Numbers that a network is often asked for: an assertion of them reads no graph, unless there are layers
/// that only rustc knows.
fn sums(graph: &Graph<'_>) -> String {
    if has_own(graph) {
        return String::new();
    }
    let mut evaluated = vec![false; graph.nodes.len()];
    graph.find_evaluated(&mut evaluated);
    let parameters: usize = graph.nodes.iter().map(|n| n.parameters()).sum();
    let counted = (0..evaluated.len()).filter(|&i| evaluated[i]);
    let macs: u64 = counted.map(|i| graph.macs(i)).sum();
    format!("const PARAMETERS: usize = {parameters}; const MACS: u64 = {macs};")
}

/// How long the lists are that are read from it; for the same reason they are numbers.
fn read_lengths(graph: &Graph<'_>) -> String {
    if has_own(graph) {
        return String::new();
    }
    let Graph { nodes, outputs, labels, .. } = graph;
    let (layers, outputs, labels) = (nodes.len(), outputs.len(), labels.len());
    let tensors = nodes.iter().flat_map(|n| n.tensors.iter().map(|t| (n.path, t.name)));
    let bytes = tensors.clone().filter(|(_, name)| !name.is_empty());
    let bytes: usize = bytes.map(|(path, name)| path.len() + 1 + name.len()).sum();
    format!(", {layers}, {outputs}, {labels}, {}, {bytes}", tensors.count())
}

fn has_own(graph: &Graph<'_>) -> bool {
    graph.nodes.iter().any(|n| matches!(n.op, Op::Custom { .. }))
}
