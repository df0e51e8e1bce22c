//! A frame's boxes and frames in ranks, from top to bottom (Sugiyama, Tagawa and Toda, 1981).
//!
//! ```text
//! rank    the longest way from the top
//! order   edges over several ranks get a way point in each; sweeps of barycenters, the fewest crossings win
//! place   see `place`
//! ```

use super::level::{Level, MARGIN, Node, What, width};
use super::picture::Picture;
use super::place;
use cnn_ir::Source;

/// The level inside a frame, or of the whole network.
pub(super) fn level(picture: &Picture, frame: Option<usize>) -> Level {
    let mut builder = Builder { picture, nodes: Vec::new(), edges: Vec::new() };
    builder.nodes(frame);
    builder.edges(frame);
    let Builder { nodes, edges, .. } = builder;
    let mut level = Level {
        nodes,
        edges: Vec::new(),
        ranks: Vec::new(),
        columns: Vec::new(),
        feet: Vec::new(),
        w: 0.0,
        h: 0.0,
    };
    if let Some(f) = frame {
        level.say_once(picture, f, &edges);
    }
    level.rank(&edges);
    level.order();
    place::place(&mut level, frame.is_some());
    if let Some(frame) = frame.map(|f| &picture.frames[f]) {
        let times = if frame.block.times > 1 { 48.0 } else { 0.0 };
        place::widen(&mut level, width(&picture.title(frame), 11.5) + times + 2.0 * MARGIN);
    }
    level
}

struct Builder<'a> {
    picture: &'a Picture,
    nodes: Vec<Node>,
    edges: Vec<(usize, usize)>,
}

impl Builder<'_> {
    fn nodes(&mut self, frame: Option<usize>) {
        let picture = self.picture;
        match frame {
            Some(_) => self.nodes.push(Node::new(What::Port, 0.0, 0.0)),
            None => {
                for (i, shape) in picture.graph.network.inputs.iter().enumerate() {
                    let mut node = Node::new(What::Input(i), 56.0, 22.0);
                    node.label = shape.to_string();
                    self.nodes.push(node);
                }
            }
        }
        let boxes = picture.boxes.iter().enumerate().filter(|(_, b)| b.frame == frame);
        let frames = picture.frames.iter().enumerate().filter(|(_, f)| f.parent == frame);
        let mut inner: Vec<(usize, Node)> = boxes
            .map(|(i, b)| {
                let lines = picture.lines(b);
                let widest = lines.iter().map(|l| width(l, 12.0)).fold(44.0, f64::max);
                let mut node =
                    Node::new(What::Box(i), widest + 18.0, 14.0 + 15.0 * lines.len() as f64);
                let last = b.layers[b.layers.len() - 1];
                node.label = picture.layer(last).output.to_string();
                (b.layers[0], node)
            })
            .collect();
        inner.extend(frames.map(|(i, f)| {
            let level = level(picture, Some(i));
            let (w, h) = (level.w, level.h);
            let (entry, exit) = (level.nodes[0].x, level.exit().map_or(0.0, |n| level.nodes[n].x));
            let mut node = Node::new(What::Frame(i, level), w, h);
            (node.entry, node.exit) = (entry, exit);
            node.label = picture.layer(f.block.end() - 1).output.to_string();
            (f.block.first, node)
        }));
        inner.sort_by_key(|(first, _)| *first);
        self.nodes.extend(inner.into_iter().map(|(_, node)| node));
        match frame {
            Some(_) => self.nodes.push(Node::new(What::Port, 0.0, 0.0)),
            None => {
                let outputs = 0..picture.graph.network.outputs.len();
                self.nodes.extend(outputs.map(|i| Node::new(What::Output(i), 56.0, 22.0)));
            }
        }
    }

    fn edges(&mut self, frame: Option<usize>) {
        let picture = self.picture;
        let all = frame.map_or(0..picture.graph.layers.len(), |f| picture.frames[f].once());
        let mut node_of = vec![usize::MAX; picture.graph.layers.len()];
        for (n, node) in self.nodes.iter().enumerate() {
            match node.what {
                What::Box(b) => picture.boxes[b].layers.iter().for_each(|&l| node_of[l] = n),
                What::Frame(f, _) => picture.frames[f].once().for_each(|l| node_of[l] = n),
                _ => {}
            }
        }
        let last = self.nodes.len() - 1;
        for l in picture.layers(all.clone()) {
            for source in picture.layer(l).inputs {
                let from = match (*source, frame) {
                    (Source::Input(i), None) => i,
                    (Source::Layer(p), _) if all.contains(&picture.stand_in(p)) => {
                        node_of[picture.stand_in(p)]
                    }
                    _ => 0,
                };
                self.edge(from, node_of[l]);
            }
        }
        match frame {
            Some(_) => self.edge(node_of[picture.stand_in(all.end - 1)], last),
            None => {
                let outputs = picture.graph.network.outputs.len();
                for (i, l) in picture.outputs().enumerate() {
                    self.edge(node_of[picture.stand_in(l)], last + 1 + i - outputs);
                }
            }
        }
    }

    fn edge(&mut self, from: usize, to: usize) {
        if from != to && !self.edges.contains(&(from, to)) {
            self.edges.push((from, to));
        }
    }
}

impl Level {
    /// The shape that leaves a frame stands after it; inside, where a copy differs from the last.
    fn say_once(&mut self, picture: &Picture, frame: usize, edges: &[(usize, usize)]) {
        let given = picture.layer(picture.frames[frame].block.end() - 1).output.to_string();
        let exit = self.nodes.len() - 1;
        let last = edges.iter().find(|(_, to)| *to == exit).map(|(from, _)| *from);
        if let Some(node) = last.map(|n| &mut self.nodes[n])
            && node.label == given
        {
            node.label.clear();
        }
    }

    /// Ranks of the nodes, which stand in an order that edges follow, and the edges' ways.
    fn rank(&mut self, edges: &[(usize, usize)]) {
        let nodes = self.nodes.len();
        for n in 0..nodes {
            let before = edges.iter().filter(|(_, to)| *to == n);
            self.nodes[n].rank = before.map(|(f, _)| self.nodes[*f].rank + 1).max().unwrap_or(0);
        }
        let most = self.nodes.iter().map(|n| n.rank).max().unwrap_or(0);
        self.ranks = vec![Vec::new(); most + 1];
        for n in 0..nodes {
            self.ranks[self.nodes[n].rank].push(n);
        }
        // The ways of what comes last lie next to it, those of what comes first outside.
        let mut late: Vec<&(usize, usize)> = edges.iter().collect();
        late.sort_by_key(|(from, _)| std::cmp::Reverse(self.nodes[*from].rank));
        for &&(from, to) in &late {
            let mut way = vec![from];
            for rank in self.nodes[from].rank + 1..self.nodes[to].rank {
                self.nodes.push(Node { rank, ..Node::new(What::Way, 0.0, 0.0) });
                self.ranks[rank].push(self.nodes.len() - 1);
                way.push(self.nodes.len() - 1);
            }
            way.push(to);
            self.edges.push(way);
        }
    }

    /// The port by which the value leaves a frame.
    pub(super) fn exit(&self) -> Option<usize> {
        self.nodes.iter().rposition(|n| matches!(n.what, What::Port))
    }

    /// Nodes before and after each node.
    pub(super) fn neighbors(&self) -> [Vec<Vec<usize>>; 2] {
        let mut sides = [vec![Vec::new(); self.nodes.len()], vec![Vec::new(); self.nodes.len()]];
        for pair in self.edges.iter().flat_map(|way| way.windows(2)) {
            sides[0][pair[1]].push(pair[0]);
            sides[1][pair[0]].push(pair[1]);
        }
        sides
    }

    /// Sorts the ranks for few crossings.
    fn order(&mut self) {
        let sides = self.neighbors();
        let mut best = (self.crossings(&sides[0]), self.ranks.clone());
        for sweep in 0..8 {
            if best.0 == 0 {
                break;
            }
            let mut place = vec![0.0; self.nodes.len()];
            let ranks = self.ranks.len();
            let down = sweep % 2 == 0;
            for r in 0..ranks {
                let rank = if down { r } else { ranks - 1 - r };
                let side = &sides[usize::from(!down)];
                let center = |&n: &usize| {
                    let near = &side[n];
                    near.iter().map(|&m| place[m]).sum::<f64>() / near.len().max(1) as f64
                };
                self.ranks[rank].sort_by(|a, b| center(a).total_cmp(&center(b)));
                self.ranks[rank].iter().enumerate().for_each(|(i, &n)| place[n] = i as f64);
            }
            let crossings = self.crossings(&sides[0]);
            if crossings < best.0 {
                best = (crossings, self.ranks.clone());
            }
        }
        self.ranks = best.1;
    }

    fn crossings(&self, before: &[Vec<usize>]) -> usize {
        let mut place = vec![0; self.nodes.len()];
        let mut crossings = 0;
        for rank in &self.ranks {
            rank.iter().enumerate().for_each(|(i, &n)| place[n] = i);
            let ends: Vec<(usize, usize)> = rank
                .iter()
                .flat_map(|&n| before[n].iter().map(move |&m| (m, n)))
                .map(|(m, n)| (place[m], place[n]))
                .collect();
            for (i, a) in ends.iter().enumerate() {
                let crosses =
                    |b: &&(usize, usize)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1);
                crossings += ends[i + 1..].iter().filter(crosses).count();
            }
        }
        crossings
    }
}
