//! Layers in their places: looked up, given their arguments, checked against their inputs.

use super::{Flow, MOST_LAYERS, Resolver};
use crate::args::{self, Args, Surroundings, Written};
use crate::ast::{Arg, Call, Expr, Join, Node, Sizes, Unit, Value as AstValue};
use crate::eval;
use crate::layers::{self, Layer, Operand, Record, Sweep};
use crate::net::{self, Value, ValueId};
use crate::parse::argument;
use crate::report::{Area, nearest};
use cnn_ir::{Field, Shape};
use proc_macro2::Ident;
use syn::parse::Parser;

impl Resolver<'_> {
    pub(super) fn layer_of(&self, call: &Call) -> Option<&'static Record> {
        layers::find(&call.name.to_string())
    }

    pub(super) fn value(&mut self, shape: Shape) -> ValueId {
        self.values.push(Value { shape });
        self.values.len() - 1
    }

    pub(super) fn call(&mut self, call: &Call, flow: Flow, head: bool) -> Flow {
        let name = call.name.to_string();
        if let Some(record) = layers::find(&name) {
            return self.layer_call(record, call, flow, None);
        }
        if self.block(&name).is_some() {
            return self.block_call(call, flow, None);
        }
        if call.args.is_none()
            && let Some(value) = self.scope.find(&name)
        {
            if !head {
                self.report.error(
                        call.area,
                        format!("`{name}` is an earlier label: it can start a chain or a branch, as in concat(_ | {name})"),
                    );
            }
            return value.map_or(Flow::Unknown, Flow::Value);
        }
        if name.eq_ignore_ascii_case("input")
            && let Some(args) = &call.args
        {
            return self.input_call(call, args, flow, head);
        }
        match self.unknown(call, &name, head) {
            Some(record) => self.meant(record, call, flow),
            None => Flow::Unknown,
        }
    }

    /// `input(3, 32, 32)`, which other frameworks write for the shape itself.
    fn input_call(&mut self, call: &Call, args: &[Arg], flow: Flow, head: bool) -> Flow {
        let parts: Vec<Expr> = match args {
            [Arg { value: AstValue::Sizes(sizes), .. }] => sizes.parts.clone(),
            _ => args
                .iter()
                .filter_map(|a| match &a.value {
                    AstValue::Expr(e) => Some(e.clone()),
                    _ => None,
                })
                .collect(),
        };
        let numbers: Vec<i128> =
            parts.iter().filter_map(|e| eval::int(e, &self.names).ok()).collect();
        let written = match numbers.as_slice() {
            [h, w, c @ (1 | 3 | 4)] if h == w && *h > 4 => format!("{c}x{h}x{w}"),
            [_] | [_, _, _] if numbers.len() == parts.len() => {
                Sizes { parts: parts.clone(), crossed: true, area: call.area }.to_string()
            }
            _ => "1x28x28".to_owned(),
        };
        self.report.error(
            call.area,
            format!("a network starts with the shape of its input itself\nhelp: write `{written}`"),
        );
        if numbers.len() != parts.len() || ![1, 3].contains(&numbers.len()) {
            return Flow::Unknown;
        }
        let sizes = argument.parse_str(&written);
        match (sizes, head && matches!(flow, Flow::Nothing)) {
            (Ok(AstValue::Sizes(sizes)), true) => self.source(&sizes, flow, head),
            (Ok(AstValue::Expr(e)), true) => {
                let area = e.area();
                self.source(&Sizes { parts: vec![e], crossed: true, area }, flow, head)
            }
            _ => Flow::Unknown,
        }
    }

    /// A call that bears another framework's name of a layer, or a misspelt one: as if it bore this
    /// one's, so that all mistakes in it are shown at once.
    fn meant(&mut self, record: &'static Record, call: &Call, flow: Flow) -> Flow {
        let bare = call.args.as_ref().is_none_or(Vec::is_empty);
        if record.joins || record.is_spliced() || (bare && record.args.iter().any(|s| s.required)) {
            return Flow::Unknown;
        }
        let mut call = call.clone();
        if told_channels(record, &call) {
            call.args.as_mut().map(|args| args.remove(0));
        }
        self.layer_call(record, &call, flow, None)
    }

    /// Says that nothing has that name; gives the layer that it suggests, if it does.
    pub(super) fn unknown(
        &mut self,
        call: &Call,
        name: &str,
        head: bool,
    ) -> Option<&'static Record> {
        if self.written.contains(name) && call.args.is_none() {
            self.report.error(
                &call.name,
                format!("the label `{name}` is not known here: it comes later, or inside another block or level\nhelp: a skip connection takes the output of an earlier layer"),
            );
            return None;
        }
        if let Some(used) = self.home.used(name) {
            // What has not come is missing after another mistake.
            if self.home.import(&used.path).is_some() {
                let help = format!("help: net({name} => shape) puts it into this one");
                self.report
                    .error(&call.name, format!("`{name}` is a network, not a block\n{help}"));
            }
            return None;
        }
        let blocks = self.home.blocks.iter().map(|b| &b.name);
        let blocks = blocks.chain(self.home.uses.iter().map(|u| &u.name));
        let blocks: Vec<String> = blocks.map(ToString::to_string).collect();
        let labels = if call.args.is_none() { self.scope.visible() } else { Vec::new() };
        let keywords = layers::LAYERS.iter().map(|r| r.keyword);
        let known = keywords
            .chain(blocks.iter().map(String::as_str))
            .chain(labels.iter().map(String::as_str));
        let foreign = layers::find_foreign(name);
        let near = nearest(name, known).filter(|_| foreign.is_none());
        let help = if let Some(record) = foreign {
            let channels = match told_channels(record, call) {
                true => ", and it knows the channels of its input",
                false => "",
            };
            format!("\nhelp: here it is called `{}`{channels}", record.keyword)
        } else if let Some(near) = near {
            format!("\nhelp: did you mean `{near}`?")
        } else if head && call.args.is_none() && !labels.is_empty() {
            format!("\nhelp: the labels here are {}", enumerated(&labels))
        } else {
            String::new()
        };
        let meant = foreign.or_else(|| layers::find(near?));
        let what = if call.args.is_some() { "layer or block" } else { "layer, block or label" };
        self.report.error(&call.name, format!("there is no {what} called `{name}`{help}"));
        meant
    }

    /// A call of a layer with arguments, or with none.
    pub(super) fn layer_call(
        &mut self,
        record: &'static Record,
        call: &Call,
        flow: Flow,
        label: Option<&str>,
    ) -> Flow {
        let given = match record.is_spliced() {
            // Whatever they are, a type and a shape are missing.
            true => &[],
            false => call.args.as_deref().unwrap_or_default(),
        };
        let args = self.bind(record, &call.name, call.area, given);
        let mut args = args.map(|args| args.accurate(self.accurate));
        if let Some(args) = &mut args
            && let Some(label) = args.label.clone()
        {
            args.source = self.named(record, &label);
        }
        if record.joins {
            if args.is_some() {
                let name = record.keyword;
                self.report.error(call.area, format!("{name} joins branches: {name}(_ | …)"));
            }
            return Flow::Unknown;
        }
        let path = self.path(record.keyword, label, call.area);
        self.layer(record, args.as_ref(), call.area, flow, path)
    }

    /// The arguments of a layer's call.
    fn bind(
        &mut self,
        record: &'static Record,
        name: &Ident,
        area: Area,
        given: &[Arg],
    ) -> Option<Args> {
        let Record { keyword: layer, args: specs, .. } = *record;
        let written = Written { layer, specs, name, area, given };
        let (defaults, names) = (&self.defaults, &self.names);
        let cx = Surroundings { defaults, names, foreign: layers::keyword_of };
        args::bind(written, cx, self.report)
    }

    /// The path of a unit, from its label or its position.
    pub(super) fn path(&mut self, what: &str, label: Option<&str>, area: Area) -> String {
        match label {
            Some(name) => self.scope.join(name),
            None => {
                let position = self.position(what, area);
                self.scope.join(&position)
            }
        }
    }

    pub(super) fn layer(
        &mut self,
        record: &'static Record,
        args: Option<&args::Args>,
        area: Area,
        flow: Flow,
        path: String,
    ) -> Flow {
        let anyway = |r: &mut Self| {
            let shape = args.and_then(|a| (record.output_anyway)(a));
            shape.map_or(Flow::Unknown, |s| Flow::Value(r.value(s)))
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
                let operand = Operand { shape: self.values[input].shape, area, last: None };
                match self.made(record, args, &[operand]) {
                    Some(layer) => {
                        let mut inputs = vec![input];
                        inputs.extend(args.source.as_ref().map(|s| self.indices_of(s.node)));
                        self.place(layer, inputs, path, area)
                    }
                    None => anyway(self),
                }
            }
        }
    }

    pub(super) fn place(
        &mut self,
        layer: Layer,
        inputs: Vec<ValueId>,
        path: String,
        area: Area,
    ) -> Flow {
        self.total.layers += 1;
        if self.total.layers > MOST_LAYERS {
            self.too_many(area);
            return Flow::Unknown;
        }
        let output = self.value(layer.output);
        self.nodes.push(net::Node {
            path,
            layer,
            inputs,
            output,
            indices: None,
            instance: self.instance,
            area: self.within.unwrap_or(area),
        });
        Flow::Value(output)
    }

    pub(super) fn join(&mut self, join: &Join, flow: Flow) -> Flow {
        let name = join.name.to_string();
        let found = layers::find(&name).filter(|r| r.joins);
        let record = found.or_else(|| {
            let joins = || layers::LAYERS.iter().filter(|r| r.joins).map(|r| r.keyword);
            let foreign = layers::find_foreign(&name).filter(|r| r.joins).map(|r| r.keyword);
            let near = foreign.or_else(|| nearest(&name, joins()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!("branches are joined by {}", joins().collect::<Vec<_>>().join(", "))
                }
            };
            self.report.error(&join.name, format!("`{name}` does not join branches\nhelp: {help}"));
            layers::find(near?)
        });
        let Some(record) = record else {
            return Flow::Unknown;
        };
        let mut operands = Vec::new();
        let mut inputs = Vec::new();
        for branch in &join.branches {
            let (before, first_node) = (self.report.errors().len(), self.nodes.len());
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
                let last = self.last_sweep(v, first_node);
                operands.push(Operand { shape: self.values[v].shape, area, last });
                inputs.push(v);
            }
        }
        if operands.len() < join.branches.len() {
            return Flow::Unknown;
        }
        let args = self.bind(record, &join.name, join.area, &[]);
        let Some(args) = args else {
            return Flow::Unknown;
        };
        match self.made(record, &args, &operands) {
            Some(layer) => {
                let path = self.scope.join(record.keyword);
                self.place(layer, inputs, path, join.area)
            }
            None => Flow::Unknown,
        }
    }

    /// The last layer before a value, from node `first` on, whose window is of more than one pixel, or of
    /// every few; what stands after it works on each pixel alone.
    fn last_sweep(&self, mut value: ValueId, first: usize) -> Option<Sweep> {
        for node in self.nodes[first..].iter().rev() {
            if node.output != value {
                continue;
            }
            let &[input] = node.inputs.as_slice() else { return None };
            let shape = self.values[input].shape;
            let Field::Window(window) = node.layer.op.field(shape, node.layer.output) else {
                return None;
            };
            if window.kernel != [1, 1] || window.stride != [1, 1] {
                let keyword = node.layer.op.keyword();
                return Some(Sweep { keyword, window, size: shape.size() });
            }
            value = input;
        }
        None
    }

    /// Whether a branch starts with a label rather than with what flows in.
    pub(super) fn refers(&self, unit: &Unit) -> bool {
        match &unit.node {
            Node::Call(call) => call.args.is_none() && self.scope.sees(&call.name.to_string()),
            Node::Join(_) | Node::Broken => true,
            _ => false,
        }
    }
}

/// Whether a call tells a layer the channels of its input first, as PyTorch has it.
fn told_channels(record: &Record, call: &Call) -> bool {
    const TOLD: [&str; 6] = ["conv", "deconv", "dense", "pointwise", "bn", "instancenorm"];
    let name = call.name.to_string();
    let theirs = name.ends_with("1d") || name.ends_with("2d") || name == "Linear";
    let bare = call.args.iter().flatten().take_while(|a| a.name.is_none()).count();
    let takes = record.args.iter().filter(|s| s.positional).count();
    theirs && TOLD.contains(&record.keyword) && bare > takes
}

/// `` `a`, `b` ``, and no more than a line of them.
fn enumerated(names: &[String]) -> String {
    const MOST: usize = 8;
    let mut text: Vec<String> = names.iter().take(MOST).map(|n| format!("`{n}`")).collect();
    if names.len() > MOST {
        text.push("…".to_owned());
    }
    text.join(", ")
}
