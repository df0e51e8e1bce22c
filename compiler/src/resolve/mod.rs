//! Syntax tree → network: blocks, repetitions and conditions unfolded, names looked up, every
//! layer checked against the shape that reaches it.

mod blocks;
mod constants;
mod layers;
mod outside;
mod sources;
mod spliced;
mod units;
mod weigh;

use crate::args::Args;
use crate::args::Defaults;
use crate::ast::{Block, Input, Label, Network, Node, Piece, Unit, allow_unused};
use crate::eval::Names;
use crate::init;
use crate::layers::{Layer, Operand, Record};
use crate::net::{self, Net, Value, ValueId};
use crate::report::{Area, Message, Report, Unused};
use crate::scope::Scope;
use cnn_ir::Shape;
use spliced::Spliced;
use std::collections::{HashMap, HashSet};

/// The most layers that the networks of a call may unfold to, all together.
pub const MOST_LAYERS: usize = 5_000;

/// The most units that are looked at, whether or not a layer comes of them.
const MOST_UNITS: usize = 4 * MOST_LAYERS;

/// The most networks of a call.
const MOST_NETWORKS: usize = 64;

/// The most blocks that are unfolded inside one another.
const MOST_NESTED: usize = 64;

/// Mistakes after which nothing more is looked at.
const MOST_ERRORS: usize = 1_000;

/// What the networks of a call have unfolded to.
#[derive(Debug, Default)]
struct Total {
    layers: usize,
    /// Units looked at.
    units: usize,
    /// Whether there were too many layers or units, which has been reported.
    overflow: bool,
    /// Layers that were made: copies share what they hold.
    made: HashMap<String, Layer>,
}

/// A network, or, after a mistake, what is known of its outside.
#[derive(Debug)]
pub enum Resolved {
    /// No mistake.
    Net(Box<Net>),
    /// Shapes of the inputs and outputs as far as they are known.
    Broken {
        /// Inputs.
        inputs: Vec<Shape>,
        /// Outputs, in the order of the text.
        outputs: Vec<Option<Shape>>,
    },
}

impl Resolved {
    /// The network, if it has no mistake.
    pub fn net(&self) -> Option<&Net> {
        match self {
            Self::Net(net) => Some(net),
            Self::Broken { .. } => None,
        }
    }

    /// A mistake was found later: what is known of its outside.
    pub fn refuse(&mut self, network: &Network) {
        let Self::Net(net) = self else { return };
        // Outputs that exist in training only come last in the network, but not in the text.
        let mut order: Vec<usize> = (0..net.outputs.len()).collect();
        order.sort_by_key(|&i| network.outputs.get(i).is_some_and(|o| o.train));
        let mut outputs = vec![None; net.outputs.len()];
        for (&i, output) in order.iter().zip(&net.outputs) {
            outputs[i] = Some(net.shape(output.value));
        }
        *self =
            Self::Broken { inputs: net.inputs.iter().map(|&v| net.shape(v)).collect(), outputs };
    }
}

/// Resolves all networks of a call, and warns of blocks that none of them calls.
pub fn resolve(input: &Input, report: &mut Report) -> Vec<Resolved> {
    let before = report.errors().len();
    constants::check(input, report);
    blocks::check(input, report);
    let (mut called, mut total) = (HashSet::new(), Total::default());
    if let Some(network) = input.networks.get(MOST_NETWORKS) {
        let text = format!("a call holds at most {MOST_NETWORKS} networks");
        report.error(network.area, text);
        total.overflow = true;
    }
    let resolved: Vec<Resolved> = input
        .networks
        .iter()
        .take(MOST_NETWORKS)
        .map(|n| Resolver::new(input, &mut called, &mut total, report).network(n))
        .collect();
    if report.errors().len() == before && before == 0 {
        called.extend(input.shared().iter().map(|b| b.name.to_string()));
        for block in &input.blocks {
            if !called.contains(&block.name.to_string()) && !allow_unused(&block.attrs) {
                report.unused(&block.name, Unused::Block, &block.name.to_string());
            }
        }
        for constant in input.lets.iter().filter(|c| !c.used) {
            report.unused(&constant.name, Unused::Let, &constant.name.to_string());
        }
    }
    resolved
}

/// The numbers that a call gives names, without those after a mistake.
pub fn numbers(input: &Input) -> Names {
    constants::of(input)
}

/// What flows along a chain.
#[derive(Clone, Copy, Debug)]
enum Flow {
    /// Nothing yet: the chain has just begun.
    Nothing,
    /// Something of unknown shape, after a mistake that has been reported.
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
    /// The macro call.
    root: &'a Input,
    /// The call whose text is being unfolded: the same, or one that it imports from.
    home: &'a Input,
    called: &'a mut HashSet<String>,
    report: &'a mut Report,
    names: Names,
    scope: Scope,
    /// Blocks being unfolded, outermost first.
    stack: Vec<&'a Block>,
    /// Networks being unfolded inside this one, outermost first.
    unfolding: Vec<&'a Network>,
    /// The innermost of them.
    spliced: Option<Spliced>,
    /// Where the call itself names what is being unfolded, if that is written elsewhere.
    within: Option<Area>,
    defaults: Defaults,
    /// Whether algorithms that round more than the plain one are ruled out.
    accurate: bool,
    /// Bytes of the second cache.
    cache: usize,
    inputs: Vec<ValueId>,
    values: Vec<Value>,
    nodes: Vec<net::Node>,
    pieces: Vec<net::Piece>,
    instance: Option<usize>,
    instances: usize,
    /// Labels anywhere in the text, to tell a later one from a missing one.
    written: HashSet<String>,
    /// What this network and those before it have unfolded to.
    total: &'a mut Total,
    /// The repetitions being unfolded, outermost first: how many copies, and where that is written.
    repeats: Vec<(usize, Area)>,
}

impl<'a> Resolver<'a> {
    fn new(
        root: &'a Input,
        called: &'a mut HashSet<String>,
        total: &'a mut Total,
        report: &'a mut Report,
    ) -> Self {
        Self {
            root,
            home: root,
            called,
            report,
            names: constants::of(root),
            scope: Scope::new(),
            stack: Vec::new(),
            unfolding: Vec::new(),
            spliced: None,
            within: None,
            defaults: Defaults::default(),
            accurate: false,
            cache: net::CACHE,
            inputs: Vec::new(),
            values: Vec::new(),
            nodes: Vec::new(),
            pieces: Vec::new(),
            instance: None,
            instances: 0,
            written: HashSet::new(),
            total,
            repeats: Vec::new(),
        }
    }

    /// Begins a piece of the network; returns its number, to end it.
    fn begin_piece(&mut self, name: &str, path: &str) -> usize {
        let nodes = self.nodes.len()..self.nodes.len();
        self.pieces.push(net::Piece { name: name.to_owned(), path: path.to_owned(), nodes });
        self.pieces.len() - 1
    }

    fn end_piece(&mut self, piece: usize) {
        self.pieces[piece].nodes.end = self.nodes.len();
    }

    /// The layer, with its initial values, as made for the same arguments and shapes before, or made now.
    fn made(&mut self, record: &'static Record, args: &Args, inputs: &[Operand]) -> Option<Layer> {
        let key = args.key().map(|key| {
            let shapes: Vec<Shape> = inputs.iter().map(|i| i.shape).collect();
            format!("{} {key} {shapes:?}", record.keyword)
        });
        if let Some(made) = key.as_ref().and_then(|key| self.total.made.get(key)) {
            return Some(made.clone());
        }
        let before = self.report.errors().len();
        let mut layer = (record.build)(record, args, inputs, self.report)?;
        init::initialize(&mut layer.params, args.init("init"), args.init("bias_init"));
        if let Some(key) = key
            && self.report.errors().len() == before
        {
            self.total.made.insert(key, layer.clone());
        }
        Some(layer)
    }

    fn say(&mut self, message: Message) {
        self.report.error(message.area, message.text);
    }

    fn network(mut self, network: &'a Network) -> Resolved {
        self.unfolding.push(network);
        self.options(network);
        for chain in &network.chains {
            collect_labels(&chain.units, &mut self.written);
            self.written.extend(chain.label.iter().filter_map(plain_text));
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
            self.weigh();
            self.warn_of_labels(network);
        }
        if !self.report.errors().is_empty() {
            return Resolved::Broken {
                inputs: self.inputs.iter().map(|&v| self.values[v].shape).collect(),
                outputs: outputs.iter().map(|o| o.map(|o| self.values[o.value].shape)).collect(),
            };
        }
        let labels = self.scope.labeled.iter().filter_map(|l| {
            let value = l.value?;
            Some(net::Label { path: l.path.clone(), value })
        });
        // A piece of one layer is that layer.
        self.pieces.retain(|p| p.nodes.len() > 1);
        Resolved::Net(Box::new(Net {
            name: network.name.as_ref().map_or_else(|| "network".to_owned(), ToString::to_string),
            inputs: self.inputs,
            labels: labels.collect(),
            values: self.values,
            nodes: self.nodes,
            pieces: self.pieces,
            cache: self.cache,
            outputs: evaluation_first(outputs.into_iter().flatten()),
        }))
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
