//! The graph in the language of Graphviz.

use super::picture::{Kind, Picture};
use cnn_ir::Source;
use std::collections::HashSet;
use std::fmt::Write;

/// The whole file.
pub(super) fn write(picture: &Picture) -> String {
    let mut dot = format!("digraph {} {{\n", quoted(picture.graph.network.name));
    dot.push_str("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f5f7fa\", fontname=\"sans-serif\", fontsize=11];\n");
    dot.push_str("  edge [fontname=\"sans-serif\", fontsize=9];\n");
    for i in 0..picture.graph.network.inputs.len() {
        line(&mut dot, 1, format_args!("input{i} [label=\"input\", shape=oval];"));
    }
    frame(picture, None, 1, &mut dot);
    for (i, l) in picture.outputs().enumerate() {
        line(&mut dot, 1, format_args!("output{i} [label=\"output\", shape=oval];"));
        let (b, shape) = (picture.box_of(l), picture.layer(l).output);
        line(&mut dot, 1, format_args!("box{b} -> output{i} [label=\"{shape}\"];"));
    }
    edges(picture, &mut dot);
    dot.push_str("}\n");
    dot
}

/// A text as Graphviz reads it; its line breaks stay.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn line(dot: &mut String, depth: usize, text: std::fmt::Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = writeln!(dot, "{:width$}{text}", "", width = 2 * depth);
}

/// The boxes and frames of a frame.
fn frame(picture: &Picture, around: Option<usize>, depth: usize, dot: &mut String) {
    for (i, b) in picture.boxes.iter().enumerate().filter(|(_, b)| b.frame == around) {
        let label = quoted(&picture.lines(b).join("\n"));
        let color = match picture.kind(b) {
            Kind::Convolution => "#dceefb",
            Kind::Dense => "#e3f9e5",
            Kind::Join => "#f2ebfe",
            Kind::Resampling => "#fff3c4",
            Kind::Other => "#f5f7fa",
        };
        line(dot, depth, format_args!("box{i} [label={label}, fillcolor=\"{color}\"];"));
    }
    for (i, f) in picture.frames.iter().enumerate().filter(|(_, f)| f.parent == around) {
        let times = if f.block.times > 1 { format!(" ×{}", f.block.times) } else { String::new() };
        let label = quoted(&(picture.title(f) + &times));
        line(dot, depth, format_args!("subgraph cluster{i} {{"));
        line(dot, depth + 1, format_args!("label={label}; style=rounded; color=\"#9fb3c8\";"));
        frame(picture, Some(i), depth + 1, dot);
        line(dot, depth, format_args!("}}"));
    }
}

fn edges(picture: &Picture, dot: &mut String) {
    let mut drawn = HashSet::new();
    for l in picture.layers(0..picture.graph.layers.len()) {
        let to = picture.box_of(l);
        for &source in picture.layer(l).inputs {
            let from = match source {
                Source::Input(i) => format!("input{i}"),
                Source::Layer(p) if picture.box_of(p) == to => continue,
                Source::Layer(p) => format!("box{}", picture.box_of(p)),
            };
            let shape = picture.shape(source);
            if drawn.insert((from.clone(), to)) {
                line(dot, 1, format_args!("{from} -> box{to} [label=\"{shape}\"];"));
            }
        }
    }
}
