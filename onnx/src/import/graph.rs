//! A file's graph, read node by node: inputs, nodes, outputs.

use super::build::Builder;
use super::network::{Network, Problem, Request};
use super::node::Node;
use super::read::File;
use super::value::{MOST_ELEMENTS, Value};
use super::view::{Axis, View};
use super::{finish, ops};
use crate::proto::{GraphProto, NodeProto, Size, ValueInfoProto};
use cnn_ir::{Op, Shape, Source};
use std::collections::HashSet;

/// Problems after which reading ends.
const MOST_PROBLEMS: usize = 1000;
/// The most inputs, and the most outputs.
const MOST_ENDS: usize = 256;
/// The most bytes of a reason: what it repeats of the file may be long.
const MOST_WORDS: usize = 2000;

/// Reads a file's graph.
pub(crate) fn network(file: &File, request: &Request) -> Result<Network, Vec<Problem>> {
    let graph = file.model.graph.as_ref().expect("a file without a graph is none");
    for (count, what) in
        [(graph.input.len() - stored(graph), "inputs"), (graph.output.len(), "outputs")]
    {
        if count > MOST_ENDS {
            let text =
                format!("the file has {count} {what}; {MOST_ENDS} are the most there may be");
            return Err(vec![Problem::of_file(text)]);
        }
    }
    // What an input is, its file may leave open: the less likely layout is tried, too.
    let likely = graph.input.iter().any(looks_channels_last);
    let one_image =
        graph.input.first().and_then(sizes).is_some_and(|s| s.first() == Some(&Some(1)));
    let read = |channels_last: bool| {
        Builder::of(file, graph, one_image).all(graph, request, channels_last)
    };
    let open = likely || graph.input.iter().any(may_be_channels_last);
    read(likely).or_else(|problems| match open {
        true => read(!likely).map_err(|_| problems),
        false => Err(problems),
    })
}

/// Whether the last of an image's sizes can be that of channels.
fn may_be_channels_last(info: &ValueInfoProto) -> bool {
    sizes(info).is_none_or(|sizes| matches!(sizes.as_slice(), [_, _, _, None | Some(1..=4)]))
}

/// How many of the inputs are tensors of the file, as of old.
fn stored(graph: &GraphProto) -> usize {
    let tensors: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    graph.input.iter().filter(|i| tensors.contains(i.name.as_str())).count()
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
            if problems.len() >= MOST_PROBLEMS {
                return Err(problems);
            }
            if !known.insert(tensor.name.as_str()) {
                problems
                    .push(Problem::of_file(format!("two tensors are called `{}`", tensor.name)));
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
            let before = self.layers.len();
            let unknown =
                |name: &&String| !name.is_empty() && !self.values.contains_key(name.as_str());
            let result = match proto.input.iter().find(unknown) {
                Some(name) => {
                    Err(format!("it reads `{name}`, which no earlier node and no input gives"))
                }
                None => ops::read(self, &Node { proto, opset: self.file.opset }),
            };
            let result = result.and_then(|values| self.check(before, &values).map(|()| values));
            let values = result.unwrap_or_else(|reason| {
                problems.push(self.problem(reason));
                Vec::new()
            });
            if let Some(reason) = self.overflow() {
                problems.push(Problem::of_file(reason));
                return Err(problems);
            }
            if problems.len() >= MOST_PROBLEMS {
                return Err(problems);
            }
            let mut values = values.into_iter();
            for name in proto.output.iter().filter(|n| !n.is_empty()) {
                if self.values.contains_key(name.as_str()) {
                    problems.push(self.problem(format!("two nodes give `{name}`")));
                }
                self.name(name, values.next().unwrap_or(Value::Unknown));
            }
        }
        let (mut outputs, mut lost) = (Vec::new(), Vec::new());
        let before = self.layers.len();
        let mut named = HashSet::new();
        for output in &graph.output {
            if !named.insert(output.name.as_str()) {
                problems
                    .push(Problem::of_file(format!("two outputs are called `{}`", output.name)));
            }
            match self.output(&output.name) {
                Ok(Some(source)) => outputs.push((output.name.clone(), source)),
                Ok(None) => lost.push(output.name.as_str()),
                Err(reason) => {
                    problems.push(Problem::of_file(format!("output `{}`: {reason}", output.name)));
                }
            }
        }
        if graph.output.is_empty() {
            problems.push(Problem::of_file("the file's graph has no outputs"));
        }
        // After other problems, what depends on them is missing, too.
        if problems.is_empty() {
            let text = "no layer of the language gives it";
            let lost = lost.iter().map(|name| format!("output `{name}`: {text}"));
            problems.extend(lost.map(Problem::of_file));
        }
        if let Err(reason) = self.check(before, &[]) {
            problems.push(Problem::of_file(reason));
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
            return match finish::too_large(&network, self.file.bytes()) {
                None => Ok(network),
                Some(reason) => Err(vec![Problem::of_file(reason)]),
            };
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
            if self.values.contains_key(info.name.as_str()) {
                let text = format!("two inputs are called `{}`", info.name);
                problems.push(Problem::of_file(text));
                continue;
            }
            let asked = request
                .inputs
                .iter()
                .find(|(name, _)| name.as_ref().is_none_or(|name| *name == info.name));
            let found = input_shape(info, asked.map(|(_, shape)| *shape), channels_last);
            let found = found.and_then(|(shape, last)| match shape.checked_len() {
                Some(1..=MOST_ELEMENTS) => Ok((shape, last)),
                _ => {
                    Err(format!("its shape is {shape}; an image has 1 to {MOST_ELEMENTS} elements"))
                }
            });
            match found {
                Ok((shape, last)) => {
                    let view = View::plain(Source::Input(inputs.len()), shape);
                    let view = if last { view.transposed(&[0, 2, 3, 1]) } else { view };
                    self.name(&info.name, Value::Data(view));
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
                    Source::Input(_) => {
                        Ok(Some(self.push_between(Op::Identity, source, view.shape)))
                    }
                }
            }
        }
    }
}

fn problem(node: &NodeProto, reason: String) -> Problem {
    let name = [&node.name].into_iter().chain(&node.output).find(|name| !name.is_empty());
    let name = name.cloned().unwrap_or_default();
    let mut reason = reason;
    if reason.len() > MOST_WORDS {
        reason.truncate(reason.floor_char_boundary(MOST_WORDS));
        reason.push('…');
    }
    Problem { node: Some((name, node.op_type.clone())), reason }
}

/// The shape of an input, and whether its channels come last.
fn input_shape(
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
            "the file does not say its shape\nhelp: input=3x224x224, channels x height x width"
                .to_owned()
        });
    };
    match (dims.as_slice(), asked) {
        ([_, n], None) => match n {
            Some(n) => Ok((Shape::Vector(*n), false)),
            None => {
                Err("the file leaves its length open\nhelp: input=100, a number of elements"
                    .to_owned())
            }
        },
        ([_, n], Some(Shape::Vector(given))) if n.is_none_or(|n| n == given) => {
            Ok((Shape::Vector(given), false))
        }
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
        ([_, rest @ ..], Some(shape @ Shape::Volume { channels, height, width }))
            if rest.len() == 3 =>
        {
            let fits =
                |order: [usize; 3]| rest.iter().zip(order).all(|(n, m)| n.is_none_or(|n| n == m));
            match (fits([channels, height, width]), fits([height, width, channels])) {
                (true, true) => Ok((shape, channels_last)),
                (true, false) => Ok((shape, false)),
                (false, true) => Ok((shape, true)),
                (false, false) => {
                    Err(format!("input={shape} does not fit the file's {}", written(&dims)))
                }
            }
        }
        (_, Some(shape)) => {
            Err(format!("input={shape} does not fit the file's {}", written(&dims)))
        }
        (_, None) => Err(format!(
            "its shape is {}: an image is batch × channels × height × width, a vector batch × elements",
            written(&dims)
        )),
    }
}
