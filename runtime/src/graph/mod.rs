//! A network as a drawing: boxes for layers, frames for the blocks that they were written in.
//!
//! ```text
//! LAYERS, BLOCKS → picture (boxes, frames) → layout (ranks, places) → SVG
//!                                          → DOT
//! ```

mod dot;
mod layout;
mod picture;
mod place;
mod svg;

use crate::describe::{BlockInfo, LayerInfo};
use crate::network::Network;
use crate::shape::Shape;
use picture::Picture;

/// A network to be drawn: [`Graph::svg`] is the drawing, [`Graph::dot`] the graph for Graphviz.
///
/// A box is a layer with the normalizations and activations behind it, a frame a block. Copies of a block
/// that are alike are one frame with their number; the shapes stand at the edges.
#[derive(Clone, Copy, Debug)]
pub struct Graph {
    pub(super) name: &'static str,
    pub(super) inputs: &'static [Shape],
    pub(super) layers: &'static [LayerInfo],
    pub(super) blocks: &'static [BlockInfo],
    /// The layers that give the outputs.
    pub(super) outputs: &'static [usize],
}

impl Graph {
    /// The graph of a network.
    pub fn of<N: Network>() -> Self {
        Self {
            name: N::NAME,
            inputs: N::INPUTS,
            layers: N::LAYERS,
            blocks: N::BLOCKS,
            outputs: N::OUTPUT_LAYERS,
        }
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
