//! A layer, as nodes.

use super::builder::{Builder, dims};
use super::error::Error;
use super::names;
use crate::proto::{AttributeProto, element};
use cnn_ir::{Node, Shape, Source};

/// A layer that becomes nodes: helpers, whose names begin with its own, then the one that gives its value.
pub(super) struct Layer<'l, 'a> {
    pub(super) builder: &'l mut Builder<'a>,
    /// Its index.
    pub(super) index: usize,
    pub(super) node: &'a Node<'a>,
    /// Shape of its first input.
    pub(super) input: Shape,
    /// The name of its first input.
    pub(super) x: String,
    /// Its own name.
    pub(super) name: String,
    /// The name of its value.
    output: String,
}

impl<'l, 'a> Layer<'l, 'a> {
    /// The layer of that index, whose value is called `output`.
    pub(super) fn new(builder: &'l mut Builder<'a>, index: usize, output: String) -> Self {
        let graph = builder.network.graph;
        let node = &graph.nodes[index];
        let (input, x) = (graph.input(index), builder.name_of(node.inputs[0]));
        let name = builder.take_node(&names::layer(node));
        Self { builder, index, node, input, x, name, output }
    }

    /// Dimensions of its value.
    pub(super) fn dims(&self) -> Vec<usize> {
        dims(self.node.output)
    }

    /// The names of all of its inputs.
    pub(super) fn inputs(&self) -> Vec<String> {
        self.node.inputs.iter().map(|&source| self.builder.name_of(source)).collect()
    }

    /// Shape of one of its inputs.
    pub(super) fn shape(&self, source: Source) -> Shape {
        self.builder.network.graph.shape(source)
    }

    /// Adds a helper with these dimensions after the batch; its value's name comes back.
    pub(super) fn step(
        &mut self,
        what: &str,
        op: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
        dims: &[usize],
    ) -> String {
        let name = self.take(what);
        self.builder.value(&name, element::FLOAT, dims);
        self.builder.node(name.clone(), op, inputs, &[&name], attributes, "");
        name
    }

    /// Adds a helper whose value is a list, or has no batch; its value's name comes back.
    pub(super) fn list(
        &mut self,
        what: &str,
        op: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        let name = self.take(what);
        self.builder.node(name.clone(), op, inputs, &[&name], attributes, "");
        name
    }

    /// A name of its own that begins with the layer's.
    pub(super) fn take(&mut self, what: &str) -> String {
        self.builder.take(&format!("{}/{what}", self.name))
    }

    /// Adds the node that gives its value, of its first input and these others.
    pub(super) fn finish(&mut self, op: &str, others: &[&str], attributes: Vec<AttributeProto>) {
        let x = self.x.clone();
        let inputs: Vec<&str> = [&*x].into_iter().chain(others.iter().copied()).collect();
        self.finish_with(op, &inputs, attributes);
    }

    /// Adds the node that gives its value, of these inputs.
    pub(super) fn finish_with(
        &mut self,
        op: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) {
        self.finish_among(op, inputs, &[], attributes);
    }

    /// Adds the node that gives its value, and others after it.
    pub(super) fn finish_among(
        &mut self,
        op: &str,
        inputs: &[&str],
        others: &[&str],
        attributes: Vec<AttributeProto>,
    ) {
        let (name, output) = (self.name.clone(), self.output.clone());
        let outputs: Vec<&str> = [&*output].into_iter().chain(others.iter().copied()).collect();
        self.builder.node(name, op, inputs, &outputs, attributes, self.node.text);
    }

    /// Adds a list of whole numbers.
    pub(super) fn integers(&mut self, what: &str, numbers: &[i64]) -> String {
        let name = self.take(what);
        self.builder.integers(&name, numbers);
        name
    }

    /// Adds a list of sizes.
    pub(super) fn sizes(&mut self, what: &str, sizes: &[usize]) -> String {
        let sizes: Vec<i64> = sizes.iter().map(|&n| n as i64).collect();
        self.integers(what, &sizes)
    }

    /// Adds the dimensions that a value is brought to, the batch as it is.
    pub(super) fn shape_of(&mut self, what: &str, dims: &[usize]) -> String {
        // 0 is the dimension that the input has there.
        let shape: Vec<usize> = [0].into_iter().chain(dims.iter().copied()).collect();
        self.sizes(what, &shape)
    }

    /// Adds a number.
    pub(super) fn number(&mut self, what: &str, x: f32) -> String {
        self.floats(what, &[], &[x])
    }

    /// Adds numbers that are no tensor of the network.
    pub(super) fn floats(&mut self, what: &str, dims: &[usize], numbers: &[f32]) -> String {
        let name = self.take(what);
        self.builder.floats(&name, dims, numbers);
        name
    }

    /// The numbers of one of its tensors.
    pub(super) fn numbers(&self, name: &str) -> Result<&'a [f32], Error> {
        let tensors = self.node.tensors.iter().filter(|tensor| tensor.name == name);
        let expected = tensors.map(|tensor| tensor.len()).next().unwrap_or(0);
        let path = names::tensor(self.node, name);
        match (self.builder.network.tensors)(&path) {
            Some(numbers) if numbers.len() == expected => Ok(numbers),
            Some(numbers) => Err(Error::Length { path, found: numbers.len(), expected }),
            None => Err(Error::Missing { path, expected }),
        }
    }

    /// Adds one of its tensors, under its path in the `state_dict`, in these dimensions.
    pub(super) fn tensor(&mut self, name: &str, dims: &[usize]) -> Result<String, Error> {
        let numbers = self.numbers(name)?;
        Ok(self.tensor_of(name, dims, numbers))
    }

    /// Adds a tensor under the path of one of its own.
    pub(super) fn tensor_of(&mut self, name: &str, dims: &[usize], numbers: &[f32]) -> String {
        let path = names::tensor(self.node, name);
        self.builder.floats(&path, dims, numbers);
        path
    }
}
