//! The layers as chains: each in its place after the value that it works on, joins with their branches.

use crate::import::Network;
use cnn_ir::{Op, Source};
use std::collections::HashSet;

/// Joins inside one another, beyond which chains start anew.
const MOST_NESTED: usize = 40;

/// What a chain or a branch starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// What flows to where it stands.
    Flow,
    /// A value that has been given before.
    Label(Source),
    /// Nothing: a join whose branches start from values.
    Nothing,
}

/// A chain.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub head: Head,
    pub units: Vec<Unit>,
}

/// A step of a chain.
#[derive(Clone, Debug)]
pub(super) enum Unit {
    Layer(usize),
    Join(usize, Vec<Chain>),
    /// A level of the parameter path.
    Group(String, Vec<Unit>),
}

impl Unit {
    /// The layer that gives its value.
    pub(super) fn end(&self) -> usize {
        match self {
            Self::Layer(layer) | Self::Join(layer, _) => *layer,
            Self::Group(_, units) => units.last().map_or(0, Self::end),
        }
    }

    /// All of its layers, in the order of the text.
    pub(super) fn layers(&self, into: &mut Vec<usize>) {
        match self {
            Self::Layer(layer) => into.push(*layer),
            Self::Join(layer, branches) => {
                branches.iter().flat_map(|b| &b.units).for_each(|u| u.layers(into));
                into.push(*layer);
            }
            Self::Group(_, units) => units.iter().for_each(|u| u.layers(into)),
        }
    }
}

struct Writer<'a> {
    network: &'a Network,
    /// For each layer, the last one that all ways to it go through; none: they have different starts.
    dominators: Vec<Option<Source>>,
    given: HashSet<Source>,
    /// What the chain being written has given so far.
    latest: Vec<Source>,
    /// Chains that others start from.
    before: Vec<Chain>,
}

/// All chains.
#[derive(Debug)]
pub(super) struct Tree {
    pub chains: Vec<Chain>,
    /// The chain that gives each output.
    pub outputs: Vec<usize>,
}

/// A chain for each output; chains that these start from come before them.
pub(super) fn tree(network: &Network) -> Tree {
    let given = (0..network.inputs.len()).map(Source::Input).collect();
    let dominators = dominators(network);
    let mut writer = Writer { network, dominators, given, latest: Vec::new(), before: Vec::new() };
    let mut outputs = Vec::new();
    for (_, source) in &network.outputs {
        let chain = writer.whole(*source);
        outputs.push(writer.before.len());
        writer.before.push(chain);
    }
    Tree { chains: writer.before, outputs }
}

impl Writer<'_> {
    /// The chain to a value from what has been given; chains that it takes come before it.
    fn whole(&mut self, to: Source) -> Chain {
        let mut wanted = Vec::new();
        let mut at = to;
        loop {
            self.latest.clear();
            match self.chain(at, None, 0) {
                Ok(chain) => match wanted.pop() {
                    None => return chain,
                    Some(next) => {
                        self.before.push(chain);
                        at = next;
                    }
                },
                // What an unfinished chain gives, no other one can start from.
                Err(first) => {
                    for source in self.latest.drain(..) {
                        self.given.remove(&source);
                    }
                    wanted.push(std::mem::replace(&mut at, first));
                }
            }
        }
    }

    /// The chain to a value from what flows, or from what has been given; an error: what must be given before.
    fn chain(&mut self, to: Source, flow: Option<Source>, nested: usize) -> Result<Chain, Source> {
        let (mut steps, mut at) = (Vec::new(), to);
        let head = loop {
            if flow == Some(at) {
                break Head::Flow;
            }
            if self.given.contains(&at) {
                break Head::Label(at);
            }
            let Source::Layer(layer) = at else { break Head::Label(at) };
            steps.push(layer);
            let node = &self.network.layers[layer];
            at = match node.op.joins() {
                false => node.inputs[0],
                true => match self.dominators[layer] {
                    Some(before) => before,
                    None => break Head::Nothing,
                },
            };
        };
        let mut flow = match head {
            Head::Flow => flow,
            Head::Label(source) => Some(source),
            Head::Nothing => None,
        };
        let mut chain = Chain { head, units: Vec::new() };
        for layer in steps.into_iter().rev() {
            let node = &self.network.layers[layer];
            if let (Op::Unpool { .. }, Some(&pool)) = (&node.op, node.inputs.get(1))
                && !self.given.contains(&pool)
            {
                return Err(pool);
            }
            let unit = match node.op.joins() {
                false => Unit::Layer(layer),
                true => {
                    let mut branches = Vec::new();
                    for &input in &node.inputs {
                        if nested >= MOST_NESTED
                            && flow != Some(input)
                            && !self.given.contains(&input)
                        {
                            return Err(input);
                        }
                        branches.push(self.chain(input, flow, nested + 1)?);
                    }
                    Unit::Join(layer, branches)
                }
            };
            chain.units.push(unit);
            self.given.insert(Source::Layer(layer));
            self.latest.push(Source::Layer(layer));
            flow = Some(Source::Layer(layer));
        }
        Ok(chain)
    }
}

/// As in Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm" (2001); one pass, without circles.
fn dominators(network: &Network) -> Vec<Option<Source>> {
    let mut all: Vec<Option<Source>> = Vec::with_capacity(network.layers.len());
    // A number that grows along every way.
    let rank = |source: Source| match source {
        Source::Input(_) => 0,
        Source::Layer(layer) => layer + 1,
    };
    for layer in &network.layers {
        let up = |source: Source| match source {
            Source::Input(_) => None,
            Source::Layer(layer) => all[layer],
        };
        let mut inputs = layer.inputs.iter().copied();
        let mut common = inputs.next();
        for input in inputs {
            let mut other = Some(input);
            while let (Some(a), Some(b)) = (common, other)
                && a != b
            {
                if rank(a) >= rank(b) { common = up(a) } else { other = up(b) }
            }
            common = common.filter(|a| other == Some(*a));
        }
        all.push(common);
    }
    all
}
