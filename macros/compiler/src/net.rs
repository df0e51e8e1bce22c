//! The network: a graph of layers whose shapes are known.

use crate::layers::{Body, Field, Layer, Role};
use crate::report::Area;
use crate::shape::Shape;
use std::borrow::Cow;

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
}

/// Something that flows from layer to layer.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its shape for one image.
    pub shape: Shape,
    /// What one of its positions sees of the input.
    pub field: Receptive,
}

/// The receptive field of a value's positions, in input pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receptive {
    /// Rows and columns seen.
    pub size: [usize; 2],
    /// Input pixels from one position to the next.
    pub jump: [usize; 2],
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

impl Receptive {
    /// The field of an input pixel.
    pub const PIXEL: Self = Self { size: [1, 1], jump: [1, 1] };

    /// The field behind a layer, given those of its inputs.
    pub fn behind(inputs: &[Self], field: Field, image: [usize; 2]) -> Self {
        let widest = |d: usize| inputs.iter().map(|r| r.size[d]).max().unwrap_or(1);
        let jump = |d: usize| inputs.iter().map(|r| r.jump[d]).max().unwrap_or(1);
        match field {
            Field::Everything => {
                Self { size: [0, 1].map(|d| widest(d).max(image[d])), jump: [0, 1].map(jump) }
            }
            Field::Finer { factor, reach, .. } => Self {
                size: [0, 1]
                    .map(|d| widest(d).saturating_add((reach[d] - 1).saturating_mul(jump(d)))),
                jump: [0, 1].map(|d| jump(d).div_ceil(factor[d])),
            },
            Field::Window(w) => Self {
                size: [0, 1]
                    .map(|d| widest(d).saturating_add((w.reach(d) - 1).saturating_mul(jump(d)))),
                jump: [0, 1].map(|d| jump(d).saturating_mul(w.stride[d])),
            },
        }
    }
}

impl Node {
    /// Trainable parameters.
    pub fn parameters(&self) -> usize {
        self.layer.params.iter().filter(|p| p.role == Role::Trainable).map(|p| p.len()).sum()
    }
}

impl Net {
    /// Trainable parameters.
    pub fn parameters(&self) -> usize {
        self.nodes.iter().map(Node::parameters).sum()
    }

    /// Multiply–adds of one image in evaluation.
    pub fn macs(&self) -> u64 {
        let outputs = self.outputs.iter().filter(|o| !o.train).map(|o| o.value);
        let needed = self.needed_for(outputs);
        self.nodes.iter().zip(needed).filter(|(_, needed)| *needed).map(|(n, _)| n.layer.macs).sum()
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
