//! The graph that becomes a plan: the network's layers, what they have been merged into, and where each
//! value is made and read.

use crate::net::Net;
use crate::plan::{Chosen, Epilogue, Form, KernelSpec, Layout, Refusal, Select, Value, ValueId};
use cnn_ir::{Activation, Border, Op, Shape};
use std::rc::Rc;

/// Index of a node in [`Graph::nodes`].
pub type NodeId = usize;

/// A graph in the making.
pub struct Graph<'a> {
    /// The network.
    pub net: &'a Net,
    /// The layout of the plan.
    pub layout: Layout,
    /// Whether the plan trains.
    pub training: bool,
    /// The nodes in an order in which each comes after its inputs; some are not live any more.
    pub nodes: Vec<Node>,
    /// Everything that flows; the values of the network first.
    pub values: Vec<Value>,
    /// What is read at the end.
    pub outputs: Vec<ValueId>,
    /// The live node that makes each value.
    defs: Vec<Option<NodeId>>,
    /// The live nodes that read each value, as often as they do.
    uses: Vec<Vec<NodeId>>,
    /// What the rewrites did and did not do.
    pub notes: Vec<Note>,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it does.
    pub work: Work,
    /// Its inputs.
    pub inputs: Vec<ValueId>,
    /// Its output.
    pub output: ValueId,
    /// Where it leaves the places of its maxima, if another node reads them.
    pub indices: Option<ValueId>,
    /// The copy of a block or repetition that it belongs to.
    pub instance: Option<usize>,
    /// The layers that it computes, by their index; the first has the kernel.
    pub layers: Vec<usize>,
    /// What it computes with its result before it stores it.
    pub epilogue: Epilogue,
    /// Whether the node that made its input computes it, too: an activation in an epilogue.
    pub merged: bool,
    /// Whether its backward pass is that of the activation in its epilogue, too, whose input it finds anew.
    pub through: bool,
    /// The kernel, once it is chosen.
    pub call: Option<Box<Call>>,
    /// Whether something reads what it makes.
    pub live: bool,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// What a layer does.
    Layer(Op<'static>),
    /// The selection of channels of what all inputs have.
    Select(Vec<Select>),
    /// The padding of a convolution's input, in whichever form that has.
    Border {
        /// Rows and columns: top, bottom, left, right.
        pad: [usize; 4],
        /// What they hold.
        border: Border,
    },
    /// Channel after channel, of what lies otherwise.
    ToPlanes,
    /// In blocks of channels, of what lies in planes.
    ToBlocks,
    /// Nothing: the output is the input under another shape.
    View,
    /// The inputs are parts of the output, or are to be copied there.
    Join,
    /// Nothing: the output is a part of the input.
    Part,
}

/// The kernel of a node.
#[derive(Clone, Debug)]
pub struct Call {
    /// What the plan must know of it.
    pub chosen: Chosen,
    /// The kernel as steps call it.
    pub spec: Rc<KernelSpec>,
    /// Operations that it takes for an image.
    pub cost: u64,
    /// The candidates before it, with what each said.
    pub refused: Vec<Refusal>,
}

/// A rewrite that was tried.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// Its name.
    pub rule: &'static str,
    /// The layer.
    pub layer: usize,
    /// Why it was not made, if it was not.
    pub refused: Option<&'static str>,
}

impl Node {
    /// A node that computes no layer.
    pub fn between(
        work: Work,
        instance: Option<usize>,
        inputs: Vec<ValueId>,
        output: ValueId,
    ) -> Self {
        Self {
            work,
            inputs,
            output,
            indices: None,
            instance,
            layers: Vec::new(),
            epilogue: Epilogue::default(),
            merged: false,
            through: false,
            call: None,
            live: true,
        }
    }

    /// The operation of its layer.
    pub fn op(&self) -> Option<&Op<'static>> {
        match &self.work {
            Work::Layer(op) => Some(op),
            _ => None,
        }
    }

    /// The activation that it is.
    pub fn activation(&self) -> Option<Activation> {
        match self.op() {
            Some(Op::Activation(activation)) => Some(*activation),
            _ => None,
        }
    }

    /// Whether it is a convolution or a transposed one.
    pub fn convolves(&self) -> bool {
        self.op().is_some_and(|op| op.convolution().is_some() || matches!(op, Op::Deconv(_)))
    }
}

impl<'a> Graph<'a> {
    /// The layers of a network that an output depends on; in inference, an output that exists in
    /// training only is none.
    pub fn new(net: &'a Net, layout: Layout, training: bool) -> Self {
        let wanted = || net.outputs.iter().filter(|o| training || !o.train).map(|o| o.value);
        let live = net.needed_for(wanted());
        let node = |(i, node): (usize, &crate::net::Node)| Node {
            indices: node.indices,
            layers: vec![i],
            live: live[i],
            ..Node::between(
                Work::Layer(node.layer.op),
                node.instance,
                node.inputs.clone(),
                node.output,
            )
        };
        let value =
            |v: &crate::net::Value| Value { shape: v.shape, form: Form::Planes, part: None };
        let mut graph = Self {
            net,
            layout,
            training,
            nodes: net.nodes.iter().enumerate().map(node).collect(),
            values: net.values.iter().map(value).collect(),
            outputs: wanted().collect(),
            defs: Vec::new(),
            uses: Vec::new(),
            notes: Vec::new(),
        };
        graph.count();
        graph
    }

    /// Finds out anew where each value is made and read.
    pub fn count(&mut self) {
        self.defs = vec![None; self.values.len()];
        self.uses = vec![Vec::new(); self.values.len()];
        for (i, node) in self.nodes.iter().enumerate().filter(|(_, n)| n.live) {
            self.defs[node.output] = Some(i);
            node.inputs.iter().for_each(|&v| self.uses[v].push(i));
        }
    }

    /// Shape of a value.
    pub fn shape(&self, value: ValueId) -> Shape {
        self.values[value].shape
    }

    /// A new value.
    pub fn value(&mut self, shape: Shape, form: Form) -> ValueId {
        self.values.push(Value { shape, form, part: None });
        self.values.len() - 1
    }

    /// The node that makes a value; none of an input of the network.
    pub fn def(&self, value: ValueId) -> Option<NodeId> {
        self.defs[value]
    }

    /// The nodes that read a value.
    pub fn uses(&self, value: ValueId) -> &[NodeId] {
        &self.uses[value]
    }

    /// Whether a value is read at the end.
    pub fn is_output(&self, value: ValueId) -> bool {
        self.outputs.contains(&value)
    }

    /// The only reader of a value.
    pub fn only_use(&self, value: ValueId) -> Option<NodeId> {
        match self.uses[value][..] {
            [reader] if !self.is_output(value) => Some(reader),
            _ => None,
        }
    }

    /// Nothing reads what the node makes any more.
    pub fn remove(&mut self, node: NodeId) {
        let output = self.nodes[node].output;
        self.nodes[node].live = false;
        if self.defs[output] == Some(node) {
            self.defs[output] = None;
        }
        for k in 0..self.nodes[node].inputs.len() {
            let input = self.nodes[node].inputs[k];
            self.uses[input].retain(|&reader| reader != node);
        }
    }

    /// All that reads one value reads the other instead.
    pub fn replace(&mut self, value: ValueId, by: ValueId) {
        let readers = std::mem::take(&mut self.uses[value]);
        for &reader in &readers {
            self.nodes[reader].inputs.iter_mut().filter(|v| **v == value).for_each(|v| *v = by);
        }
        self.uses[by].extend(readers);
        self.outputs.iter_mut().filter(|v| **v == value).for_each(|v| *v = by);
    }

    /// The node makes another value, which no live node makes.
    pub fn redirect(&mut self, node: NodeId, output: ValueId) {
        let before = std::mem::replace(&mut self.nodes[node].output, output);
        self.defs[before] = None;
        self.defs[output] = Some(node);
    }

    /// Another node in the place of one.
    pub fn put(&mut self, place: NodeId, node: Node) {
        self.remove(place);
        self.defs[node.output] = Some(place);
        node.inputs.iter().for_each(|&v| self.uses[v].push(place));
        self.nodes[place] = node;
    }
}
