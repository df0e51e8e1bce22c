//! An ONNX file → a network of the language's operations.
//!
//! Nodes are read in their order. What only moves axes becomes a `view` of a value, what only calculates shapes
//! or constants is calculated; the rest becomes layers. Whatever can't be is a [`Problem`] that names the node, and all
//! of them are found in one reading.

mod build;
mod finish;
mod graph;
mod images;
mod names;
mod network;
mod node;
mod ops;
mod read;
mod value;
mod view;

pub(crate) use names::plain;
pub use network::{Layer, Network, Problem, Request};
pub use read::{ELEMENTS, MOST_NODES};

/// Reads a file.
///
/// # Errors
/// All that is wrong with it, and all of its nodes that the language can't express.
pub fn read(path: &std::path::Path, request: &Request) -> Result<Network, Vec<Problem>> {
    let file = read::File::open(path).map_err(|problem| vec![problem])?;
    graph::network(&file, request)
}
