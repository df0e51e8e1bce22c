//! The drawing as SVG.

use super::layout;
use super::level::{Level, Node, What};
use super::picture::{Box, Kind, Picture};
use std::fmt::Write;

/// Where a column ends, an edge turns this far from what it leaves.
const TURN: f64 = 14.0;

const STYLE: &str = "\
text{font:12px 'DejaVu Sans',Verdana,Helvetica,sans-serif;text-anchor:middle;fill:#1f2933}\
.more{font-size:11px;fill:#52606d}\
.shape{font-size:10px;text-anchor:start;fill:#616e7c;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}\
.title{font-size:11px;text-anchor:start;fill:#486581;font-weight:bold;paint-order:stroke;stroke:#f5f7fa;stroke-width:4px;stroke-linejoin:round}\
.times{font-size:14px;text-anchor:end;fill:#ab091e;font-weight:bold}\
.left{text-anchor:end}\
.edge{fill:none;stroke:#7b8794;stroke-width:1.3}\
.frame{stroke:#9fb3c8;fill:#486581;fill-opacity:.05}\
.conv{fill:#dceefb;stroke:#2680c2}.dense{fill:#e3f9e5;stroke:#3f9142}.join{fill:#f2ebfe;stroke:#724bb7}\
.pool{fill:#fff3c4;stroke:#cb6e17}.other{fill:#f5f7fa;stroke:#7b8794}.end{fill:#1f2933;stroke:none}\
.end+text{fill:#fff}";

/// The whole file.
pub(super) fn draw(picture: &Picture) -> String {
    let level = layout::level(picture, None);
    let (w, h) = (level.w.ceil(), level.h.ceil());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#7b8794\"/></marker></defs>\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n",
        escaped(picture.graph.network.name)
    );
    Pen { picture, svg: &mut svg }.level(&level, 0.0, 0.0);
    svg.push_str("</svg>\n");
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

struct Pen<'a> {
    picture: &'a Picture,
    svg: &'a mut String,
}

impl Pen<'_> {
    fn put(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = self.svg.write_fmt(line);
        self.svg.push('\n');
    }

    /// A level whose left upper corner is at (x, y).
    fn level(&mut self, level: &Level, x: f64, y: f64) {
        for way in &level.edges {
            self.edge(level, way, x, y);
        }
        for node in &level.nodes {
            self.node(node, x + node.x, y + node.y);
        }
        for (n, node) in level.nodes.iter().enumerate() {
            self.label(level, n, x + node.x + node.exit, y + node.y + node.h);
        }
    }

    fn node(&mut self, node: &Node, x: f64, y: f64) {
        let (w, h) = (node.w, node.h);
        match &node.what {
            What::Box(b) => {
                let b = &self.picture.boxes[*b];
                let class = match self.picture.kind(b) {
                    Kind::Convolution => "conv",
                    Kind::Dense => "dense",
                    Kind::Join => "join",
                    Kind::Resampling => "pool",
                    Kind::Other => "other",
                };
                let (round, title) = (if class == "join" { h / 2.0 } else { 5.0 }, self.title(b));
                self.put(format_args!(
                    "<g><title>{title}</title><rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{round:.1}\"/>"
                ));
                let center = x + w / 2.0;
                for (i, line) in self.picture.lines(b).iter().enumerate() {
                    let (class, at) =
                        (["", " class=\"more\""][i.min(1)], y + 19.0 + 15.0 * i as f64);
                    let line = escaped(line);
                    self.put(format_args!(
                        "<text{class} x=\"{center:.1}\" y=\"{at:.1}\">{line}</text>"
                    ));
                }
                self.put(format_args!("</g>"));
            }
            What::Frame(f, inner) => {
                let frame = &self.picture.frames[*f];
                self.put(format_args!(
                    "<rect class=\"frame\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"8\"/>"
                ));
                self.level(inner, x, y);
                let (left, top) = (x + 8.0, y + 15.0);
                let title = escaped(&self.picture.title(frame));
                self.put(format_args!(
                    "<text class=\"title\" x=\"{left:.1}\" y=\"{top:.1}\">{title}</text>"
                ));
                if frame.block.times > 1 {
                    let (right, top, times) = (x + w - 8.0, y + 17.0, frame.block.times);
                    self.put(format_args!(
                        "<text class=\"times\" x=\"{right:.1}\" y=\"{top:.1}\">×{times}</text>"
                    ));
                }
            }
            What::Input(i) => self.end("input", *i, self.picture.graph.network.inputs.len(), x, y),
            What::Output(i) => {
                self.end("output", *i, self.picture.graph.network.outputs.len(), x, y)
            }
            What::Port | What::Way => {}
        }
    }

    fn end(&mut self, word: &str, i: usize, count: usize, x: f64, y: f64) {
        let number = if count > 1 { format!(" {i}") } else { String::new() };
        self.put(format_args!(
            "<rect class=\"end\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"56\" height=\"22\" rx=\"11\"/><text x=\"{:.1}\" y=\"{:.1}\">{word}{number}</text>",
            x + 28.0,
            y + 15.0
        ));
    }

    /// What a box tells where the pointer rests on it.
    fn title(&self, b: &Box) -> String {
        let lines: Vec<String> = b
            .layers
            .iter()
            .map(|&l| {
                let layer = self.picture.layer(l);
                let (rows, columns) = layer.receptive_field;
                let only = if layer.training_only { ", training only" } else { "" };
                format!(
                    "{}: {}, {} → {}, {} parameters, {} multiply–adds, sees {rows}x{columns}{only}",
                    layer.path, layer.text, layer.input, layer.output, layer.parameters, layer.macs
                )
            })
            .collect();
        escaped(&lines.join("\n"))
    }

    /// The shape at the start of a node's edges.
    fn label(&mut self, level: &Level, n: usize, x: f64, y: f64) {
        let node = &level.nodes[n];
        if node.label.is_empty() || level.edges.iter().all(|way| way[0] != n) {
            return;
        }
        // An edge that bends to the right leaves room on the left.
        let next = level.edges.iter().filter(|way| way[0] == n).map(|way| &level.nodes[way[1]]);
        let bends = next.map(|m| m.x + m.entry - node.x - node.exit);
        let bends: Vec<f64> = bends.filter(|b| b.abs() > 10.0).collect();
        let to_right = !bends.is_empty() && bends.iter().all(|b| *b > 0.0);
        let (class, at) = if to_right { ("shape left", x - 6.0) } else { ("shape", x + 6.0) };
        let (shape, y) = (escaped(&node.label), y + 14.0);
        self.put(format_args!("<text class=\"{class}\" x=\"{at:.1}\" y=\"{y:.1}\">{shape}</text>"));
    }

    fn edge(&mut self, level: &Level, way: &[usize], x: f64, y: f64) {
        let nodes: Vec<&Node> = way.iter().map(|&n| &level.nodes[n]).collect();
        let (first, last) = (nodes[0], nodes[nodes.len() - 1]);
        let start = (x + first.x + first.exit, y + first.y + first.h);
        let mut path = format!("M{:.1} {:.1}", start.0, start.1);
        let column = |n: &Node| level.columns[n.rank];
        let middle = x + last.x + last.entry;
        let end = (middle + entry(level, way), y + last.y);
        if column(first) != column(last) {
            let beside = level.nodes.iter().filter(|n| column(n) == column(last)).map(|n| n.x);
            let left = x + beside.fold(f64::INFINITY, f64::min) - 30.0;
            turn(&mut path, start, (middle, end.1), left);
        } else {
            let foot = y + level.feet[first.rank];
            let mut at = start;
            if foot > at.1 + 1.0 && nodes.len() > 1 {
                at.1 = foot;
                let _ = write!(path, "V{foot:.1}");
            }
            for node in &nodes[1..nodes.len() - 1] {
                let next = (x + node.x, y + node.y);
                curve(&mut path, at, next);
                let _ = write!(path, "V{:.1}", next.1 + node.h);
                at = (next.0, next.1 + node.h);
            }
            curve(&mut path, at, end);
        }
        let arrow =
            if matches!(last.what, What::Port) { "" } else { " marker-end=\"url(#arrow)\"" };
        self.put(format_args!("<path class=\"edge\" d=\"{path}\"{arrow}/>"));
    }
}

/// How far from the middle of its last node an edge enters it: on the side that it comes from, and
/// beside others.
fn entry(level: &Level, way: &[usize]) -> f64 {
    let (before, last) = (way[way.len() - 2], way[way.len() - 1]);
    let node = &level.nodes[last];
    let from = |n: usize| level.nodes[n].x + level.nodes[n].exit;
    if !matches!(node.what, What::Box(_)) {
        return 0.0;
    }
    let room = node.w * 0.36;
    let mut all: Vec<usize> =
        level.edges.iter().filter(|w| w.last() == Some(&last)).map(|w| w[w.len() - 2]).collect();
    all.sort_by(|&a, &b| from(a).total_cmp(&from(b)));
    match (all.len(), all.iter().position(|&n| n == before)) {
        (3.., Some(i)) => room * (2.0 * i as f64 / (all.len() - 1) as f64 - 1.0),
        _ => (from(before) - node.x - node.entry).clamp(-room, room),
    }
}

/// From here to there, leaving and entering vertically.
fn curve(path: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ = if (from.0 - to.0).abs() < 0.5 {
        write!(path, "L{:.1} {:.1}", to.0, to.1)
    } else {
        let half = (from.1 + to.1) / 2.0;
        write!(path, "C{:.1} {half:.1} {:.1} {half:.1} {:.1} {:.1}", from.0, to.0, to.0, to.1)
    };
}

/// From the foot of a column to the head of the next, whose left edge is at `left`.
fn turn(path: &mut String, from: (f64, f64), to: (f64, f64), left: f64) {
    let (foot, head) = (from.1 + TURN, to.1 - TURN);
    let r = 8.0;
    let _ = write!(
        path,
        "V{:.1}Q{:.1} {foot:.1} {:.1} {foot:.1}H{:.1}Q{left:.1} {foot:.1} {left:.1} {:.1}V{:.1}Q{left:.1} {head:.1} {:.1} {head:.1}H{:.1}Q{:.1} {head:.1} {:.1} {:.1}V{:.1}",
        foot - r,
        from.0,
        from.0 + r,
        left - r,
        foot - r,
        head + r,
        left + r,
        to.0 - r,
        to.0,
        to.0,
        head + r,
        to.1
    );
}
