//! Syntax tree → network: blocks, repetitions and conditions unfolded, names looked up, every
//! layer checked against the shape that reaches it.

use crate::args;
use crate::ast::{
    Arg, Block, Call, Chain, Expr, For, Input, Join, Label, Network, Node, Piece, Sizes, Splice,
    Unit, Value as AstValue,
};
use crate::eval::{self, Names};
use crate::layers::{self, Field, Layer, Operand, Record};
use crate::net::{self, Net, Receptive, Value, ValueId};
use crate::report::{Area, Message, Report, nearest};
use crate::scope::Scope;
use crate::shape::{MOST_ELEMENTS, Shape};
use std::collections::HashSet;

/// The most layers that one network may unfold to.
const MOST_LAYERS: usize = 20_000;

/// A network, or, behind a mistake, what is known of its outside.
#[derive(Debug)]
pub enum Resolved {
    /// No mistake.
    Net(Box<Net>),
    /// Shapes of the inputs and outputs as far as they are known.
    Broken {
        /// Inputs.
        inputs: Vec<Shape>,
        /// Outputs.
        outputs: Vec<Option<Shape>>,
    },
}

/// Resolves all networks of a call, and warns of blocks that none of them calls.
pub fn resolve(input: &Input, report: &mut Report) -> Vec<Resolved> {
    let before = report.errors().len();
    check_blocks(input, report);
    let mut called = HashSet::new();
    let resolved: Vec<Resolved> = input
        .networks
        .iter()
        .map(|n| Resolver::new(&input.blocks, &mut called, report).network(n))
        .collect();
    if report.errors().len() == before && before == 0 {
        for block in &input.blocks {
            if !called.contains(&block.name.to_string()) {
                report.warning(
                    &block.name,
                    format!("nothing calls the block `{}`", block.name),
                );
            }
        }
    }
    resolved
}

fn check_blocks(input: &Input, report: &mut Report) {
    let mut names = HashSet::new();
    for block in &input.blocks {
        let name = block.name.to_string();
        if layers::find(&name).is_some() {
            report.error(
                &block.name,
                format!("`{name}` is a layer; the block needs another name"),
            );
        } else if !names.insert(name.clone()) {
            report.error(&block.name, format!("there are two blocks called `{name}`"));
        }
        let mut params = HashSet::new();
        for p in &block.params {
            let param = p.name.to_string();
            if ["C", "H", "W"].contains(&param.as_str()) {
                report.error(
                    &p.name,
                    format!("{param} always stands for the incoming shape"),
                );
            } else if !params.insert(param.clone()) {
                report.error(
                    &p.name,
                    format!("there are two parameters called `{param}`"),
                );
            }
        }
    }
}

/// What flows along a chain.
#[derive(Clone, Copy, Debug)]
enum Flow {
    /// Nothing yet: the chain has just begun.
    Nothing,
    /// Something of unknown shape, behind a mistake that has been reported.
    Unknown,
    /// A value.
    Value(ValueId),
}

impl Flow {
    fn value(self) -> Option<ValueId> {
        match self {
            Self::Value(v) => Some(v),
            Self::Nothing | Self::Unknown => None,
        }
    }
}

struct Resolver<'a> {
    blocks: &'a [Block],
    called: &'a mut HashSet<String>,
    report: &'a mut Report,
    names: Names,
    scope: Scope,
    /// Blocks being unfolded, outermost first.
    stack: Vec<String>,
    defaults: Vec<Arg>,
    inputs: Vec<ValueId>,
    values: Vec<Value>,
    nodes: Vec<net::Node>,
    instance: Option<usize>,
    instances: usize,
    /// Labels anywhere in the text, to tell a later one from a missing one.
    written: HashSet<String>,
    overflow: bool,
}

impl<'a> Resolver<'a> {
    fn new(blocks: &'a [Block], called: &'a mut HashSet<String>, report: &'a mut Report) -> Self {
        Self {
            blocks,
            called,
            report,
            names: Names::default(),
            scope: Scope::new(),
            stack: Vec::new(),
            defaults: Vec::new(),
            inputs: Vec::new(),
            values: Vec::new(),
            nodes: Vec::new(),
            instance: None,
            instances: 0,
            written: HashSet::new(),
            overflow: false,
        }
    }

    fn say(&mut self, message: Message) {
        self.report.error(message.area, message.text);
    }

    fn network(mut self, network: &Network) -> Resolved {
        self.options(network);
        for chain in &network.chains {
            collect_labels(&chain.units, &mut self.written);
            self.written
                .extend(chain.label.iter().filter_map(plain_text));
        }
        if network.chains.iter().all(|c| c.units.is_empty()) {
            self.report.error(
                network.area,
                "the network is empty\nhelp: it starts with its input shape: < 1x28x28 -> conv(6, 5x5) -> … >",
            );
        }
        let mut flows = Vec::new();
        for chain in &network.chains {
            flows.push(self.chain(chain));
        }
        let outputs = self.outputs(network, &flows);
        if self.report.errors().is_empty() {
            self.check_used(network, &outputs);
            self.warn_of_labels();
        }
        if !self.report.errors().is_empty() {
            return Resolved::Broken {
                inputs: self.inputs.iter().map(|&v| self.values[v].shape).collect(),
                outputs: outputs
                    .iter()
                    .map(|o| o.map(|o| self.values[o.value].shape))
                    .collect(),
            };
        }
        let labels = self.scope.labelled.iter().filter_map(|l| {
            let value = l.value?;
            Some(net::Label {
                path: l.path.clone(),
                value,
            })
        });
        Resolved::Net(Box::new(Net {
            name: network
                .name
                .as_ref()
                .map_or_else(|| "network".to_owned(), ToString::to_string),
            inputs: self.inputs,
            labels: labels.collect(),
            values: self.values,
            nodes: self.nodes,
            outputs: evaluation_first(outputs.into_iter().flatten()),
        }))
    }

    /// `with exact, accurate, bias=false`.
    fn options(&mut self, network: &Network) {
        const WORDS: [&str; 5] = ["exact", "floor", "ceil", "accurate", "bias"];
        for option in &network.options {
            let word = match (&option.name, &option.value) {
                (None, AstValue::Expr(Expr::Name(word))) => word,
                (Some(name), _) => name,
                _ => {
                    self.report.error(
                        option.area,
                        "an option of a network is a word or `name=value`",
                    );
                    continue;
                }
            };
            match (word.to_string().as_str(), &option.name) {
                ("exact" | "floor" | "ceil", None) => {
                    let name = Some(proc_macro2::Ident::new("round", word.span()));
                    self.defaults.push(Arg {
                        name,
                        value: option.value.clone(),
                        area: option.area,
                    });
                }
                // Every kernel of today is accurate; the option only forbids faster, rougher ones.
                ("accurate", None) => {}
                ("bias", Some(_)) => match &option.value {
                    AstValue::Expr(Expr::Name(flag)) if flag == "true" || flag == "false" => {
                        self.defaults.push(option.clone());
                    }
                    _ => self
                        .report
                        .error(option.value.area(), "`bias` is true or false"),
                },
                (found, _) => {
                    let help = nearest(found, WORDS).map_or_else(
                        || format!("it takes {}", WORDS.join(", ")),
                        |w| format!("did you mean `{w}`?"),
                    );
                    self.report.error(
                        option.area,
                        format!("a network has no option `{found}`\nhelp: {help}"),
                    );
                }
            }
        }
    }

    fn chain(&mut self, chain: &Chain) -> Flow {
        let Some(label) = &chain.label else {
            return self.units(&chain.units, Flow::Nothing, None);
        };
        let Some(name) = self.label_text(label) else {
            return self.units(&chain.units, Flow::Nothing, None);
        };
        self.scope.enter(&name, true);
        let flow = self.units(&chain.units, Flow::Nothing, None);
        self.scope.leave();
        self.give_label(&name, label.area, flow);
        flow
    }

    /// Units in order. `unchanged` is what `_` stands for at the head of a branch.
    fn units(&mut self, units: &[Unit], mut flow: Flow, unchanged: Option<Flow>) -> Flow {
        for (i, unit) in units.iter().enumerate() {
            let head = i == 0;
            flow = self.unit(unit, flow, if head { unchanged } else { None }, head);
        }
        flow
    }

    fn unit(&mut self, unit: &Unit, flow: Flow, unchanged: Option<Flow>, head: bool) -> Flow {
        let times = match &unit.repeat {
            None => 1,
            Some(times) => match eval::size(times, &self.names, "the number of copies", 1) {
                Ok(n) => n,
                Err(message) => {
                    self.say(message);
                    1
                }
            },
        };
        let name = unit.label.as_ref().and_then(|l| self.label_text(l));
        let repeated = unit.repeat.is_some();
        let Some((name, area)) = name.zip(unit.label.as_ref().map(|l| l.area)) else {
            return self.copies(&unit.node, times, repeated, flow, unchanged, head);
        };
        if matches!(unit.node, Node::Shape(_) | Node::Unchanged(_)) {
            self.report.error(
                area,
                "only a layer, a block or a group can be labelled here",
            );
        }
        // A single labelled layer is its own level; everything else counts inside the label.
        let flow = match &unit.node {
            Node::Call(call) if !repeated && self.is_layer(call) => {
                self.layer_call(call, flow, Some(&name))
            }
            Node::Splice(splice) if !repeated => self.splice(splice, flow, Some(&name)),
            Node::Call(call) if !repeated && self.block(&call.name.to_string()).is_some() => {
                self.block_call(call, flow, Some(&name))
            }
            node => {
                self.scope.enter(&name, true);
                let flow = self.copies(node, times, repeated, flow, unchanged, head);
                self.scope.leave();
                flow
            }
        };
        self.give_label(&name, area, flow);
        flow
    }

    fn is_layer(&self, call: &Call) -> bool {
        layers::find(&call.name.to_string()).is_some()
    }

    fn block(&self, name: &str) -> Option<&'a Block> {
        self.blocks.iter().find(|b| b.name == name)
    }

    fn copies(
        &mut self,
        node: &Node,
        times: usize,
        repeated: bool,
        flow: Flow,
        unchanged: Option<Flow>,
        head: bool,
    ) -> Flow {
        let mut flow = flow;
        let outer = self.instance;
        for copy in 0..times {
            if repeated {
                self.instances += 1;
                self.instance = Some(self.instances);
            }
            flow = self.node(
                node,
                flow,
                if copy == 0 { unchanged } else { None },
                head && copy == 0,
            );
            if self.overflow {
                break;
            }
        }
        self.instance = outer;
        flow
    }

    fn give_label(&mut self, name: &str, area: Area, flow: Flow) {
        if !self.scope.label(name, flow.value(), area) {
            self.report.error(
                area,
                format!("the label `{}` is given twice\nhelp: in a repetition a `block` or `{{ {name}{{i}}: … for i in 0..n }}` gives each copy a label of its own", self.scope.join(name)),
            );
        }
    }

    fn label_text(&mut self, label: &Label) -> Option<String> {
        let mut text = String::new();
        for piece in &label.pieces {
            match piece {
                Piece::Text(t) => text.push_str(t),
                Piece::Number(e) => match eval::size(e, &self.names, "the number in a label", 0) {
                    Ok(n) => text.push_str(&n.to_string()),
                    Err(message) => {
                        self.say(message);
                        return None;
                    }
                },
            }
        }
        Some(text)
    }

    fn node(&mut self, node: &Node, flow: Flow, unchanged: Option<Flow>, head: bool) -> Flow {
        match node {
            Node::Shape(sizes) => self.source(sizes, flow, head),
            Node::Call(call) => self.call(call, flow, head),
            Node::Join(join) => self.join(join, flow),
            Node::Splice(splice) => self.splice(splice, flow, None),
            Node::Unchanged(area) => self.unchanged(*area, unchanged, flow),
            Node::Group(units) => self.units(units, flow, unchanged),
            Node::For(repetition) => self.repetition(repetition, flow),
            Node::If(arms) => self.choice(arms, flow),
            Node::Broken => Flow::Unknown,
        }
    }

    /// `_`, which needs a branch whose input it can be.
    fn unchanged(&mut self, area: Area, unchanged: Option<Flow>, flow: Flow) -> Flow {
        unchanged.unwrap_or_else(|| {
            self.report.error(
                area,
                "`_` is the unchanged input at the head of a branch: add(_ | …)",
            );
            flow
        })
    }

    /// An input shape.
    fn source(&mut self, sizes: &Sizes, flow: Flow, head: bool) -> Flow {
        let in_block = !self.stack.is_empty();
        if !head || in_block || !matches!(flow, Flow::Nothing) {
            self.report.error(
                sizes.area,
                "a shape stands only at the start of a network, as its input",
            );
            return flow;
        }
        match self.shape(sizes) {
            Some(shape) => {
                let value = self.value(shape, Receptive::PIXEL);
                self.inputs.push(value);
                Flow::Value(value)
            }
            None => Flow::Unknown,
        }
    }

    fn shape(&mut self, sizes: &Sizes) -> Option<Shape> {
        let mut numbers = Vec::new();
        for (part, what) in sizes.parts.iter().zip([
            "the number of channels",
            "the height",
            "the width",
            "the size",
        ]) {
            match eval::size(part, &self.names, what, 1) {
                Ok(n) => numbers.push(n),
                Err(message) => {
                    self.say(message);
                    return None;
                }
            }
        }
        let shape = match numbers.as_slice() {
            [n] => Shape::Vector(*n),
            [c, h, w] => {
                // Channels last is what image libraries and TensorFlow write.
                if sizes.crossed && c == h && *c > 4 && [1, 3, 4].contains(w) {
                    self.report.error(
                        sizes.area,
                        format!(
                            "{c}x{h}x{w} reads as {c} channels of {h}x{w}: a shape is channels x height x width\nhelp: {w} channel{} of {c}x{h} {} written {w}x{c}x{h}; if {c} channels are meant, write ({c}, {h}, {w})",
                            if *w == 1 { "" } else { "s" },
                            if *w == 1 { "is" } else { "are" },
                        ),
                    );
                    return Some(Shape::volume(*w, *c, *h));
                }
                Shape::volume(*c, *h, *w)
            }
            [h, w] => {
                self.report.error(
                    sizes.area,
                    format!("a shape is channels x height x width, or one number for a vector\nhelp: one channel of {h}x{w} is written 1x{h}x{w}"),
                );
                return Some(Shape::volume(1, *h, *w));
            }
            _ => {
                self.report.error(
                    sizes.area,
                    format!("a shape is channels x height x width, or one number for a vector, but {} sizes are given", sizes.parts.len()),
                );
                return None;
            }
        };
        if shape.checked_len().is_none_or(|n| n > MOST_ELEMENTS) {
            self.report.error(
                sizes.area,
                format!("{shape} has more than {MOST_ELEMENTS} elements"),
            );
            return None;
        }
        Some(shape)
    }

    fn value(&mut self, shape: Shape, field: Receptive) -> ValueId {
        self.values.push(Value { shape, field });
        self.values.len() - 1
    }

    fn call(&mut self, call: &Call, flow: Flow, head: bool) -> Flow {
        let name = call.name.to_string();
        if layers::find(&name).is_some() {
            return self.layer_call(call, flow, None);
        }
        if self.block(&name).is_some() {
            return self.block_call(call, flow, None);
        }
        if call.args.is_none() {
            if let Some(value) = self.scope.find(&name) {
                if !head {
                    self.report.error(
                        call.area,
                        format!("`{name}` is an earlier label: it can start a chain or a branch, as in concat(_ | {name})"),
                    );
                }
                return value.map_or(Flow::Unknown, Flow::Value);
            }
        }
        self.unknown(call, &name);
        Flow::Unknown
    }

    fn unknown(&mut self, call: &Call, name: &str) {
        if self.written.contains(name) && call.args.is_none() {
            self.report.error(
                &call.name,
                format!("the label `{name}` is not known here: it comes later, or inside another block or level\nhelp: a skip connection takes the output of an earlier layer"),
            );
            return;
        }
        let blocks: Vec<String> = self.blocks.iter().map(|b| b.name.to_string()).collect();
        let labels = if call.args.is_none() {
            self.scope.visible()
        } else {
            Vec::new()
        };
        let keywords = layers::LAYERS.iter().map(|r| r.keyword);
        let known = keywords
            .chain(blocks.iter().map(String::as_str))
            .chain(labels.iter().map(String::as_str));
        let help = if let Some(record) = layers::find_foreign(name) {
            format!("\nhelp: here it is called `{}`", record.keyword)
        } else if let Some(near) = nearest(name, known) {
            format!("\nhelp: did you mean `{near}`?")
        } else {
            String::new()
        };
        let what = if call.args.is_some() {
            "layer or block"
        } else {
            "layer, block or label"
        };
        self.report.error(
            &call.name,
            format!("there is no {what} called `{name}`{help}"),
        );
    }

    /// A call of a layer with arguments, or with none.
    fn layer_call(&mut self, call: &Call, flow: Flow, label: Option<&str>) -> Flow {
        let name = call.name.to_string();
        let record = layers::find(&name).expect("looked up by the caller");
        let given = call.args.as_deref().unwrap_or_default();
        let args = args::bind(
            record.keyword,
            &call.name,
            call.area,
            record.args,
            given,
            &self.defaults,
            &self.names,
            self.report,
        );
        if record.joins {
            if args.is_some() {
                self.report
                    .error(call.area, format!("{name} joins branches: {name}(_ | …)"));
            }
            return Flow::Unknown;
        }
        let path = self.path(label);
        self.layer(record, args.as_ref(), call.area, flow, path)
    }

    fn path(&mut self, label: Option<&str>) -> String {
        match label {
            Some(name) => self.scope.join(name),
            None => {
                let position = self.scope.position();
                self.scope.join(&position)
            }
        }
    }

    fn layer(
        &mut self,
        record: &'static Record,
        args: Option<&args::Args>,
        area: Area,
        flow: Flow,
        path: String,
    ) -> Flow {
        let anyway = |r: &mut Self| {
            let shape = args.and_then(|a| (record.output_anyway)(a));
            shape.map_or(Flow::Unknown, |s| Flow::Value(r.value(s, Receptive::PIXEL)))
        };
        match flow {
            Flow::Nothing => {
                self.report.error(
                    area,
                    format!("a network starts with its input shape, channels x height x width\nhelp: < 1x28x28 -> {}{} -> … >",
                        record.keyword,
                        if record.args.is_empty() { "" } else { "(…)" }
                    ),
                );
                anyway(self)
            }
            Flow::Unknown => anyway(self),
            Flow::Value(input) => {
                let Some(args) = args else {
                    return Flow::Unknown;
                };
                let operand = Operand {
                    shape: self.values[input].shape,
                    area,
                };
                match (record.build)(record, args, &[operand], self.report) {
                    Some(layer) => self.place(record.keyword, layer, vec![input], path, area),
                    None => anyway(self),
                }
            }
        }
    }

    fn place(
        &mut self,
        keyword: &'static str,
        layer: Layer,
        inputs: Vec<ValueId>,
        path: String,
        area: Area,
    ) -> Flow {
        if self.nodes.len() >= MOST_LAYERS {
            if !self.overflow {
                self.report.error(
                    area,
                    format!("the network unfolds to more than {MOST_LAYERS} layers"),
                );
            }
            self.overflow = true;
            return Flow::Unknown;
        }
        let fields: Vec<Receptive> = inputs.iter().map(|&v| self.values[v].field).collect();
        let image = self.inputs.iter().fold([1, 1], |most, &v| {
            let size = self.values[v].shape.size();
            [most[0].max(size[0]), most[1].max(size[1])]
        });
        // A volume's flatten keeps what its elements see; only later layers mix positions.
        let field = match (keyword, layer.field) {
            (_, Field::Everything) if matches!(layer.body, layers::Body::View) => fields[0],
            (_, field) => Receptive::behind(&fields, field, image),
        };
        let output = self.value(layer.output, field);
        self.nodes.push(net::Node {
            path,
            keyword,
            layer,
            inputs,
            output,
            instance: self.instance,
            area,
        });
        Flow::Value(output)
    }

    fn join(&mut self, join: &Join, flow: Flow) -> Flow {
        let name = join.name.to_string();
        let Some(record) = layers::find(&name).filter(|r| r.joins) else {
            let joins = || layers::LAYERS.iter().filter(|r| r.joins).map(|r| r.keyword);
            let help = match layers::find_foreign(&name)
                .filter(|r| r.joins)
                .map(|r| r.keyword)
                .or_else(|| nearest(&name, joins()))
            {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "branches are joined by {}",
                    joins().collect::<Vec<_>>().join(", ")
                ),
            };
            self.report.error(
                &join.name,
                format!("`{name}` does not join branches\nhelp: {help}"),
            );
            return Flow::Unknown;
        };
        let mut operands = Vec::new();
        let mut inputs = Vec::new();
        for branch in &join.branches {
            let before = self.report.errors().len();
            let begins_itself = branch.first().is_some_and(|u| self.refers(u));
            if matches!(flow, Flow::Nothing) && !begins_itself {
                let area = branch.first().map_or(join.area, |u| u.area);
                self.report.error(area, "nothing flows into this branch: it starts with a label or an input's name here");
            }
            let end = self.units(branch, flow, Some(flow));
            if let (Flow::Value(v), true) = (end, self.report.errors().len() == before) {
                let area = match (branch.first(), branch.last()) {
                    (Some(first), Some(last)) => first.area.to(last.area),
                    _ => join.area,
                };
                operands.push(Operand {
                    shape: self.values[v].shape,
                    area,
                });
                inputs.push(v);
            }
        }
        if operands.len() < join.branches.len() {
            return Flow::Unknown;
        }
        let args = args::bind(
            record.keyword,
            &join.name,
            join.area,
            record.args,
            &[],
            &self.defaults,
            &self.names,
            self.report,
        );
        let Some(args) = args else {
            return Flow::Unknown;
        };
        match (record.build)(record, &args, &operands, self.report) {
            Some(layer) => {
                let path = self.scope.join(record.keyword);
                self.place(record.keyword, layer, inputs, path, join.area)
            }
            None => Flow::Unknown,
        }
    }

    /// Whether a branch starts with a label rather than with what flows in.
    fn refers(&self, unit: &Unit) -> bool {
        match &unit.node {
            Node::Call(call) => {
                call.args.is_none() && self.scope.visible().contains(&call.name.to_string())
            }
            Node::Join(_) | Node::Broken => true,
            _ => false,
        }
    }

    fn splice(&mut self, splice: &Splice, flow: Flow, label: Option<&str>) -> Flow {
        let name = splice.name.to_string();
        let stated = self.shape(&splice.shape);
        if name != "custom" {
            let help = nearest(&name, ["custom"])
                .map(|n| format!("\nhelp: did you mean `{n}`?"))
                .unwrap_or_default();
            self.report.error(
                &splice.name,
                format!("`{name}(Type => shape)` is not known{help}"),
            );
            return Flow::Unknown;
        }
        let path = self.path(label);
        match (flow, stated) {
            (Flow::Nothing, _) => {
                self.report.error(
                    splice.area,
                    "a network starts with its input shape, channels x height x width",
                );
                Flow::Unknown
            }
            (Flow::Value(input), Some(stated)) => {
                let operand = Operand {
                    shape: self.values[input].shape,
                    area: splice.area,
                };
                let layer = layers::splice(&splice.ty, operand, stated);
                self.place("custom", layer, vec![input], path, splice.area)
            }
            (_, Some(stated)) => Flow::Value(self.value(stated, Receptive::PIXEL)),
            (_, None) => Flow::Unknown,
        }
    }

    fn repetition(&mut self, repetition: &For, mut flow: Flow) -> Flow {
        let bounds = eval::int(&repetition.from, &self.names)
            .and_then(|from| Ok((from, eval::int(&repetition.to, &self.names)?)));
        let (from, to) = match bounds {
            Ok(bounds) => bounds,
            Err(message) => {
                self.say(message);
                return Flow::Unknown;
            }
        };
        let end = if repetition.inclusive { to + 1 } else { to };
        if end <= from {
            self.report.error(
                repetition.from.area().to(repetition.to.area()),
                "this range holds no number",
            );
            return flow;
        }
        let (known, outer) = (self.names.len(), self.instance);
        for i in from..end {
            self.names.set(repetition.var.to_string(), i);
            self.instances += 1;
            self.instance = Some(self.instances);
            flow = self.units(&repetition.body, flow, None);
            self.names.truncate(known);
            if self.overflow {
                break;
            }
        }
        self.instance = outer;
        flow
    }

    fn choice(&mut self, arms: &[(Option<Expr>, Vec<Unit>)], flow: Flow) -> Flow {
        for (condition, body) in arms {
            let taken = match condition {
                None => true,
                Some(condition) => match eval::truth(condition, &self.names) {
                    Ok(truth) => truth,
                    Err(message) => {
                        self.say(message);
                        return Flow::Unknown;
                    }
                },
            };
            if taken {
                return self.units(body, flow, None);
            }
        }
        flow
    }

    fn block_call(&mut self, call: &Call, flow: Flow, label: Option<&str>) -> Flow {
        let name = call.name.to_string();
        let block = self.block(&name).expect("looked up by the caller");
        self.called.insert(name.clone());
        if self.stack.contains(&name) {
            let mut round = self.stack.clone();
            round.push(name);
            self.report.error(
                call.area,
                format!("a block can't call itself: {}", round.join(" calls ")),
            );
            return Flow::Unknown;
        }
        let shape = flow.value().map(|v| self.values[v].shape);
        let Some(names) = self.block_names(block, call, shape) else {
            return Flow::Unknown;
        };
        if matches!(flow, Flow::Nothing) {
            self.report.error(
                call.area,
                "a network starts with its input shape, channels x height x width",
            );
        }
        match (block.inline, label) {
            (true, None) => self.scope.enter_inline(),
            (_, Some(label)) => self.scope.enter(label, false),
            (false, None) => {
                let position = self.scope.position();
                self.scope.enter(&position, false);
            }
        }
        let before = self.report.errors().len();
        let outer_names = std::mem::replace(&mut self.names, names);
        let outer_instance = self.instance;
        self.instances += 1;
        self.instance = Some(self.instances);
        self.stack.push(name);
        let entered = if matches!(flow, Flow::Nothing) {
            Flow::Unknown
        } else {
            flow
        };
        let end = self.units(&block.body, entered, None);
        self.stack.pop();
        self.instance = outer_instance;
        self.names = outer_names;
        if block.inline && label.is_none() {
            self.scope.leave_inline();
        } else {
            self.scope.leave();
        }
        if let Some(shape) = shape {
            self.report.explain_since(
                before,
                &format!(
                    "in the block call `{}`, entered with {shape}",
                    self.spell(call)
                ),
            );
        }
        end
    }

    /// The names that a block's body may use.
    fn block_names(&mut self, block: &Block, call: &Call, shape: Option<Shape>) -> Option<Names> {
        let mut names = Names::default();
        if let Some(shape) = shape {
            names.set("C", shape.channels() as i128);
            if let Shape::Volume { height, width, .. } = shape {
                names.set("H", height as i128);
                names.set("W", width as i128);
            }
        }
        let before = self.report.errors().len();
        let given = call.args.as_deref().unwrap_or_default();
        let mut values: Vec<Option<i128>> = vec![None; block.params.len()];
        let list = || {
            let params: Vec<String> = block.params.iter().map(|p| p.name.to_string()).collect();
            format!("{}({})", block.name, params.join(", "))
        };
        for (i, arg) in given.iter().enumerate() {
            let place = match &arg.name {
                None => (i < block.params.len()).then_some(i),
                Some(name) => block.params.iter().position(|p| p.name == *name),
            };
            let Some(place) = place else {
                let text = match &arg.name {
                    Some(name) => format!(
                        "the block `{}` has no parameter `{name}`: {}",
                        block.name,
                        list()
                    ),
                    None => format!("this argument is one too many: {}", list()),
                };
                self.report.error(arg.area, text);
                continue;
            };
            if values[place].is_some() {
                self.report.error(
                    arg.area,
                    format!("`{}` is given twice", block.params[place].name),
                );
            }
            let value = match &arg.value {
                AstValue::Expr(e) => eval::int(e, &self.names),
                AstValue::Sizes(s) => Err(Message {
                    area: s.area,
                    text: "a block's arguments are single whole numbers".to_owned(),
                }),
            };
            match value {
                Ok(n) => values[place] = Some(n),
                Err(message) => {
                    self.say(message);
                    values[place] = Some(1);
                }
            }
        }
        for (param, value) in block.params.iter().zip(values) {
            let value = match (value, &param.default) {
                (Some(n), _) => n,
                (None, Some(default)) => match eval::int(default, &names) {
                    Ok(n) => n,
                    Err(message) => {
                        self.say(message);
                        continue;
                    }
                },
                (None, None) => {
                    self.report.error(
                        call.area,
                        format!(
                            "the block `{}` lacks its argument `{}`: {}",
                            block.name,
                            param.name,
                            list()
                        ),
                    );
                    continue;
                }
            };
            names.set(param.name.to_string(), value);
        }
        (self.report.errors().len() == before).then_some(names)
    }

    /// A block call as text, for messages.
    fn spell(&self, call: &Call) -> String {
        let args: Vec<String> = call
            .args
            .iter()
            .flatten()
            .filter_map(|a| match &a.value {
                AstValue::Expr(e) => {
                    let value = eval::int(e, &self.names).ok()?;
                    Some(
                        a.name
                            .as_ref()
                            .map_or_else(|| value.to_string(), |n| format!("{n}={value}")),
                    )
                }
                AstValue::Sizes(_) => None,
            })
            .collect();
        if args.is_empty() {
            call.name.to_string()
        } else {
            format!("{}({})", call.name, args.join(", "))
        }
    }

    fn outputs(&mut self, network: &Network, flows: &[Flow]) -> Vec<Option<net::Output>> {
        if network.outputs.is_empty() {
            let last = flows.last().and_then(|f| f.value());
            return vec![last.map(|value| net::Output {
                value,
                train: false,
            })];
        }
        let mut outputs = Vec::new();
        for output in &network.outputs {
            let name = output.name.to_string();
            let value = match self.scope.find(&name) {
                Some(value) => value,
                None => {
                    let visible = self.scope.visible();
                    let help = nearest(&name, visible.iter().map(String::as_str))
                        .map(|n| format!("\nhelp: did you mean `{n}`?"))
                        .unwrap_or_default();
                    self.report.error(
                        &output.name,
                        format!("no chain or label is called `{name}`{help}"),
                    );
                    None
                }
            };
            outputs.push(value.map(|value| net::Output {
                value,
                train: output.train,
            }));
        }
        if network.outputs.iter().all(|o| o.train) {
            self.report.error(
                &network.outputs[0].name,
                "at least one output must exist in evaluation too",
            );
        }
        outputs
    }

    /// Every layer must matter to an output.
    fn check_used(&mut self, network: &Network, outputs: &[Option<net::Output>]) {
        let mut used = vec![false; self.values.len()];
        for output in outputs.iter().flatten() {
            used[output.value] = true;
        }
        for node in self.nodes.iter().rev() {
            if used[node.output] {
                for &v in &node.inputs {
                    used[v] = true;
                }
            }
        }
        if let Some(node) = self.nodes.iter().find(|n| !used[n.output]) {
            self.report.error(
                node.area,
                format!("nothing uses the result of this layer, {}\nhelp: name its chain in `=> a, b`, or join it to another", self.values[node.output].shape),
            );
        } else if let Some(&input) = self.inputs.iter().find(|&&v| !used[v]) {
            self.report.error(
                network.area,
                format!("the input of {} is not used", self.values[input].shape),
            );
        } else if self.nodes.is_empty() {
            self.report.error(
                network.area,
                "the network has no layers\nhelp: < 1x28x28 -> conv(6, 5x5) -> … >",
            );
        } else if let Some(o) = outputs
            .iter()
            .flatten()
            .find(|o| self.inputs.contains(&o.value))
        {
            self.report.error(
                network.area,
                format!(
                    "the input of {} is also an output",
                    self.values[o.value].shape
                ),
            );
        }
    }

    /// Labels that name no parameter and nothing used.
    fn warn_of_labels(&mut self) {
        for label in &self.scope.labelled {
            let below = format!("{}.", label.path);
            let named = self.nodes.iter().any(|n| {
                !n.layer.params.is_empty() && (n.path == label.path || n.path.starts_with(&below))
            });
            if !named && !label.used {
                self.report.warning(
                    label.area,
                    format!(
                        "the label `{}` names neither a parameter nor anything used",
                        label.path
                    ),
                );
            }
        }
    }
}

/// Outputs that exist in training only come last.
fn evaluation_first(outputs: impl Iterator<Item = net::Output>) -> Vec<net::Output> {
    let mut outputs: Vec<net::Output> = outputs.collect();
    outputs.sort_by_key(|o| o.train);
    outputs
}

fn plain_text(label: &Label) -> Option<String> {
    match label.pieces.as_slice() {
        [Piece::Text(text)] => Some(text.clone()),
        _ => None,
    }
}

fn collect_labels(units: &[Unit], into: &mut HashSet<String>) {
    for unit in units {
        into.extend(unit.label.iter().filter_map(plain_text));
        match &unit.node {
            Node::Group(body) => collect_labels(body, into),
            Node::For(f) => collect_labels(&f.body, into),
            Node::If(arms) => arms.iter().for_each(|(_, body)| collect_labels(body, into)),
            Node::Join(join) => join.branches.iter().for_each(|b| collect_labels(b, into)),
            Node::Shape(_)
            | Node::Call(_)
            | Node::Splice(_)
            | Node::Unchanged(_)
            | Node::Broken => {}
        }
    }
}
