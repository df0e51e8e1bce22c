//! The constants of a network, through functions.
//!
//! rustc evaluates a constant that borrows what a function gives, or that is another constant of a known type,
//! even where nobody reads it. A constant that is what a generic function gives, it evaluates only where
//! somebody does.
#![allow(non_snake_case)]

use super::read;
use super::{Describe, LayerInfo, TensorSpec};
use cnn_ir::Shape;

crate::constants!(pub, late);

/// The layers of a network, of which there are `N`.
pub const fn layers<D: Describe, const N: usize>() -> &'static [LayerInfo] {
    const { &read::layer_list::<N>(&D::GRAPH) }
}

/// For each of its `N` outputs, the layer that gives it.
pub const fn output_layers<D: Describe, const N: usize>() -> &'static [usize] {
    const { &read::output_layers::<N>(&D::GRAPH) }
}

/// Path and offset of each of its `N` tensors, whose paths have `BYTES` bytes together.
pub const fn places<D: Describe, const N: usize, const BYTES: usize>()
-> &'static [(&'static str, usize)] {
    const { &read::places::<N>(&D::GRAPH, const { &read::paths::<BYTES>(&D::GRAPH) }) }
}

/// Its `N` tensors.
pub const fn tensors<D: Describe, const N: usize>() -> &'static [TensorSpec] {
    const { &read::tensors::<N>(&D::GRAPH, D::PLACES) }
}

/// Its `N` labels.
pub const fn labels<D: Describe, const N: usize>() -> &'static [(&'static str, Shape)] {
    const { &read::label_list::<N>(&D::GRAPH) }
}
