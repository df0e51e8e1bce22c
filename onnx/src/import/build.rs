//! The layers that nodes become, one node after the other.

use super::names;
use super::node::Node;
use super::read::File;
use super::value::{Constant, MOST_ELEMENTS, Value};
use super::view::{Axis, Factor, Num, View, length};
use crate::proto::{GraphProto, NodeProto};
use crate::recipe::Step;
use cnn_ir::{Activation, Border, Op, Shape, Source};
use std::collections::{HashMap, HashSet};

/// The most layers while nodes are read: many of them are parts of one, or needed by none.
const MOST_DRAFTS: usize = 20_000;
/// The most inputs of all of them.
const MOST_JOINED: usize = 100_000;

/// What a layer does, or a part of what a layer of the language does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Op(Op<'static>),
    /// `x + c`.
    Shift(f32),
    /// The error function, a part of `gelu`.
    Erf,
    /// `√x`, a part of normalizations.
    Root,
    /// The mean over the channels at each position.
    ChannelMean,
    /// The sum over each channel's image.
    ImageSum,
    /// Softmax over the positions of each channel.
    ImageSoftmax,
    /// The first input divided by the second.
    Quotient,
    /// The first input without the second.
    Difference,
}

/// A layer while nodes are read.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub kind: Kind,
    pub inputs: Vec<Source>,
    pub output: Shape,
    pub tensors: Vec<(&'static str, Vec<Step>)>,
    pub path: Vec<String>,
    /// The node that it comes from.
    pub node: usize,
}

impl Draft {
    pub(crate) fn op(&self) -> Option<&Op<'static>> {
        match &self.kind {
            Kind::Op(op) => Some(op),
            _ => None,
        }
    }
}

pub(crate) struct Builder<'a> {
    pub file: &'a File,
    pub values: HashMap<&'a str, Value>,
    /// Layers whose value has a name that several nodes and outputs read.
    shared: HashSet<Source>,
    /// How many inputs the layers have together.
    joined: usize,
    /// How many nodes and outputs read a value of the file.
    uses: HashMap<&'a str, usize>,
    pub layers: Vec<Draft>,
    /// Shapes of the inputs.
    pub inputs: Vec<Shape>,
    /// Which layers have been made of a value for a view of it.
    pub made: HashMap<(Source, &'static str), Source>,
    /// Whether the file is for one image at a time.
    pub one_image: bool,
    /// The node being read.
    pub node: usize,
    pub proto: &'a NodeProto,
}

impl<'a> Builder<'a> {
    pub(crate) fn of(file: &'a File, graph: &'a GraphProto, one_image: bool) -> Self {
        static NOTHING: std::sync::OnceLock<NodeProto> = std::sync::OnceLock::new();
        let mut uses: HashMap<&str, usize> = HashMap::new();
        let read = graph.node.iter().flat_map(|n| &n.input).map(String::as_str);
        for name in read.chain(graph.output.iter().map(|o| o.name.as_str())) {
            *uses.entry(name).or_default() += 1;
        }
        Self {
            file,
            values: HashMap::new(),
            shared: HashSet::new(),
            joined: 0,
            uses,
            layers: Vec::new(),
            inputs: Vec::new(),
            made: HashMap::new(),
            one_image,
            node: 0,
            proto: NOTHING.get_or_init(NodeProto::default),
        }
    }

    /// The value that a node reads.
    pub(crate) fn value(&self, node: &Node<'_>, input: usize) -> Result<&Value, String> {
        let name = node.proto.input.get(input).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| format!("it lacks its input {input}"))?;
        Ok(&self.values[name.as_str()])
    }

    pub(crate) fn data(&self, node: &Node<'_>, input: usize) -> Result<View, String> {
        match self.value(node, input)? {
            Value::Data(view) => Ok(view.clone()),
            Value::Places(_) => Err("it works on the places of a pool's maxima".to_owned()),
            _ => Err(format!("its input {input} does not depend on the images")),
        }
    }

    pub(crate) fn constant(&self, node: &Node<'_>, input: usize) -> Result<Constant, String> {
        match self.value(node, input)? {
            Value::Constant(constant) => Ok(constant.clone()),
            _ => Err(format!(
                "its input `{}` depends on the images, but must be a constant",
                node.proto.input[input]
            )),
        }
    }

    /// The whole numbers of an input, or of the attribute that older versions have instead.
    pub(crate) fn ints(
        &self,
        node: &Node<'_>,
        input: usize,
        attribute: &str,
    ) -> Result<Option<Vec<Num>>, String> {
        if node.given(input) {
            let constant = self.constant(node, input)?;
            let ints =
                constant.ints.ok_or_else(|| format!("its input {input} holds no whole numbers"))?;
            return Ok(Some(ints));
        }
        Ok(node.ints(attribute)?.map(|list| list.into_iter().map(Num::Int).collect()))
    }

    /// The same where the number of images can't be among them.
    pub(crate) fn known(
        &self,
        node: &Node<'_>,
        input: usize,
        attribute: &str,
    ) -> Result<Option<Vec<i64>>, String> {
        let Some(list) = self.ints(node, input, attribute)? else { return Ok(None) };
        let known = list.into_iter().map(|n| match n {
            Num::Int(n) => Ok(n),
            Num::Batch => Err(format!("the number of images stands in its `{attribute}`")),
        });
        known.collect::<Result<_, _>>().map(Some)
    }

    /// The few numbers of a constant.
    pub(crate) fn numbers(&self, constant: &Constant) -> Option<Vec<f32>> {
        match (&constant.ints, &constant.steps) {
            (Some(ints), _) => ints
                .iter()
                .map(|n| if let Num::Int(n) = n { Some(*n as f32) } else { None })
                .collect(),
            (None, steps) => self.file.follow(steps.as_ref()?),
        }
    }

    /// The number of which a constant consists.
    pub(crate) fn single(&self, constant: &Constant) -> Option<f32> {
        let numbers = self.numbers(constant)?;
        let first = *numbers.first()?;
        numbers.iter().all(|n| *n == first).then_some(first)
    }

    /// Gives a value its name in the file.
    pub(crate) fn name(&mut self, name: &'a str, value: Value) {
        if let Value::Data(view) = &value
            && self.uses.get(name).is_some_and(|&uses| uses > 1)
        {
            self.shared.insert(view.value);
        }
        self.values.insert(name, value);
    }

    /// Whether nothing but the node being read reads a layer's value, under whatever name.
    pub(crate) fn is_last_use(&self, value: Source) -> bool {
        !self.shared.contains(&value)
    }

    /// Whether what a node gives, and the layers that it made after so many others, are of a size that further operators
    /// can work with.
    pub(crate) fn check(&mut self, before: usize, values: &[Value]) -> Result<(), String> {
        for layer in &self.layers[before..] {
            self.joined += layer.inputs.len();
            if !layer.output.checked_len().is_some_and(|n| (1..=MOST_ELEMENTS).contains(&n)) {
                return Err(format!(
                    "it gives {}; an image has 1 to {MOST_ELEMENTS} elements",
                    layer.output
                ));
            }
            let number = match &layer.kind {
                Kind::Shift(c) => *c,
                Kind::Op(Op::Activation(Activation::Rescale { factor })) => factor.get(),
                Kind::Op(Op::Pad { border: Border::Constant(value), .. }) => value.get(),
                _ => 0.0,
            };
            if !number.is_finite() {
                return Err(format!("it calculates with {number}"));
            }
        }
        values.iter().try_for_each(Value::check)
    }

    /// Whether the file can still become a network: layers are far from all of them kept, but each may become two.
    pub(crate) fn overflow(&self) -> Option<String> {
        if self.layers.len() > MOST_DRAFTS {
            return Some(format!("the file makes more than {MOST_DRAFTS} layers"));
        }
        (self.joined > MOST_JOINED)
            .then(|| format!("the file's layers have more than {MOST_JOINED} inputs"))
    }

    /// The path that names suggest for a node's layer.
    pub(crate) fn path(&self, node: &Node<'_>, weight: Option<usize>) -> Vec<String> {
        let weight = weight.and_then(|i| node.proto.input.get(i)).map(String::as_str);
        names::path(node.proto, weight)
    }

    pub(crate) fn shape(&self, source: Source) -> Shape {
        match source {
            Source::Input(i) => self.inputs[i],
            Source::Layer(i) => self.layers[i].output,
        }
    }

    pub(crate) fn layer(&self, source: Source) -> Option<&Draft> {
        match source {
            Source::Input(_) => None,
            Source::Layer(i) => Some(&self.layers[i]),
        }
    }

    /// A layer without tensors.
    pub(crate) fn push(&mut self, kind: Kind, inputs: Vec<Source>, output: Shape) -> Source {
        self.add(kind, inputs, output, Vec::new(), names::level(self.proto))
    }

    /// A layer that no node asks for: it belongs to no level.
    pub(crate) fn push_between(&mut self, op: Op<'static>, input: Source, output: Shape) -> Source {
        self.push_with(op, input, output, Vec::new(), Vec::new())
    }

    pub(crate) fn push_with(
        &mut self,
        op: Op<'static>,
        input: Source,
        output: Shape,
        tensors: Vec<(&'static str, Vec<Step>)>,
        path: Vec<String>,
    ) -> Source {
        self.add(Kind::Op(op), vec![input], output, tensors, path)
    }

    fn add(
        &mut self,
        kind: Kind,
        inputs: Vec<Source>,
        output: Shape,
        tensors: Vec<(&'static str, Vec<Step>)>,
        path: Vec<String>,
    ) -> Source {
        self.layers.push(Draft { kind, inputs, output, tensors, path, node: self.node });
        Source::Layer(self.layers.len() - 1)
    }

    /// A layer that works on each element, whatever axis it lies on.
    pub(crate) fn each(&mut self, kind: Kind, view: &View) -> View {
        let value = self.push(kind, vec![view.value], view.shape);
        View { value, ..view.clone() }
    }
}

/// The view's axes in words: `batch × 8 × 8 × channels`.
pub(crate) fn text(view: &View) -> String {
    let axis = |dim: &Vec<Factor>| match (dim.as_slice(), length(dim)) {
        (_, Num::Batch) => "batch".to_owned(),
        ([f], Num::Int(n)) if f.inner == 1 => {
            let name = match f.axis {
                Axis::Batch => "batch",
                Axis::Channels => "channels",
                Axis::Rows => "rows",
                Axis::Columns => "columns",
            };
            format!("{n} {name}")
        }
        (_, Num::Int(n)) => n.to_string(),
    };
    view.dims.iter().map(axis).collect::<Vec<_>>().join(" × ")
}
