//! Graphs as text: what the compiler writes for every network.
//!
//! A graph as a Rust expression takes rustc longer than the whole rest of the network: each number of it is
//! a token, an expression with a type to infer, an operand to check for borrows. A string costs nothing
//! before somebody reads the graph, which happens in a constant.
//!
//! There is one text for each kind of list that a graph is made of. What refers to a list says where it
//! starts and how long it is, so that equal lists – the tensors of layers that are alike – are written once.
//! Numbers end with a space; a string follows its length.

mod graph;
mod read;
mod table;
#[cfg(feature = "alloc")]
mod write;

pub use graph::{Code, Coded, graph};
pub use read::Own;
#[cfg(feature = "alloc")]
pub use write::{List, Written, write};

/// An operation and its text.
type Operation<'a> = (crate::op::Op<'a>, &'a str);
