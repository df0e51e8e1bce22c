//! Concatenation and splitting without copying: which values inference writes straight into their
//! place in a larger one, and which it reads there.

use super::{Graph, Node, Plans, Rewrite, Rule, Stage, Work};
use crate::effort;
use crate::plan::{BLOCK, Form, Kernel, Part, Value, ValueId};
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    name: "concat",
    stage: Stage::Forms,
    plans: Plans::Inference,
    rewrite: Rewrite::Whole(rewrite),
};

/// How many concatenations are tried again one by one.
const PATIENCE: usize = 100;

/// An input of a concatenation: the node, and its number among the inputs.
type Edge = (usize, usize);

/// The part that each value is of a larger one. Concatenations with such inputs become
/// [`Work::Join`], splits with such outputs [`Work::Part`].
///
/// Later concatenations come first, so that one inside another has its place when its own inputs
/// get theirs. A step must not read other blocks of the value that it writes: where one would, its
/// output stays apart and is copied, and the search starts again.
fn rewrite(graph: &mut Graph<'_>) {
    let Graph { values, nodes, outputs, .. } = &*graph;
    let mut search = Search {
        values,
        nodes,
        producer: vec![None; values.len()],
        readers: vec![0; values.len()],
        refused: BTreeSet::new(),
        part: Vec::new(),
        edge: Vec::new(),
        overwritten: Vec::new(),
    };
    for (i, node) in nodes.iter().enumerate() {
        search.producer[node.output] = Some(i);
        node.inputs.iter().for_each(|&v| search.readers[v] += 1);
    }
    outputs.iter().for_each(|&v| search.readers[v] += 1);
    for round in 0.. {
        search.place_all();
        effort::spend(nodes.len());
        // After many rounds, all that is in the way at once stays apart.
        let most = if round < PATIENCE { 1 } else { usize::MAX };
        let conflicts: Vec<Edge> = search.conflicts().take(most).collect();
        if conflicts.is_empty() {
            break;
        }
        search.refused.extend(conflicts);
    }
    let joined: BTreeSet<usize> = search.edge.iter().flatten().map(|&(join, _)| join).collect();
    let split: Vec<usize> = (0..nodes.len()).filter(|&i| search.splits(i)).collect();
    let apart: BTreeSet<usize> = search.refused.iter().map(|&(join, _)| join).collect();
    let part = search.part;
    for (value, part) in graph.values.iter_mut().zip(part) {
        value.part = part;
    }
    for i in joined.iter().copied().chain(split.iter().copied()) {
        let node = &mut graph.nodes[i];
        node.work = if joined.contains(&i) { Work::Join } else { Work::Part };
        node.call = None;
        let (layer, apart) = (node.layers.first().copied(), apart.contains(&i));
        let outcome = match apart {
            true => Err(
                "an input stays apart: a step would read other blocks of the value that it writes",
            ),
            false => Ok(()),
        };
        graph.note(RULE.name, layer, outcome);
    }
}

struct Search<'a> {
    values: &'a [Value],
    nodes: &'a [Node],
    producer: Vec<Option<usize>>,
    readers: Vec<usize>,
    /// Inputs that stay apart.
    refused: BTreeSet<Edge>,
    part: Vec<Option<Part>>,
    /// Through which input of which concatenation a value got its place.
    edge: Vec<Option<Edge>>,
    /// Whether a later step works on the value in place, so that nothing else may read its parts.
    overwritten: Vec<bool>,
}

impl Search<'_> {
    fn place_all(&mut self) {
        self.part = vec![None; self.values.len()];
        self.edge = vec![None; self.values.len()];
        self.overwritten = vec![false; self.values.len()];
        for (join, node) in self.nodes.iter().enumerate().rev() {
            if self.joins_whole_blocks(join) {
                let joint = node.output;
                let blocks = self.values[joint].blocks();
                let mut place = self.part[joint].unwrap_or(Part { of: joint, blocks, first: 0 });
                for (k, &v) in node.inputs.iter().enumerate() {
                    if !self.refused.contains(&(join, k)) {
                        self.place(v, place, (join, k), self.overwritten[joint]);
                    }
                    place.first += self.values[v].blocks();
                }
            }
        }
        let nodes = self.nodes;
        for (i, node) in nodes.iter().enumerate() {
            if self.splits(i) {
                let (x, y) = (node.inputs[0], node.output);
                let blocks = self.values[x].blocks();
                let mut place = self.part[x].unwrap_or(Part { of: x, blocks, first: 0 });
                place.first += self.start(i).unwrap_or(0) / BLOCK;
                self.part[y] = Some(place);
                // Where that is in the way, the input has to move.
                self.edge[y] = self.edge[x];
            }
        }
    }

    fn kernel(&self, i: usize) -> Option<&Kernel> {
        self.nodes[i].call.as_ref().map(|call| &call.chosen.kernel)
    }

    /// The channel of its input at which a split's output starts.
    fn start(&self, i: usize) -> Option<usize> {
        match self.kernel(i)? {
            Kernel::Split { first, .. } => Some(*first),
            _ => None,
        }
    }

    /// Whether a node's output is a part of its input in whole blocks. What lies in the last one
    /// beyond it may be the next part's.
    fn splits(&self, i: usize) -> bool {
        let blocks =
            matches!(self.values[self.nodes[i].inputs[0]].form, Form::Blocks { block: BLOCK, .. });
        blocks && self.start(i).is_some_and(|first| first.is_multiple_of(BLOCK))
    }

    fn joins_whole_blocks(&self, i: usize) -> bool {
        let node = &self.nodes[i];
        let whole = |v: &ValueId| self.values[*v].shape.channels().is_multiple_of(BLOCK);
        let blocks = matches!(self.values[node.output].form, Form::Blocks { .. });
        let joins = blocks && matches!(self.kernel(i), Some(Kernel::Concat { .. }));
        joins && node.inputs.split_last().is_some_and(|(_, others)| others.iter().all(whole))
    }

    /// Gives a value a place if it can have it, and with it the values that become it in place.
    fn place(&mut self, v: ValueId, place: Part, edge: Edge, overwritten: bool) {
        let mut next = Some((v, overwritten));
        while let Some((v, overwritten)) = next {
            next = self.place_one(v, place, edge, overwritten).map(|input| (input, true));
        }
    }

    /// Gives a value a place if it can have it; the value that becomes it in place.
    fn place_one(
        &mut self,
        v: ValueId,
        place: Part,
        edge: Edge,
        overwritten: bool,
    ) -> Option<ValueId> {
        let blocks = matches!(self.values[v].form, Form::Blocks { block: BLOCK, .. });
        let shared = overwritten && self.readers[v] > 1;
        let producer = self.producer[v]?;
        // A kernel that keeps indices goes through its output plane by plane.
        let keeps = self.nodes[producer].indices.is_some();
        if keeps || !blocks || shared || self.part[v].is_some() || self.splits(producer) {
            return None;
        }
        self.part[v] = Some(place);
        self.edge[v] = Some(edge);
        self.overwritten[v] |= overwritten;
        let in_place = match &self.nodes[producer].call {
            Some(call) => call.chosen.in_place,
            None => self.nodes[producer].activation().is_some(),
        };
        let input = self.nodes[producer].inputs[0];
        (in_place && self.readers[input] == 1).then_some(input)
    }

    /// The value whose memory this one has a part of, or itself.
    fn whole(&self, v: ValueId) -> ValueId {
        self.part[v].map_or(v, |p| p.of)
    }

    /// Inputs that must stay apart, since a step would read other blocks of the value that it writes.
    fn conflicts(&self) -> impl Iterator<Item = Edge> {
        self.nodes.iter().enumerate().filter_map(|(i, node)| {
            let to = node.output;
            let inside = |&&v: &&ValueId| self.whole(v) == self.whole(to);
            let joined = (0..node.inputs.len()).any(|k| self.edge[node.inputs[k]] == Some((i, k)));
            if joined {
                let copied = |(k, v): &(usize, &ValueId)| self.edge[**v] != Some((i, *k));
                let mut copies = node.inputs.iter().enumerate().filter(copied).map(|(_, v)| v);
                return copies.find(inside).and_then(|&v| self.edge[v]);
            }
            if self.splits(i) {
                return None;
            }
            let mut others = node.inputs.iter().filter(|&&v| self.part[v] != self.part[to]);
            others.find(inside).and_then(|&v| self.edge[to].or(self.edge[v]))
        })
    }
}
