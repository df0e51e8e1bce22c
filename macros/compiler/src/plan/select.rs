//! Layers that do nothing but select channels, one behind the other, as one step: ShuffleNet's
//! concatenation, shuffle and split would copy everything three times.

use crate::layers::{Body, Code, Selects};
use crate::net::{Net, ValueId};
use quote::quote;

/// What a layer selects through those before it.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    /// The values that it reads in the end.
    pub(super) inputs: Vec<ValueId>,
    /// The layers behind the concatenation of these, in order, the last one included.
    nodes: Vec<usize>,
}

/// Whether each layer is computed by others that select of what it selects, and what these select.
///
/// A concatenation joins shuffles, and a shuffle joins splits and other shuffles: all its readers,
/// which then copy no more than the layer itself would have.
pub(super) fn selections(
    net: &Net,
    live: &[bool],
    outputs: &[ValueId],
) -> (Vec<bool>, Vec<Option<Selection>>) {
    let selects = |i: usize| match &net.nodes[i].layer.body {
        Body::Kernel(kernel) => kernel.blocked.as_ref()?.selects.filter(|_| live[i]),
        _ => None,
    };
    let mut readers = vec![Vec::new(); net.values.len()];
    for (i, node) in net.nodes.iter().enumerate().filter(|(i, _)| live[*i]) {
        node.inputs.iter().for_each(|&v| readers[v].push(i));
    }
    let joins = |i: usize| {
        let output = net.nodes[i].output;
        let fits = |reader: &usize| {
            matches!(
                (selects(i), selects(*reader)),
                (Some(Selects::All), Some(Selects::Shuffled { .. }))
                    | (
                        Some(Selects::Shuffled { .. }),
                        Some(Selects::Shuffled { .. } | Selects::Part { .. })
                    )
            )
        };
        let all = !readers[output].is_empty() && readers[output].iter().all(fits);
        all && !outputs.contains(&output)
    };
    let joined: Vec<bool> = (0..net.nodes.len()).map(joins).collect();
    let mut producer = vec![None; net.values.len()];
    for (i, node) in net.nodes.iter().enumerate() {
        producer[node.output] = Some(i);
    }
    let selection = |i: usize| {
        let before = |i: usize| producer[net.nodes[i].inputs[0]].filter(|&b| joined[b]);
        // A concatenation is at the start of every chain that it is in.
        if joined[i] || selects(i).is_none_or(|s| s == Selects::All) || before(i).is_none() {
            return None;
        }
        let (mut inputs, mut nodes, mut first) = (net.nodes[i].inputs.clone(), vec![i], i);
        while let Some(b) = before(first) {
            inputs.clone_from(&net.nodes[b].inputs);
            if selects(b) == Some(Selects::All) {
                break;
            }
            nodes.insert(0, b);
            first = b;
        }
        Some(Selection { inputs, nodes })
    };
    let selection = (0..net.nodes.len()).map(selection).collect();
    (joined, selection)
}

impl Selection {
    /// The kernel.
    pub(super) fn code(&self, net: &Net) -> Code {
        let channels = self.inputs.iter().map(|&v| net.shape(v).channels());
        let [height, width] = net.shape(self.inputs[0]).size();
        let step = |&i: &usize| {
            let node = &net.nodes[i];
            let Body::Kernel(kernel) = &node.layer.body else { return quote!() };
            match kernel.blocked.as_ref().and_then(|b| b.selects) {
                Some(Selects::Shuffled { groups }) => {
                    quote!(rt::blocked::Select::Shuffled(#groups))
                }
                Some(Selects::Part { first }) => {
                    let count = node.layer.output.channels();
                    quote!(rt::blocked::Select::Part(#first, #count))
                }
                Some(Selects::All) | None => quote!(),
            }
        };
        let steps = self.nodes.iter().map(step);
        Code {
            algorithm: "copy",
            ty: quote!(blocked::Selection),
            args: quote!(&[#(#channels),*], [#height, #width], &[#(#steps),*]),
        }
    }
}
