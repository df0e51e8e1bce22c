//! What a drawing shows: which layers share a box, which blocks get a frame.

use super::Graph;
use crate::describe::{BlockInfo, LayerInfo};
use cnn_ir::{Op, Shape, Source};
use std::ops::Range;

/// Boxes and frames.
#[derive(Debug)]
pub(super) struct Picture {
    pub graph: Graph,
    pub boxes: Vec<Box>,
    pub frames: Vec<Frame>,
    /// For each layer, the one of the first copy that stands for it.
    shown: Vec<usize>,
    /// For each layer that is shown, its box.
    box_of: Vec<usize>,
}

/// A layer, with those after it that only change its numbers.
#[derive(Debug)]
pub(super) struct Box {
    pub layers: Vec<usize>,
    /// The frame around it.
    pub frame: Option<usize>,
}

/// A block with its copies.
#[derive(Debug)]
pub(super) struct Frame {
    pub block: BlockInfo,
    /// The frame around it.
    pub parent: Option<usize>,
}

impl Frame {
    /// The layers of the first copy.
    pub(super) fn once(&self) -> Range<usize> {
        self.block.first..self.block.first + self.block.layers
    }
}

/// What kind of work a box does, for its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Weights over positions.
    Convolution,
    /// Weights over a vector.
    Dense,
    /// Branches come together.
    Join,
    /// Fewer or more positions without weights.
    Resampling,
    /// The rest.
    Other,
}

impl Picture {
    pub(super) fn of(graph: &Graph) -> Self {
        let graph = *graph;
        let mut shown: Vec<usize> = (0..graph.layers.len()).collect();
        for b in graph.network.blocks.iter().filter(|b| b.times > 1) {
            for l in shown.iter_mut().filter(|l| (b.first..b.end()).contains(l)) {
                *l = b.first + (*l - b.first) % b.layers;
            }
        }
        let mut picture =
            Self { graph, boxes: Vec::new(), frames: Vec::new(), box_of: shown.clone(), shown };
        picture.make_frames();
        picture.make_boxes();
        picture
    }

    pub(super) fn layer(&self, i: usize) -> &'static LayerInfo {
        &self.graph.layers[i]
    }

    /// The layers that are shown.
    pub(super) fn layers(&self, within: Range<usize>) -> impl Iterator<Item = usize> {
        within.filter(|&l| self.shown[l] == l)
    }

    /// The layer in whose place a layer is drawn.
    pub(super) fn stand_in(&self, layer: usize) -> usize {
        self.shown[layer]
    }

    /// The box in which a layer is drawn.
    pub(super) fn box_of(&self, layer: usize) -> usize {
        self.box_of[self.shown[layer]]
    }

    /// What flows from a source.
    pub(super) fn shape(&self, source: Source) -> Shape {
        self.graph.network.shape(source)
    }

    /// The layers that give the outputs.
    pub(super) fn outputs(&self) -> impl Iterator<Item = usize> {
        self.graph.network.outputs.iter().map(|output| output.layer)
    }

    /// Whether a layer multiplies and adds.
    fn works(&self, l: usize) -> bool {
        works(&self.graph.network.nodes[l].op)
    }

    /// `layer3.1 · bottleneck`, the path from that of the frame around it on.
    pub(super) fn title(&self, frame: &Frame) -> String {
        let BlockInfo { name, path, .. } = frame.block;
        let around = frame.parent.map_or("", |f| self.frames[f].block.path);
        let below = path.strip_prefix(around).and_then(|p| p.strip_prefix('.'));
        let below = below.filter(|p| !around.is_empty() && p.parse::<usize>().is_err());
        let path = below.unwrap_or(path);
        match (path, name) {
            ("", name) => name.to_owned(),
            (path, name) if path == name || name.is_empty() => path.to_owned(),
            (path, name) => format!("{path} · {name}"),
        }
    }

    /// The lines of text in a box, the first of them its layer.
    pub(super) fn lines(&self, b: &Box) -> Vec<String> {
        let text = |l: usize| self.layer(l).text.split(" pad ").next().unwrap_or_default();
        let mut lines = vec![text(b.layers[0]).to_owned()];
        let after: Vec<&str> = b.layers[1..].iter().map(|&l| text(l)).collect();
        lines.extend(after.chunks(3).map(|few| few.join(" · ")));
        lines
    }

    pub(super) fn kind(&self, b: &Box) -> Kind {
        let layer = self.layer(b.layers[0]);
        match layer.output {
            _ if layer.inputs.len() > 1 => Kind::Join,
            Shape::Vector(_) if self.works(b.layers[0]) => Kind::Dense,
            Shape::Volume { .. } if self.works(b.layers[0]) => Kind::Convolution,
            output if output.positions() != layer.input.positions() => Kind::Resampling,
            _ if self.window(b.layers[0]) => Kind::Resampling,
            _ => Kind::Other,
        }
    }

    /// Whether a layer sees more than its input does.
    fn window(&self, l: usize) -> bool {
        let layer = self.layer(l);
        let before = match layer.inputs[0] {
            Source::Input(_) => (1, 1),
            Source::Layer(p) => self.layer(p).receptive_field,
        };
        layer.receptive_field != before
    }

    /// Frames are blocks that one value enters and one leaves, and that hold more than a box.
    fn make_frames(&mut self) {
        let layers = self.graph.layers;
        let mut last_reader = vec![0; layers.len()];
        for (i, layer) in layers.iter().enumerate() {
            for source in layer.inputs {
                if let Source::Layer(l) = source {
                    last_reader[*l] = i;
                }
            }
        }
        self.outputs().for_each(|l| last_reader[l] = usize::MAX);
        let closed = |b: &BlockInfo| {
            let once = b.first..b.first + b.layers;
            let inside = |s: &Source| matches!(s, Source::Layer(l) if once.contains(l));
            let mut outer =
                layers[once.clone()].iter().flat_map(|l| l.inputs).filter(|s| !inside(s));
            let entry = outer.next();
            entry.is_some()
                && outer.all(|s| Some(s) == entry)
                && last_reader[b.first..once.end - 1].iter().all(|&r| r < once.end)
        };
        let mut around: Vec<usize> = Vec::new();
        for block in self.graph.network.blocks {
            around.retain(|&f| self.frames[f].once().contains(&block.first));
            let joins = |&l: &usize| layers[l].inputs.len() > 1 || self.works(l);
            let once = block.first..block.first + block.layers;
            let small = once.filter(joins).count() < 2 && block.times == 1;
            if closed(block) && !small {
                self.frames.push(Frame { block: *block, parent: around.last().copied() });
                around.push(self.frames.len() - 1);
            }
        }
    }

    /// Boxes are layers; those that only change the numbers of the one before join its box.
    fn make_boxes(&mut self) {
        let mut readers = vec![0; self.graph.layers.len()];
        let shown: Vec<usize> = self.layers(0..readers.len()).collect();
        for &l in &shown {
            for source in self.layer(l).inputs {
                if let Source::Layer(p) = *source {
                    readers[self.shown[p]] += 1;
                }
            }
        }
        self.outputs().for_each(|l| readers[self.shown[l]] += 1);
        for &l in &shown {
            let frame = self.frame_of(l);
            let layer = self.layer(l);
            let plain = !self.works(l)
                && layer.output.len() == layer.input.len()
                && layer.inputs.len() == 1
                && !self.window(l);
            let before = match layer.inputs[0] {
                Source::Layer(p) if plain && readers[p] == 1 && self.shown[p] == p => {
                    Some(self.box_of[p]).filter(|&b| self.boxes[b].frame == frame)
                }
                _ => None,
            };
            match before {
                Some(b) => self.boxes[b].layers.push(l),
                None => self.boxes.push(Box { layers: vec![l], frame }),
            }
            self.box_of[l] = before.unwrap_or(self.boxes.len() - 1);
        }
    }

    /// The innermost frame around a layer that is shown.
    fn frame_of(&self, layer: usize) -> Option<usize> {
        self.frames.iter().rposition(|f| f.once().contains(&layer))
    }
}

/// Whether an operation multiplies its input by weights and adds.
fn works(op: &Op<'_>) -> bool {
    match op {
        Op::Conv(_)
        | Op::Depthwise(_)
        | Op::Pointwise(_)
        | Op::Deconv(_)
        | Op::Dense { .. }
        | Op::AttnPool => true,
        // A user's own layer says so itself.
        Op::Custom { macs, .. } => *macs > 0,
        _ => false,
    }
}
