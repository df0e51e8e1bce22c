//! Layers in their places: looked up, given their arguments, checked against their inputs.

use super::{Flow, MOST_LAYERS, Resolver};
use crate::args;
use crate::ast::{Call, Join, Node, Unit};
use crate::init;
use crate::layers::{self, Field, Layer, Operand, Record};
use crate::net::{self, Receptive, Value, ValueId};
use crate::report::{Area, nearest};
use crate::shape::Shape;

impl Resolver<'_> {
    pub(super) fn is_layer(&self, call: &Call) -> bool {
        layers::find(&call.name.to_string()).is_some()
    }

    pub(super) fn value(&mut self, shape: Shape, field: Receptive) -> ValueId {
        self.values.push(Value { shape, field });
        self.values.len() - 1
    }

    pub(super) fn call(&mut self, call: &Call, flow: Flow, head: bool) -> Flow {
        let name = call.name.to_string();
        if layers::find(&name).is_some() {
            return self.layer_call(call, flow, None);
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
        self.unknown(call, &name);
        Flow::Unknown
    }

    pub(super) fn unknown(&mut self, call: &Call, name: &str) {
        if self.written.contains(name) && call.args.is_none() {
            self.report.error(
                &call.name,
                format!("the label `{name}` is not known here: it comes later, or inside another block or level\nhelp: a skip connection takes the output of an earlier layer"),
            );
            return;
        }
        if let Some(used) = self.home.used(name) {
            // What has not come is missing behind another mistake.
            if self.home.import(&used.path).is_some() {
                let help = format!("help: net({name} => shape) puts it into this one");
                self.report
                    .error(&call.name, format!("`{name}` is a network, not a block\n{help}"));
            }
            return;
        }
        let blocks = self.home.blocks.iter().map(|b| &b.name);
        let blocks = blocks.chain(self.home.uses.iter().map(|u| &u.name));
        let blocks: Vec<String> = blocks.map(ToString::to_string).collect();
        let labels = if call.args.is_none() { self.scope.visible() } else { Vec::new() };
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
        let what = if call.args.is_some() { "layer or block" } else { "layer, block or label" };
        self.report.error(&call.name, format!("there is no {what} called `{name}`{help}"));
    }

    /// A call of a layer with arguments, or with none.
    pub(super) fn layer_call(&mut self, call: &Call, flow: Flow, label: Option<&str>) -> Flow {
        let name = call.name.to_string();
        let record = layers::find(&name).expect("looked up by the caller");
        let given = match record.is_spliced() {
            // Whatever they are, a type and a shape are missing.
            true => &[],
            false => call.args.as_deref().unwrap_or_default(),
        };
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
        let mut args = args.map(|args| args.accurate(self.accurate));
        if let Some(args) = &mut args
            && let Some(label) = args.label.clone()
        {
            args.source = self.named(record, &label);
        }
        if record.joins {
            if args.is_some() {
                self.report.error(call.area, format!("{name} joins branches: {name}(_ | …)"));
            }
            return Flow::Unknown;
        }
        let path = self.path(label);
        self.layer(record, args.as_ref(), call.area, flow, path)
    }

    pub(super) fn path(&mut self, label: Option<&str>) -> String {
        match label {
            Some(name) => self.scope.join(name),
            None => {
                let position = self.scope.position();
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
                let operand = Operand { shape: self.values[input].shape, area };
                match (record.build)(record, args, &[operand], self.report) {
                    Some(mut layer) => {
                        let (weight, bias) = (args.init("init"), args.init("bias_init"));
                        init::initialise(&mut layer.params, weight, bias);
                        let mut inputs = vec![input];
                        inputs.extend(args.source.as_ref().map(|s| self.indices_of(s.node)));
                        self.place(record.keyword, layer, inputs, path, area)
                    }
                    None => anyway(self),
                }
            }
        }
    }

    pub(super) fn place(
        &mut self,
        keyword: &'static str,
        layer: Layer,
        inputs: Vec<ValueId>,
        path: String,
        area: Area,
    ) -> Flow {
        if self.nodes.len() >= MOST_LAYERS {
            if !self.overflow {
                self.report
                    .error(area, format!("the network unfolds to more than {MOST_LAYERS} layers"));
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
            indices: None,
            instance: self.instance,
            area: self.within.unwrap_or(area),
        });
        Flow::Value(output)
    }

    pub(super) fn join(&mut self, join: &Join, flow: Flow) -> Flow {
        let name = join.name.to_string();
        let Some(record) = layers::find(&name).filter(|r| r.joins) else {
            let joins = || layers::LAYERS.iter().filter(|r| r.joins).map(|r| r.keyword);
            let help = match layers::find_foreign(&name)
                .filter(|r| r.joins)
                .map(|r| r.keyword)
                .or_else(|| nearest(&name, joins()))
            {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!("branches are joined by {}", joins().collect::<Vec<_>>().join(", "))
                }
            };
            self.report.error(&join.name, format!("`{name}` does not join branches\nhelp: {help}"));
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
                operands.push(Operand { shape: self.values[v].shape, area });
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
    pub(super) fn refers(&self, unit: &Unit) -> bool {
        match &unit.node {
            Node::Call(call) => {
                call.args.is_none() && self.scope.visible().contains(&call.name.to_string())
            }
            Node::Join(_) | Node::Broken => true,
            _ => false,
        }
    }
}
