//! The pieces of a network for its readers: a tree in which copies that are alike are one.

use crate::net::{Net, Node, Piece};
use cnn_ir::{Activation, Convolution, Deconvolution, Field, Op, Real};
use std::ops::Range;

/// A piece, or several copies of it one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The block's name, or the label; empty for the copies of a group.
    pub name: String,
    /// The level of the parameter path that the first copy opens, if any.
    pub path: String,
    /// The first copy's first layer.
    pub first: usize,
    /// Layers of each copy.
    pub layers: usize,
    /// How many copies there are.
    pub times: usize,
}

impl Block {
    /// The layers of the first copy.
    pub fn once(&self) -> Range<usize> {
        self.first..self.first + self.layers
    }

    /// The layers of all copies.
    pub fn all(&self) -> Range<usize> {
        self.first..self.first + self.layers * self.times
    }

    /// The block as a graph has it.
    pub(crate) fn as_constant(&self) -> cnn_ir::Block<'_> {
        let Self { name, path, first, layers, times } = self;
        cnn_ir::Block { name, path, first: *first, layers: *layers, times: *times }
    }
}

/// The blocks of a network, each after the one around it. Those within copies are told for the first
/// copy alone.
pub fn blocks(net: &Net) -> Vec<Block> {
    let mut producers = vec![None; net.values.len()];
    let mut last_users = vec![0; net.values.len()];
    for (i, node) in net.nodes.iter().enumerate() {
        producers[node.output] = Some(i);
        node.inputs.iter().for_each(|&v| last_users[v] = i);
    }
    net.outputs.iter().for_each(|o| last_users[o.value] = usize::MAX);
    let mut folding =
        Folding { net, producers, last_users, evaluated: net.evaluated(), blocks: Vec::new() };
    folding.siblings(&distinct(&net.pieces));
    folding.blocks
}

/// The pieces but for those that are all of the one around them, which has a name; where it has none,
/// it is left out itself.
fn distinct(pieces: &[Piece]) -> Vec<Piece> {
    let mut distinct: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match distinct.last_mut() {
            Some(outer) if outer.nodes == piece.nodes => {
                if outer.name.is_empty() {
                    outer.clone_from(piece);
                }
            }
            _ => distinct.push(piece.clone()),
        }
    }
    distinct
}

/// How many of the pieces after the first lie in it.
pub fn inside<T>(pieces: &[T], nodes: impl Fn(&T) -> Range<usize>) -> usize {
    let end = nodes(&pieces[0]).end;
    pieces[1..].iter().take_while(|p| nodes(p).start < end).count()
}

struct Folding<'a> {
    net: &'a Net,
    /// The node that computes each value.
    producers: Vec<Option<usize>>,
    /// The last node that reads each value.
    last_users: Vec<usize>,
    evaluated: Vec<bool>,
    blocks: Vec<Block>,
}

impl Folding<'_> {
    /// Adds pieces that follow each other, and those in them.
    fn siblings(&mut self, mut pieces: &[Piece]) {
        while let Some(piece) = pieces.first() {
            let inner = inside(pieces, |p| p.nodes.clone());
            let (times, end) = self.copies(pieces);
            if times > 1 || !piece.name.is_empty() {
                self.blocks.push(Block {
                    name: piece.name.clone(),
                    path: piece.path.clone(),
                    first: piece.nodes.start,
                    layers: piece.nodes.len(),
                    times,
                });
            }
            self.siblings(&pieces[1..=inner]);
            pieces = &pieces[end..];
        }
    }

    /// How many pieces from the first on are copies of it, and how many pieces those are with all in
    /// them.
    fn copies(&self, pieces: &[Piece]) -> (usize, usize) {
        let mut end = 1 + inside(pieces, |p| p.nodes.clone());
        let (mut times, mut last, mut growth) = (1, &pieces[0], None);
        while let Some(next) = pieces.get(end) {
            let Some(grown) = self.alike(last, next) else { break };
            if *growth.get_or_insert_with(|| grown.clone()) != grown {
                break;
            }
            (times, last) = (times + 1, next);
            end += 1 + inside(&pieces[end..], |p| p.nodes.clone());
        }
        (times, end)
    }

    /// Whether `b` alone reads what `a` gives and does what `a` does, and by how many channels each of
    /// its layers is larger: in a dense block (Huang et al., 2017), copies see more and more.
    fn alike(&self, a: &Piece, b: &Piece) -> Option<Vec<isize>> {
        // Labels of copies differ in their number.
        let plain = |p: &'_ Piece| p.name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let fits = a.name[..plain(a)] == b.name[..plain(b)]
            && a.nodes.len() == b.nodes.len()
            && a.nodes.end == b.nodes.start
            && self.closed(a)
            && self.closed(b);
        let given = self.net.nodes[a.nodes.end - 1].output;
        if !fits || self.entry(b) != Some(given) || self.last_users[given] >= b.nodes.end {
            return None;
        }
        let mut growth = Vec::with_capacity(a.nodes.len());
        let mut same = true;
        for (i, j) in a.nodes.clone().zip(b.nodes.clone()) {
            if !self.same_layer(i, j) || self.sources(a, i) != self.sources(b, j) {
                return None;
            }
            let (x, y) = (&self.net.nodes[i], &self.net.nodes[j]);
            same &= x.parameters() == y.parameters();
            growth.push(y.layer.output.channels() as isize - x.layer.output.channels() as isize);
        }
        (same || growth.iter().any(|&g| g != 0)).then_some(growth)
    }

    /// Whether the two differ in nothing but channels, or in how often they are dropped and in the factor
    /// that makes up for it: stochastic depth (Huang et al., 2016) drops later blocks more often.
    fn same_layer(&self, i: usize, j: usize) -> bool {
        let (a, b) = (&self.net.nodes[i], &self.net.nodes[j]);
        let window = |n: &Node| match self.net.field(n) {
            Field::Window(window) => Some(window),
            Field::Everything | Field::View | Field::Finer { .. } => None,
        };
        let plain = |n: &Node| plain(n.layer.op, self.net.input_shape(n).channels());
        plain(a) == plain(b)
            && window(a) == window(b)
            && a.layer.output.with_channels(1) == b.layer.output.with_channels(1)
            && self.evaluated[i] == self.evaluated[j]
    }

    /// Whether the piece reads one value, which is not its own, and only its last layer is read by
    /// others.
    fn closed(&self, piece: &Piece) -> bool {
        let inner = piece.nodes.start..piece.nodes.end - 1;
        let kept = |i: usize| self.last_users[self.net.nodes[i].output] < piece.nodes.end;
        self.entry(piece).is_some() && inner.into_iter().all(kept)
    }

    /// The one value that the piece reads.
    fn entry(&self, piece: &Piece) -> Option<usize> {
        let nodes = &self.net.nodes[piece.nodes.clone()];
        let mut read = nodes.iter().flat_map(|n| &n.inputs);
        let entry = *read.clone().find(|&&v| !self.within(piece, v))?;
        read.all(|&v| v == entry || self.within(piece, v)).then_some(entry)
    }

    fn within(&self, piece: &Piece, value: usize) -> bool {
        self.producers[value].is_some_and(|i| piece.nodes.contains(&i))
    }

    /// Where each input comes from: a layer of the piece, by its place in it, or from before.
    fn sources(&self, piece: &Piece, node: usize) -> Vec<Option<usize>> {
        let place = |&v: &usize| {
            let i = self.producers[v].filter(|i| piece.nodes.contains(i))?;
            Some(i - piece.nodes.start)
        };
        self.net.nodes[node].inputs.iter().map(place).collect()
    }
}

/// The operation, of an input of that number of channels, without what may be another number in each copy.
fn plain(op: Op<'_>, channels: usize) -> Op<'_> {
    // A group for each channel: they grow together.
    let grouped = |groups: usize| if groups > 1 && groups == channels { 0 } else { groups };
    match op {
        Op::Conv(c) => Op::Conv(Convolution { filters: 0, groups: grouped(c.groups), ..c }),
        Op::Depthwise(c) => Op::Depthwise(Convolution { filters: 0, groups: 0, ..c }),
        Op::Deconv(d) => Op::Deconv(Deconvolution { filters: 0, groups: grouped(d.groups), ..d }),
        Op::DropPath { .. } => Op::DropPath { p: Real::new(0.0) },
        Op::Activation(Activation::Rescale { .. }) => {
            Op::Activation(Activation::Rescale { factor: Real::new(1.0) })
        }
        op => op,
    }
}

#[cfg(test)]
mod tests {
    use super::blocks;

    /// How often the only block of a network is there.
    fn times(chain: &str) -> Option<usize> {
        let text = format!("struct Net< 4x8x8 -> {chain} -> conv(2, 1x1) >;");
        let nets = crate::compile(&text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        blocks(&nets[0]).first().map(|block| block.times)
    }

    #[test]
    fn copies_are_alike_but_for_channels_and_what_drops_them() {
        let repeated = |layers: &str| times(&format!("{{ {layers} for i in 1..=3 }}"));
        assert_eq!(repeated("relu -> conv(4, 3x3, pad=1)"), Some(3));
        assert_eq!(repeated("concat(_ | conv(4, 3x3, pad=1))"), Some(3));
        assert_eq!(repeated("concat(_ | depthwise(3x3, pad=1) -> conv(4, 1x1))"), Some(3));
        assert_eq!(repeated("conv(4, 1x1) -> drop_path(0.1*i) -> rescale(1 - 0.1*i)"), Some(3));
        assert_eq!(repeated("conv(4, 1x1) -> leaky_relu(0.1*i)"), None);
        assert_eq!(repeated("conv(4, 1x1) -> bn(eps=0.001*i)"), None);
        assert_eq!(repeated("relu -> conv(4, 2*i + 1, pad=i)"), None);
    }
}
