//! What a struct's documentation says of its network.

use crate::net::Net;
use cnn_ir::grouped;
use proc_macro2::TokenStream;

/// The documentation of the struct: what it takes and gives in a line, and the table.
pub fn rustdoc(net: &Net, facade: &TokenStream) -> String {
    let facade = facade.to_string().replace(' ', "");
    let shapes = |values: &mut dyn Iterator<Item = usize>| {
        let texts: Vec<String> =
            values.map(|v| net.shape(v).to_string().replace('x', "×")).collect();
        texts.join(", ")
    };
    let inputs = shapes(&mut net.inputs.iter().copied());
    let outputs = shapes(&mut net.outputs.iter().filter(|o| !o.train).map(|o| o.value));
    // Those of a user's own layers only rustc knows.
    let own = (0..net.nodes.len()).any(|i| net.own_number(i).is_some());
    format!(
        "\n\n{inputs} → {outputs}, with {} parameters{} and {} multiply–adds an image. \
        Its methods are those of [`Network`](trait@{facade}::Network); \
        its layers are described in [`cnn::layers`](mod@{facade}::layers).\n\n```text\n{}```",
        grouped(net.parameters() as u64),
        if own { " beside those of its custom layers" } else { "" },
        grouped(net.macs()),
        net.with_graph(|graph| graph.table()),
    )
}
