//! A network as a drawing: boxes for layers, frames for the blocks that they were written in.
//!
//! ```text
//! GRAPH → picture (boxes, frames) → layout (ranks, places) → SVG
//!                                                         → DOT
//! ```

mod dot;
mod layout;
mod level;
mod picture;
mod place;
mod svg;

use crate::describe::{Describe, LayerInfo};
use cnn_ir as ir;
use picture::Picture;

/// A network to be drawn: [`Graph::svg`] is the drawing, [`Graph::dot`] the graph for Graphviz.
///
/// A box is a layer with the normalizations and activations after it, a frame a block. Copies of a block
/// that are alike are one frame with their number; the shapes stand at the edges.
#[derive(Clone, Copy, Debug)]
pub struct Graph {
    pub(super) network: ir::Graph<'static>,
    /// What the layers cost and see.
    pub(super) layers: &'static [LayerInfo],
}

impl Graph {
    /// The graph of a network.
    pub fn of<N: Describe>() -> Self {
        Self { network: N::GRAPH, layers: N::LAYERS }
    }

    /// The drawing as an SVG file, which browsers show, with the costs of a layer where the pointer rests
    /// on it.
    pub fn svg(&self) -> String {
        svg::draw(&Picture::of(self))
    }

    /// The graph in the language of Graphviz: `dot -Tsvg`.
    pub fn dot(&self) -> String {
        dot::write(&Picture::of(self))
    }
}
