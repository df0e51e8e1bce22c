//! The network: a graph of layers whose shapes are known.

use crate::layers::Layer;
use crate::param::Param;
use crate::report::Area;
use cnn_ir::{Field, Graph, Receptive, Role, Shape, Source, Tensor};
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
    /// Bytes of the second cache of a core that plans are made for.
    pub cache: usize,
}

/// Bytes of the second cache where a network does not say: cores of servers have one or two MiB, others a
/// half or more.
pub const CACHE: usize = 1 << 20;

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
}

/// A layer in its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its path, as PyTorch would name the module.
    pub path: String,
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

    /// The name of one of its tensors in the `state_dict`.
    pub fn tensor(&self, param: &Param) -> String {
        match param.name {
            "" => self.path.clone(),
            name => format!("{}.{name}", self.path),
        }
    }

    /// The layer in short, with what its window does beyond the usual: `conv 7x7 /2 pad 3`.
    pub fn text(&self) -> String {
        format!("{:#}", self.layer.op)
    }
}

impl Net {
    /// Which of the users' own layers a node is.
    pub fn own_number(&self, node: usize) -> Option<usize> {
        let own = |n: &Node| n.layer.own.is_some();
        own(&self.nodes[node]).then(|| self.nodes[..node].iter().filter(|n| own(n)).count())
    }

    /// Shape of a value.
    pub fn shape(&self, value: ValueId) -> Shape {
        self.values[value].shape
    }

    /// Shape of a layer's first input.
    pub fn input_shape(&self, node: &Node) -> Shape {
        self.shape(node.inputs[0])
    }

    /// Whether a layer gives the numbers that it gets, under the same or another shape.
    pub fn is_view(&self, node: &Node) -> bool {
        node.layer.op.is_view(self.input_shape(node))
    }

    /// Whether inference leaves a layer out, because it only matters in training or changes nothing.
    pub fn is_idle(&self, node: &Node) -> bool {
        let unchanged = self.is_view(node) && self.input_shape(node) == node.layer.output;
        unchanged || node.layer.op.trains_only()
    }

    /// Which positions of its input a position of a layer's output sees.
    pub fn field(&self, node: &Node) -> Field {
        node.layer.op.field(self.input_shape(node), node.layer.output)
    }

    /// Multiply–adds of a layer for one image, without those of a user's own.
    pub fn layer_macs(&self, node: &Node) -> u64 {
        node.layer.op.macs(self.input_shape(node), node.layer.output)
    }

    /// Bytes of a layer's output for one image; none for the same numbers under another shape.
    pub fn memory(&self, node: &Node) -> usize {
        if self.is_view(node) { 0 } else { 4 * node.layer.output.len() }
    }

    /// Trainable parameters, without those of users' own layers.
    pub fn parameters(&self) -> usize {
        self.nodes.iter().map(Node::parameters).sum()
    }

    /// Multiply–adds of one image in evaluation, without those of users' own layers.
    pub fn macs(&self) -> u64 {
        let evaluated = self.evaluated();
        let nodes = self.nodes.iter().zip(evaluated).filter(|(_, evaluated)| *evaluated);
        nodes.map(|(n, _)| self.layer_macs(n)).sum()
    }

    /// For each node, whether an output of evaluation depends on it.
    pub fn evaluated(&self) -> Vec<bool> {
        let mut evaluated = vec![false; self.nodes.len()];
        self.with_bare_graph(|graph| graph.find_evaluated(&mut evaluated));
        evaluated
    }

    /// For each node, what a position of its output sees of the network's inputs.
    pub fn receptive_fields(&self) -> Vec<Receptive> {
        let mut fields = vec![Receptive::PIXEL; self.nodes.len()];
        self.with_bare_graph(|graph| graph.find_receptive_fields(&mut fields));
        fields
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

    /// Where each value comes from; the places of a pool's maxima come from the pool.
    pub fn sources(&self) -> Vec<Source> {
        let mut sources = vec![Source::Input(0); self.values.len()];
        for (i, &v) in self.inputs.iter().enumerate() {
            sources[v] = Source::Input(i);
        }
        for (i, node) in self.nodes.iter().enumerate() {
            for v in [Some(node.output), node.indices].into_iter().flatten() {
                sources[v] = Source::Layer(i);
            }
        }
        sources
    }

    /// The network as a graph that borrows from it, without texts, tensors, labels and blocks.
    fn with_bare_graph<R>(&self, read: impl FnOnce(&Graph<'_>) -> R) -> R {
        self.graph(&self.sources(), |_| ("", &[]), read)
    }

    /// The graph of the layers, each with this text and these tensors.
    pub(crate) fn graph<'a, R>(
        &'a self,
        sources: &[Source],
        described: impl Fn(usize) -> (&'a str, &'a [Tensor<'a>]),
        read: impl FnOnce(&Graph<'_>) -> R,
    ) -> R {
        let shapes: Vec<Shape> = self.inputs.iter().map(|&v| self.shape(v)).collect();
        let inputs: Vec<Vec<Source>> =
            self.nodes.iter().map(|n| n.inputs.iter().map(|&v| sources[v]).collect()).collect();
        let node = |(i, node): (usize, &'a Node)| {
            let (text, tensors) = described(i);
            let Layer { op, output, .. } = node.layer;
            cnn_ir::Node { path: &node.path, op, text, inputs: &inputs[i], output, tensors }
        };
        let nodes: Vec<cnn_ir::Node<'_>> = self.nodes.iter().enumerate().map(node).collect();
        let output = |output: &Output| match sources[output.value] {
            Source::Layer(layer) => cnn_ir::Output { layer, training_only: output.train },
            Source::Input(_) => unreachable!("an input that is an output is refused"),
        };
        let outputs: Vec<cnn_ir::Output> = self.outputs.iter().map(output).collect();
        read(&Graph {
            name: &self.name,
            inputs: &shapes,
            nodes: &nodes,
            outputs: &outputs,
            labels: &[],
            blocks: &[],
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_image_is_as_large_as_the_inputs_so_far() {
        let text = "struct Net< a: 1x4x4 -> global_avgpool -> flatten -> dense(2);
            b: 2x8x8 -> global_avgpool -> flatten -> dense(2); add(a | b) -> relu >;";
        let nets = crate::compile(text).unwrap_or_else(|errors| panic!("{errors:?}"));
        let sizes: Vec<_> = nets[0].receptive_fields().iter().map(|r| r.size[0]).collect();
        assert_eq!(sizes, [4, 4, 4, 8, 8, 8, 8, 8]);
    }

    /// As where it is written without a splice: places alone are no use of a pool.
    #[test]
    fn a_spliced_network_keeps_the_pool_whose_places_are_read() {
        let text = "struct Inner< 4x8x8 -> x: relu -> p: maxpool(2) -> a: conv(2, 1x1);
            u: x -> conv(4, 1x1, stride=2) -> unpool(p) => u, train a >;
            struct Outer< 4x8x8 -> net(Inner => 4x8x8) -> conv(1, 1x1) >;";
        let errors = crate::compile(text).expect_err("a pool without use");
        assert!(errors[0].text.starts_with("nothing uses the result of this layer, 4x4x4"));
    }
}
