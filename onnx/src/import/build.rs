//! The layers that nodes become, one node after the other.

use super::node::Node;
use super::read::File;
use super::value::{Constant, Value};
use super::view::{Axis, Factor, Num, View, length};
use super::{Network, Problem, Request, finish, names, ops};
use crate::proto::{GraphProto, NodeProto, Size, ValueInfoProto};
use crate::recipe::Step;
use cnn_ir::{Op, Shape, Source};
use std::collections::{HashMap, HashSet};

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
    /// How many nodes and outputs read a value of the file.
    uses: HashMap<&'a str, usize>,
    pub layers: Vec<Draft>,
    /// Shapes of the inputs.
    inputs: Vec<Shape>,
    /// Which layers have been made of a value for a view of it.
    made: HashMap<(Source, &'static str), Source>,
    /// Whether the file is for one image at a time.
    pub one_image: bool,
    /// The node being read.
    node: usize,
    proto: &'a NodeProto,
}

/// Reads a file's graph.
pub(crate) fn network(file: &File, request: &Request) -> Result<Network, Vec<Problem>> {
    let graph = file.model.graph.as_ref().expect("a file without a graph is none");
    // What an input is, its file may leave open: the less likely layout is tried, too.
    let likely = graph.input.iter().any(looks_channels_last);
    let read = |channels_last: bool| Builder::of(file, graph).all(graph, request, channels_last);
    read(likely).or_else(|problems| read(!likely).map_err(|_| problems))
}

/// Whether only the last of an image's sizes can be that of channels.
fn looks_channels_last(info: &ValueInfoProto) -> bool {
    matches!(sizes(info).as_deref(), Some(&[_, first, _, Some(1..=4)]) if !matches!(first, Some(1..=4)))
}

/// The lengths of an input's axes, as far as they are known.
fn sizes(info: &ValueInfoProto) -> Option<Vec<Option<usize>>> {
    let tensor = info.r#type.as_ref()?.tensor_type.as_ref()?;
    let known = |d: &crate::proto::Dimension| match &d.size {
        Some(Size::Value(n)) => usize::try_from(*n).ok().filter(|&n| n > 0),
        _ => None,
    };
    Some(tensor.shape.as_ref()?.dim.iter().map(known).collect())
}

impl<'a> Builder<'a> {
    fn of(file: &'a File, graph: &'a GraphProto) -> Self {
        static NOTHING: std::sync::OnceLock<NodeProto> = std::sync::OnceLock::new();
        let mut uses: HashMap<&str, usize> = HashMap::new();
        let read = graph.node.iter().flat_map(|n| &n.input).map(String::as_str);
        for name in read.chain(graph.output.iter().map(|o| o.name.as_str())) {
            *uses.entry(name).or_default() += 1;
        }
        Self {
            file,
            values: HashMap::new(),
            uses,
            layers: Vec::new(),
            inputs: Vec::new(),
            made: HashMap::new(),
            one_image: graph.input.first().and_then(sizes).is_some_and(|s| s.first() == Some(&Some(1))),
            node: 0,
            proto: NOTHING.get_or_init(NodeProto::default),
        }
    }

    fn all(
        &mut self,
        graph: &'a GraphProto,
        request: &Request,
        channels_last: bool,
    ) -> Result<Network, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut known = HashSet::new();
        for tensor in &graph.initializer {
            let value = match self.file.constant(tensor) {
                Ok(constant) => Value::Constant(constant),
                Err(reason) => {
                    problems.push(Problem::of_file(format!("tensor `{}`: {reason}", tensor.name)));
                    Value::Unknown
                }
            };
            if !known.insert(tensor.name.as_str()) {
                problems.push(Problem::of_file(format!("two tensors are called `{}`", tensor.name)));
            }
            self.values.insert(&tensor.name, value);
        }
        if let Some(sparse) = graph.sparse_initializer.first() {
            let name = sparse.values.as_ref().map_or("", |t| t.name.as_str());
            problems.push(Problem::of_file(format!("tensor `{name}` is sparse")));
        }
        let inputs = self.inputs(graph, request, channels_last, &mut problems);
        for (index, proto) in graph.node.iter().enumerate() {
            (self.node, self.proto) = (index, proto);
            let unknown = |name: &&String| !name.is_empty() && !self.values.contains_key(name.as_str());
            let result = match proto.input.iter().find(unknown) {
                Some(name) => {
                    Err(format!("it reads `{name}`, which no earlier node and no input gives"))
                }
                None => ops::read(self, &Node { proto, opset: self.file.opset }),
            };
            let values = result.unwrap_or_else(|reason| {
                problems.push(self.problem(reason));
                Vec::new()
            });
            let mut values = values.into_iter();
            for name in proto.output.iter().filter(|n| !n.is_empty()) {
                if self.values.contains_key(name.as_str()) {
                    problems.push(self.problem(format!("two nodes give `{name}`")));
                }
                self.values.insert(name, values.next().unwrap_or(Value::Unknown));
            }
        }
        let mut outputs = Vec::new();
        for output in &graph.output {
            match self.output(&output.name) {
                Ok(Some(source)) => outputs.push((output.name.clone(), source)),
                Ok(None) => {}
                Err(reason) => {
                    problems.push(Problem::of_file(format!("output `{}`: {reason}", output.name)));
                }
            }
        }
        if graph.output.is_empty() {
            problems.push(Problem::of_file("the file's graph has no outputs"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut network = Network {
            name: graph.name.clone(),
            inputs,
            layers: Vec::new(),
            outputs,
            files: self.file.paths(),
        };
        let drafts = std::mem::take(&mut self.layers);
        let problems = finish::finish(drafts, &mut network);
        if problems.is_empty() {
            return Ok(network);
        }
        let of = |(node, reason): (usize, String)| problem(&graph.node[node], reason);
        Err(problems.into_iter().map(of).collect())
    }

    fn problem(&self, reason: String) -> Problem {
        problem(self.proto, reason)
    }

    fn inputs(
        &mut self,
        graph: &'a GraphProto,
        request: &Request,
        channels_last: bool,
        problems: &mut Vec<Problem>,
    ) -> Vec<(String, Shape)> {
        let read: Vec<&ValueInfoProto> =
            graph.input.iter().filter(|i| !self.values.contains_key(i.name.as_str())).collect();
        for (name, shape) in &request.inputs {
            let fits = match name {
                Some(name) => read.iter().any(|i| i.name == *name),
                None => read.len() == 1,
            };
            if !fits {
                let names: Vec<&str> = read.iter().map(|i| i.name.as_str()).collect();
                let text = match name {
                    Some(name) => format!("the file has no input `{name}`"),
                    None => format!("input={shape} names none of the file's {} inputs", read.len()),
                };
                problems.push(Problem::of_file(format!("{text}: it has {}", names.join(", "))));
            }
        }
        let mut inputs = Vec::new();
        for info in read {
            let asked = request.inputs.iter().find(|(name, _)| {
                name.as_ref().is_none_or(|name| *name == info.name)
            });
            match input(info, asked.map(|(_, shape)| *shape), channels_last) {
                Ok((shape, last)) => {
                    let view = View::plain(Source::Input(inputs.len()), shape);
                    let view = if last { view.transposed(&[0, 2, 3, 1]) } else { view };
                    self.values.insert(&info.name, Value::Data(view));
                    inputs.push((info.name.clone(), shape));
                    self.inputs.push(shape);
                }
                Err(reason) => {
                    problems.push(Problem::of_file(format!("input `{}`: {reason}", info.name)));
                    self.values.insert(&info.name, Value::Unknown);
                }
            }
        }
        inputs
    }

    fn output(&mut self, name: &str) -> Result<Option<Source>, String> {
        match self.values.get(name) {
            None => Err("no node gives it".to_owned()),
            Some(Value::Unknown) => Ok(None),
            Some(Value::Constant(_)) => Err("it does not depend on the images".to_owned()),
            Some(Value::Zeros) => Err("it is nothing but zeros".to_owned()),
            Some(Value::Places(_)) => Err("it is the places of a pool's maxima".to_owned()),
            Some(Value::Data(view)) => {
                let view = view.clone();
                // Channels last is given channels first.
                let last = view.dims.len() == 4 && view.find(Axis::Channels) == Some(3);
                let view = if last { view.transposed(&[0, 3, 1, 2]) } else { view };
                let source = match view.dims.len() {
                    2 => self.vector(&view)?.0,
                    4 => self.image(&view)?.value,
                    _ if view.in_order() => view.value,
                    n => return Err(format!("its {n} axes lie across those of an image")),
                };
                match source {
                    Source::Layer(_) => Ok(Some(source)),
                    Source::Input(_) => Ok(Some(self.push_between(Op::Identity, source, view.shape))),
                }
            }
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
    pub(crate) fn ints(&self, node: &Node<'_>, input: usize, attribute: &str) -> Result<Option<Vec<Num>>, String> {
        if node.given(input) {
            let constant = self.constant(node, input)?;
            let ints = constant.ints.ok_or_else(|| format!("its input {input} holds no whole numbers"))?;
            return Ok(Some(ints));
        }
        Ok(node.ints(attribute)?.map(|list| list.into_iter().map(Num::Int).collect()))
    }

    /// The same where the number of images can't be among them.
    pub(crate) fn known(&self, node: &Node<'_>, input: usize, attribute: &str) -> Result<Option<Vec<i64>>, String> {
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

    /// Whether nothing but the node being read reads its input.
    pub(crate) fn is_last_use(&self, node: &Node<'_>, input: usize) -> bool {
        self.uses.get(node.proto.input[input].as_str()) == Some(&1)
    }

    /// Whether only one node reads the layer's value, as far as the file's names tell.
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
        let path = names::level(self.proto);
        self.layers.push(Draft { kind, inputs, output, tensors: Vec::new(), path, node: self.node });
        Source::Layer(self.layers.len() - 1)
    }

    /// A layer that no node asks for: it belongs to no level.
    fn push_between(&mut self, op: Op<'static>, input: Source, output: Shape) -> Source {
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
        let kind = Kind::Op(op);
        self.layers.push(Draft { kind, inputs: vec![input], output, tensors, path, node: self.node });
        Source::Layer(self.layers.len() - 1)
    }

    /// A layer that works on each element, whatever axis it lies on.
    pub(crate) fn each(&mut self, kind: Kind, view: &View) -> View {
        let value = self.push(kind, vec![view.value], view.shape);
        View { value, ..view.clone() }
    }

    /// A layer of one value, made once.
    fn once(&mut self, what: &'static str, op: Op<'static>, view: &View, output: Shape) -> Source {
        if let Some(&made) = self.made.get(&(view.value, what)) {
            return made;
        }
        let made = self.push_between(op, view.value, output);
        self.made.insert((view.value, what), made);
        made
    }

    /// A value whose numbers lie in order, as another volume.
    pub(crate) fn reshape(&mut self, view: &View, shape: Shape) -> View {
        View::plain(self.push_between(Op::Reshape { shape }, view.value, shape), shape)
    }

    /// The value as images × channels × height × width.
    pub(crate) fn image(&mut self, view: &View) -> Result<View, String> {
        if view.is_plain() && view.shape.is_volume() {
            return Ok(view.clone());
        }
        let sizes: Vec<usize> = view.dims.iter().skip(1).map(|dim| match length(dim) {
            Num::Int(n) => n as usize,
            Num::Batch => 0,
        }).collect();
        let (&[channels, height, width], Some([Factor { axis: Axis::Batch, .. }])) =
            (sizes.as_slice(), view.dims.first().map(Vec::as_slice))
        else {
            return Err(format!(
                "it works on images × channels × height × width, but gets {}",
                text(view)
            ));
        };
        let shape = Shape::volume(channels, height, width);
        if view.in_order() {
            if shape == view.shape {
                return Ok(View::plain(view.value, shape));
            }
            return Ok(self.reshape(view, shape));
        }
        self.rearranged(view, shape).ok_or_else(|| {
            format!("the axes of its input are in another order than channels, height, width: {}", text(view))
        })
    }

    /// Channels of some groups in turn; images whose pixels became channels, or the other way round.
    fn rearranged(&mut self, view: &View, shape: Shape) -> Option<View> {
        let parts = |axis: usize| -> Vec<(Axis, usize, usize)> {
            view.dims[axis].iter().map(|f| (f.axis, f.size, f.inner)).collect()
        };
        let (channels, rows, columns) = (parts(1), parts(2), parts(3));
        let plain = View::plain(view.value, view.shape);
        match (channels.as_slice(), rows.as_slice(), columns.as_slice()) {
            (&[(Axis::Channels, _, 1), (Axis::Channels, groups, _)], _, _)
                if view.dims[2..] == plain.dims[2..] =>
            {
                let op = Op::Shuffle { groups };
                let value = self.push(Kind::Op(op), vec![view.value], shape);
                Some(View::plain(value, shape))
            }
            _ => ops::pixels(self, view, &[channels, rows, columns], shape),
        }
    }

    /// The value as images × elements, and, where these lie in another order than channels, rows, columns, the parts of
    /// the order.
    pub(crate) fn vector(&mut self, view: &View) -> Result<(Source, Option<Vec<Factor>>), String> {
        if view.dims.len() != 2 || view.dims[0] != View::plain(view.value, view.shape).dims[0] {
            return Err(format!("it works on images × elements, but gets {}", text(view)));
        }
        let order = (!view.in_order()).then(|| view.order());
        let output = Shape::Vector(view.shape.len());
        let source = match view.shape {
            Shape::Vector(_) => view.value,
            Shape::Volume { .. } => self.once("flatten", Op::Flatten, view, output),
        };
        Ok((source, order))
    }

    /// The view under the same axes, its value a volume.
    pub(crate) fn volume(&mut self, view: &View) -> View {
        let Shape::Vector(n) = view.shape else { return view.clone() };
        let shape = Shape::volume(n, 1, 1);
        let value = self.once("volume", Op::Reshape { shape }, view, shape);
        View { value, shape, dims: view.dims.clone() }
    }
}

fn problem(node: &NodeProto, reason: String) -> Problem {
    let name = [&node.name].into_iter().chain(&node.output).find(|name| !name.is_empty());
    let name = name.cloned().unwrap_or_default();
    Problem { node: Some((name, node.op_type.clone())), reason }
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

/// The shape of an input, and whether its channels come last.
fn input(
    info: &ValueInfoProto,
    asked: Option<Shape>,
    channels_last: bool,
) -> Result<(Shape, bool), String> {
    let dims = sizes(info);
    let written = |dims: &[Option<usize>]| {
        let all = dims.iter().map(|n| n.map_or_else(|| "?".to_owned(), |n| n.to_string()));
        all.collect::<Vec<_>>().join("×")
    };
    let Some(dims) = dims.filter(|d| !d.is_empty()) else {
        return asked.map(|shape| (shape, channels_last && shape.is_volume())).ok_or_else(|| {
            "the file does not say its shape\nhelp: input=3x224x224, channels x height x width".to_owned()
        });
    };
    match (dims.as_slice(), asked) {
        ([_, n], None) => match n {
            Some(n) => Ok((Shape::Vector(*n), false)),
            None => Err("the file leaves its length open\nhelp: input=100, a number of elements".to_owned()),
        },
        ([_, n], Some(Shape::Vector(given))) if n.is_none_or(|n| n == given) => Ok((Shape::Vector(given), false)),
        ([_, rest @ ..], None) if rest.len() == 3 => {
            let last = channels_last;
            match rest {
                &[Some(a), Some(b), Some(c)] => {
                    Ok((if last { Shape::volume(c, a, b) } else { Shape::volume(a, b, c) }, last))
                }
                _ => Err(format!(
                    "the file leaves its shape open: {}\nhelp: input=3x224x224, channels x height x width",
                    written(&dims)
                )),
            }
        }
        ([_, rest @ ..], Some(shape @ Shape::Volume { channels, height, width })) if rest.len() == 3 => {
            let fits = |order: [usize; 3]| rest.iter().zip(order).all(|(n, m)| n.is_none_or(|n| n == m));
            match (fits([channels, height, width]), fits([height, width, channels])) {
                (true, true) => Ok((shape, channels_last)),
                (true, false) => Ok((shape, false)),
                (false, true) => Ok((shape, true)),
                (false, false) => Err(format!(
                    "input={shape} does not fit the file's {}", written(&dims)
                )),
            }
        }
        (_, Some(shape)) => Err(format!("input={shape} does not fit the file's {}", written(&dims))),
        (_, None) => Err(format!(
            "its shape is {}: an image is batch × channels × height × width, a vector batch × elements",
            written(&dims)
        )),
    }
}
