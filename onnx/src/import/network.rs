//! What a file becomes, and why it doesn't.

use crate::recipe::Step;
use cnn_ir::{Op, Shape, Source};
use std::fmt;
use std::path::PathBuf;

/// What the user says of a file.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Shapes of inputs, channels × height × width or a number of elements; without a name: of the only one.
    pub inputs: Vec<(Option<String>, Shape)>,
}

/// A network as a file describes it.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The file's name for it.
    pub name: String,
    /// The inputs: their names in the file, and the shapes of one image.
    pub inputs: Vec<(String, Shape)>,
    /// The layers in an order in which each comes after its inputs.
    pub layers: Vec<Layer>,
    /// What the network gives: the names in the file.
    pub outputs: Vec<(String, Source)>,
    /// The files that the recipes read, the given one first.
    pub files: Vec<PathBuf>,
}

impl Network {
    /// The shape of a value.
    pub fn shape(&self, source: Source) -> Shape {
        match source {
            Source::Input(i) => self.inputs[i].1,
            Source::Layer(l) => self.layers[l].output,
        }
    }

    /// Adds a layer, and says where its value is.
    pub(super) fn add(&mut self, layer: Layer) -> Source {
        self.layers.push(layer);
        Source::Layer(self.layers.len() - 1)
    }
}

/// A layer that a file describes.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it does.
    pub op: Op<'static>,
    /// Where its inputs come from.
    pub inputs: Vec<Source>,
    /// Shape of its output.
    pub output: Shape,
    /// The tensors' names below the layer's path, and where their numbers come from.
    pub tensors: Vec<(&'static str, Vec<Step>)>,
    /// The path that the file's names suggest; empty if none.
    pub path: Vec<String>,
}

impl Layer {
    /// A layer without tensors, which belongs to no level.
    pub(super) fn plain(op: Op<'static>, inputs: Vec<Source>, output: Shape) -> Self {
        Self { op, inputs, output, tensors: Vec::new(), path: Vec::new() }
    }
}

/// Why a file is no network of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The node, by its name or what it gives, and its operator; none: the file.
    pub node: Option<(String, String)>,
    /// The reason.
    pub reason: String,
}

impl Problem {
    pub(super) fn of_file(reason: impl Into<String>) -> Self {
        Self { node: None, reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, operator)) = &self.node {
            write!(f, "{operator} `{name}`: ")?;
        }
        f.write_str(&self.reason)
    }
}
