//! Layers that do nothing but select channels, one behind the other, as one step: ShuffleNet's
//! concatenation, shuffle and split would copy everything three times.

use crate::layers::{Body, Code, Selects};
use crate::net::{Net, ValueId};
use quote::quote;

/// The most layers that are computed as one.
const LONGEST: usize = 16;

/// What a layer selects through those before it.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    /// The values that it reads in the end.
    pub(super) inputs: Vec<ValueId>,
    /// What the layers behind their concatenation select, one of the other, the last one included.
    steps: Vec<Selects>,
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
    let mut producer = vec![None; net.values.len()];
    for (i, node) in net.nodes.iter().enumerate() {
        producer[node.output] = Some(i);
    }
    let mut joined = vec![false; net.nodes.len()];
    // How many layers one behind the other are joined up to each.
    let mut length = vec![0; net.nodes.len()];
    for i in 0..net.nodes.len() {
        let before = net.nodes[i].inputs.first().and_then(|&v| producer[v]);
        length[i] = 1 + before.filter(|&b| joined[b]).map_or(0, |b| length[b]);
        joined[i] = length[i] < LONGEST && joins(i);
    }
    let selection = |i: usize| {
        let before = |i: usize| producer[net.nodes[i].inputs[0]].filter(|&b| joined[b]);
        // A concatenation is at the start of every chain that it is in.
        let select = selects(i).filter(|&s| s != Selects::All && !joined[i])?;
        let (mut first, mut steps) = (before(i)?, vec![select]);
        loop {
            match selects(first) {
                Some(Selects::All) | None => break,
                Some(select) => steps.insert(0, select),
            }
            let Some(b) = before(first) else { break };
            first = b;
        }
        Some(Selection { inputs: net.nodes[first].inputs.clone(), steps })
    };
    let selection = (0..net.nodes.len()).map(selection).collect();
    (joined, selection)
}

impl Selection {
    /// The kernel.
    pub(super) fn code(&self, net: &Net) -> Code {
        let channels = self.inputs.iter().map(|&v| net.shape(v).channels());
        let [height, width] = net.shape(self.inputs[0]).size();
        let steps = self.steps.iter().map(|step| match step {
            Selects::Shuffled { groups } => quote!(rt::blocked::Select::Shuffled(#groups)),
            Selects::Part { first, count } => quote!(rt::blocked::Select::Part(#first, #count)),
            Selects::All => unreachable!("a concatenation is the start of a chain"),
        });
        Code {
            algorithm: "copy",
            ty: quote!(blocked::Selection),
            args: quote!(&[#(#channels),*], [#height, #width], &[#(#steps),*]),
        }
    }
}
