//! The graph of a network.

use crate::field::Receptive;
use crate::op::Op;
use crate::shape::Shape;
use crate::tensor::{Role, Tensor};

/// A network: layers in an order in which each comes after its inputs.
///
/// A value is an input of the network or what a layer gives; [`Source`] names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Graph<'a> {
    /// The network's name.
    pub name: &'a str,
    /// Shapes of the inputs of one image.
    pub inputs: &'a [Shape],
    /// The layers.
    pub nodes: &'a [Node<'a>],
    /// What the network gives; outputs that exist in training only come last.
    pub outputs: &'a [Output],
    /// What has a name.
    pub labels: &'a [Label<'a>],
    /// The blocks that the layers were written in, each after the one around it.
    pub blocks: &'a [Block<'a>],
}

/// A layer in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node<'a> {
    /// Its parameter path, as PyTorch would name the module: `layer1.0.conv1`.
    pub path: &'a str,
    /// What it does.
    pub op: Op<'a>,
    /// The operation in short: `conv 7x7 /2 pad 3`, where `/2` is the stride.
    pub text: &'a str,
    /// Where its inputs come from.
    pub inputs: &'a [Source],
    /// Shape of its output.
    pub output: Shape,
    /// Its tensors in the `state_dict`, in order.
    pub tensors: &'a [Tensor<'a>],
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// An input of the network, by its index.
    Input(usize),
    /// A layer, by its index.
    Layer(usize),
}

/// An output of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Output {
    /// The layer that gives it.
    pub layer: usize,
    /// Whether it exists in training only.
    pub training_only: bool,
}

/// A value with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label<'a> {
    /// Its path.
    pub path: &'a str,
    /// The value.
    pub source: Source,
}

/// Layers that were written as one piece – a call of a block, a labeled group, a repetition –, or several
/// copies of them one after the other.
///
/// Copies differ in nothing but their channels – in a dense block, each sees more of them –, in how often
/// `drop_path` drops them, and in the factor of `rescale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Block<'a> {
    /// The block's name, or the label; empty for the copies of a group.
    pub name: &'a str,
    /// The level of the parameter path that the first copy opens: `layer1.0`; empty for none.
    pub path: &'a str,
    /// Index of the first copy's first layer.
    pub first: usize,
    /// Layers of each copy.
    pub layers: usize,
    /// How many copies there are.
    pub times: usize,
}

impl<'a> Block<'a> {
    /// A block, from its fields in order.
    pub const fn new(
        name: &'a str,
        path: &'a str,
        first: usize,
        layers: usize,
        times: usize,
    ) -> Self {
        Self { name, path, first, layers, times }
    }

    /// The layer after the last copy.
    pub const fn end(&self) -> usize {
        self.first + self.layers * self.times
    }
}

impl Node<'_> {
    /// Trainable parameters.
    pub const fn parameters(&self) -> usize {
        let (mut n, mut i) = (0, 0);
        while i < self.tensors.len() {
            if matches!(self.tensors[i].role, Role::Trainable) {
                n += self.tensors[i].len();
            }
            i += 1;
        }
        n
    }
}

impl Graph<'_> {
    /// Shape of a value.
    pub const fn shape(&self, source: Source) -> Shape {
        match source {
            Source::Input(i) => self.inputs[i],
            Source::Layer(i) => self.nodes[i].output,
        }
    }

    /// Where a value's numbers are computed: layers that only pass on those of their first input, under another shape
    /// or in evaluation, are looked through.
    pub const fn computed(&self, source: Source) -> Source {
        let mut at = source;
        while let Source::Layer(i) = at {
            let op = &self.nodes[i].op;
            if !op.is_view(self.input(i)) && !op.trains_only() {
                break;
            }
            at = self.nodes[i].inputs[0];
        }
        at
    }

    /// Shape of a layer's first input.
    pub const fn input(&self, layer: usize) -> Shape {
        self.shape(self.nodes[layer].inputs[0])
    }

    /// Multiply–adds of a layer for one image.
    pub const fn macs(&self, layer: usize) -> u64 {
        let node = &self.nodes[layer];
        node.op.macs(self.input(layer), node.output)
    }

    /// Bytes of a layer's output for one image; none for the same numbers under another shape.
    pub const fn memory(&self, layer: usize) -> usize {
        let node = &self.nodes[layer];
        if node.op.is_view(self.input(layer)) { 0 } else { node.output.len().saturating_mul(4) }
    }

    /// For each of the graph's `N` layers, whether an output of evaluation depends on it.
    pub const fn evaluated<const N: usize>(&self) -> [bool; N] {
        let mut needed = [false; N];
        self.find_evaluated(&mut needed);
        needed
    }

    /// The same in a slice with a place for each layer, all of them `false`.
    pub const fn find_evaluated(&self, needed: &mut [bool]) {
        let mut o = 0;
        while o < self.outputs.len() {
            let output = &self.outputs[o];
            if !output.training_only {
                needed[output.layer] = true;
            }
            o += 1;
        }
        let mut i = needed.len();
        while i > 0 {
            i -= 1;
            let inputs = self.nodes[i].inputs;
            let mut k = 0;
            while k < inputs.len() && needed[i] {
                if let Source::Layer(layer) = inputs[k] {
                    needed[layer] = true;
                }
                k += 1;
            }
        }
    }

    /// For each of the graph's `N` layers, what a position of its output sees of the inputs.
    pub const fn receptive_fields<const N: usize>(&self) -> [Receptive; N] {
        let mut fields = [Receptive::PIXEL; N];
        self.find_receptive_fields(&mut fields);
        fields
    }

    /// The same in a slice with a place for each layer.
    pub const fn find_receptive_fields(&self, fields: &mut [Receptive]) {
        // The largest of the inputs up to those that layers have read so far.
        let (mut image, mut known) = ([1, 1], 0);
        let mut i = 0;
        while i < fields.len() {
            let node = &self.nodes[i];
            let mut seen = Self::field_of(fields, node.inputs[0]);
            let mut k = 0;
            while k < node.inputs.len() {
                if let Source::Input(read) = node.inputs[k] {
                    while known <= read {
                        image = larger(image, self.inputs[known].size());
                        known += 1;
                    }
                }
                seen = seen.and(Self::field_of(fields, node.inputs[k]));
                k += 1;
            }
            fields[i] = seen.after(node.op.field(self.input(i), node.output), image);
            i += 1;
        }
    }

    const fn field_of(fields: &[Receptive], source: Source) -> Receptive {
        match source {
            Source::Input(_) => Receptive::PIXEL,
            Source::Layer(i) => fields[i],
        }
    }
}

/// The larger height and the larger width.
const fn larger(a: [usize; 2], b: [usize; 2]) -> [usize; 2] {
    let height = if a[0] > b[0] { a[0] } else { b[0] };
    let width = if a[1] > b[1] { a[1] } else { b[1] };
    [height, width]
}
