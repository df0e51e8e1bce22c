//! What a network is, as data: operations with typed attributes, and the graph that they make.
//!
//! The compiler makes such a graph of a network's text, and every generated network carries it as a
//! constant. Whatever describes, draws or exports a network reads it here; nothing here computes.
//!
//! Everything is `Copy`, borrows what has a length, and can be made and read in constants.
#![no_std]

#[cfg(test)]
extern crate std;

#[cfg(feature = "alloc")]
extern crate alloc;

mod activation;
mod element;
mod field;
#[doc(hidden)]
pub mod file;
mod graph;
mod interpolation;
#[doc(hidden)]
pub mod make;
mod op;
mod real;
mod shape;
#[cfg(feature = "alloc")]
mod table;
mod tensor;
mod text;
mod window;

pub use activation::Activation;
#[doc(hidden)]
pub use element::{Element, NoCount};
pub use field::{Field, Jump, Receptive, gcd};
pub use graph::{Block, Graph, Label, Node, Output, Source};
pub use interpolation::Interpolation;
pub use op::{Border, Convolution, Deconvolution, LocalResponse, Norm, Op, Over, Table, Target};
pub use real::Real;
pub use shape::Shape;
#[cfg(feature = "alloc")]
pub use table::grouped;
pub use tensor::{Init, Role, Tensor};
pub use window::{Rounding, Window};
