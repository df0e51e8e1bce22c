//! The network: a graph of layers whose shapes are known.

use crate::layers::{Body, Field, Layer, Role};
pub use crate::receptive::Receptive;
use crate::report::Area;
use crate::shape::Shape;
use crate::window::Window;
use std::borrow::Cow;
use std::ops::Range;

/// Index of a value in [`Net::values`].
pub type ValueId = usize;

/// A network without a mistake in it.
#[derive(Clone, Debug)]
pub struct Net {
    /// The name of the struct.
    pub name: String,
    /// The inputs, with their chain's name if they have one.
    pub inputs: Vec<ValueId>,
    /// Everything that flows.
    pub values: Vec<Value>,
    /// The layers in an order in which each comes after its inputs.
    pub nodes: Vec<Node>,
    /// What the network gives.
    pub outputs: Vec<Output>,
    /// What can be tapped.
    pub labels: Vec<Label>,
    /// The pieces that the network was written in, each after the one around it.
    pub pieces: Vec<Piece>,
}

/// A stretch of layers that were written as one piece: a call of a block, a copy of a repetition, or a
/// labeled group.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The block's name, or the label; empty for a copy of a group.
    pub name: String,
    /// Its level of the parameter path, where it opens one.
    pub path: String,
    /// Its layers.
    pub nodes: Range<usize>,
}

/// Something that flows from layer to layer.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its shape for one image.
    pub shape: Shape,
    /// What one of its positions sees of the input.
    pub field: Receptive,
}

/// A layer in its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its path, as PyTorch would name the module.
    pub path: String,
    /// Its keyword.
    pub keyword: &'static str,
    /// What it computes.
    pub layer: Layer,
    /// Its inputs.
    pub inputs: Vec<ValueId>,
    /// Its output.
    pub output: ValueId,
    /// The value that holds the places of its maxima, where an `unpool` reads them.
    pub indices: Option<ValueId>,
    /// Which copy of a block or repetition it belongs to.
    pub instance: Option<usize>,
    /// Where it is written.
    pub area: Area,
}

/// An output of the network.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// The value.
    pub value: ValueId,
    /// Whether it exists in training only.
    pub train: bool,
}

/// A label that can be tapped.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its path.
    pub path: String,
    /// The value that it names.
    pub value: ValueId,
}

impl Node {
    /// Trainable parameters.
    pub fn parameters(&self) -> usize {
        self.layer.params.iter().filter(|p| p.role == Role::Trainable).map(|p| p.len()).sum()
    }

    /// Bytes of its output for one image; none for the same numbers under another shape.
    pub fn memory(&self) -> usize {
        match self.layer.body {
            Body::View => 0,
            Body::Activation(_) | Body::Kernel(_) => 4 * self.layer.output.len(),
        }
    }

    /// The layer in short, with what its window does beyond the usual: `conv 7x7 /2 pad 3`.
    pub fn text(&self) -> String {
        let mut text = self.layer.text.clone();
        if let Field::Window(Window { kernel: [kh, kw], stride, dilation, pad, .. }) =
            self.layer.field
            && text.ends_with(&format!(" {kh}x{kw}"))
        {
            let pair = |[a, b]: [usize; 2]| {
                if a == b { a.to_string() } else { format!("{a}x{b}") }
            };
            if stride != [1, 1] {
                text.push_str(&format!(" /{}", pair(stride)));
            }
            if dilation != [1, 1] {
                text.push_str(&format!(" dilated {}", pair(dilation)));
            }
            match pad {
                [0, 0, 0, 0] => {}
                [top, bottom, left, right] if top == bottom && left == right => {
                    text.push_str(&format!(" pad {}", pair([top, left])));
                }
                pad => text.push_str(&format!(" pad {pad:?}").replace(['[', ']'], "")),
            }
        }
        text
    }
}

impl Net {
    /// Which of the users' own layers a node is.
    pub fn own_number(&self, node: usize) -> Option<usize> {
        let own = |n: &Node| matches!(&n.layer.body, Body::Kernel(kernel) if kernel.own.is_some());
        own(&self.nodes[node]).then(|| self.nodes[..node].iter().filter(|n| own(n)).count())
    }

    /// Trainable parameters, without those of users' own layers.
    pub fn parameters(&self) -> usize {
        self.nodes.iter().map(Node::parameters).sum()
    }

    /// Multiply–adds of one image in evaluation.
    pub fn macs(&self) -> u64 {
        let evaluated = self.evaluated();
        let nodes = self.nodes.iter().zip(evaluated).filter(|(_, evaluated)| *evaluated);
        nodes.map(|(n, _)| n.layer.macs).sum()
    }

    /// For each node, whether an output of evaluation depends on it.
    pub fn evaluated(&self) -> Vec<bool> {
        self.needed_for(self.outputs.iter().filter(|o| !o.train).map(|o| o.value))
    }

    /// Shape of a value.
    pub fn shape(&self, value: ValueId) -> Shape {
        self.values[value].shape
    }

    /// Whether inference leaves a layer out, because it only matters in training or changes nothing.
    fn idle(&self, node: &Node) -> bool {
        match &node.layer.body {
            Body::View => self.shape(node.inputs[0]) == node.layer.output,
            Body::Activation(_) => false,
            Body::Kernel(kernel) => kernel.inference.is_none(),
        }
    }

    /// The network as inference sees it: what reads the output of a layer that inference leaves
    /// out reads its input instead. Nodes and values keep their numbers.
    pub fn without_idle_layers(&self) -> Cow<'_, Self> {
        let idle: Vec<bool> = self.nodes.iter().map(|n| self.idle(n)).collect();
        if !idle.contains(&true) {
            return Cow::Borrowed(self);
        }
        let mut net = self.clone();
        let mut stands_for: Vec<ValueId> = (0..net.values.len()).collect();
        for (node, idle) in net.nodes.iter_mut().zip(idle) {
            node.inputs.iter_mut().for_each(|v| *v = stands_for[*v]);
            if idle {
                stands_for[node.output] = node.inputs[0];
            }
        }
        net.outputs.iter_mut().for_each(|o| o.value = stands_for[o.value]);
        Cow::Owned(net)
    }

    /// For each node, whether one of the `wanted` values depends on it.
    pub fn needed_for(&self, wanted: impl IntoIterator<Item = ValueId>) -> Vec<bool> {
        let mut values = vec![false; self.values.len()];
        for v in wanted {
            values[v] = true;
        }
        let mut nodes = vec![false; self.nodes.len()];
        for (i, node) in self.nodes.iter().enumerate().rev() {
            if values[node.output] || node.indices.is_some_and(|v| values[v]) {
                nodes[i] = true;
                for &v in &node.inputs {
                    values[v] = true;
                }
            }
        }
        nodes
    }
}
