//! The network as a table.

use crate::fold::{self, Block};
use crate::net::{Net, Node};
use cnn_ir::Receptive;
use proc_macro2::TokenStream;
use std::ops::Range;

/// One row: path, layer, output, parameters, multiply–adds, memory, and the receptive field's size, jump
/// and start.
type Row = [String; COLUMNS];

const COLUMNS: usize = 9;

/// The columns of names, which stand on the left; numbers stand on the right.
const NAMES: usize = 3;

const HEAD: [&str; COLUMNS] =
    ["", "layer", "output", "parameters", "mult–adds", "memory", "sees", "jump", "start"];

/// The fewest rows that a fold of copies must save.
const FEWEST: usize = 8;

/// `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    text
}

/// The table with its totals. Of copies that are alike, the first stands for all.
pub fn table(net: &Net) -> String {
    let (evaluated, fields) = (net.evaluated(), net.receptive_fields());
    let mut table = Table { net, evaluated, fields, rows: vec![HEAD.map(str::to_owned)] };
    for &input in &net.inputs {
        let shape = net.shape(input);
        let cells =
            ["", "input", &shape.to_string(), "–", "–", &bytes(4 * shape.len()), "", "", ""];
        table.rows.push(cells.map(str::to_owned));
    }
    table.stretch(0..net.nodes.len(), &fold::blocks(net));
    let all = table.sums(0..net.nodes.len());
    let totals = ["", "total", "", &all[0], &all[1], &all[2], "", "", ""].map(str::to_owned);
    let rows = table.rows;
    let widths: Vec<usize> = (0..COLUMNS)
        .map(|c| rows.iter().chain([&totals]).map(|r| r[c].chars().count()).max().unwrap_or(0))
        .collect();
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * (COLUMNS - 1));
    let mut text = format!("{}\n", net.name);
    for (i, row) in rows.iter().enumerate() {
        push(&mut text, row, &widths);
        if i == 0 {
            text.push_str(&rule);
            text.push('\n');
        }
    }
    text.push_str(&rule);
    text.push('\n');
    push(&mut text, &totals, &widths);
    text
}

struct Table<'a> {
    net: &'a Net,
    /// Whether evaluation computes each layer.
    evaluated: Vec<bool>,
    /// What a position of each layer's output sees.
    fields: Vec<Receptive>,
    rows: Vec<Row>,
}

impl Table<'_> {
    /// The rows of some layers, with the blocks among them.
    fn stretch(&mut self, nodes: Range<usize>, mut blocks: &[Block]) {
        let mut next = nodes.start;
        while let Some(block) = blocks.first() {
            let end = 1 + fold::inside(blocks, Block::all);
            (next..block.first).for_each(|i| self.layer(i));
            if block.layers * (block.times - 1) >= FEWEST {
                self.stretch(block.once(), &blocks[1..end]);
                self.copies(block);
            } else if block.times > 1 {
                block.all().for_each(|i| self.layer(i));
            } else {
                self.stretch(block.once(), &blocks[1..end]);
            }
            next = block.all().end;
            blocks = &blocks[end..];
        }
        (next..nodes.end).for_each(|i| self.layer(i));
    }

    fn layer(&mut self, i: usize) {
        let node = &self.net.nodes[i];
        let text = node.text() + if self.evaluated[i] { "" } else { ", training only" };
        self.row([node.path.clone(), text], i, i..i + 1);
    }

    /// The row that stands for all copies of a block but the first.
    fn copies(&mut self, block: &Block) {
        let copy = |i: usize| self.level(block, block.first + i * block.layers);
        let (second, last) = (copy(1), copy(block.times - 1));
        let paths = match (second.rsplit_once('.'), last.rsplit_once('.')) {
            _ if second == last => last,
            (Some((level, _)), Some((other, name))) if level == other => {
                format!("{second} – {name}")
            }
            _ => format!("{second} – {last}"),
        };
        let more = block.all();
        let text = format!("{} more like it", block.times - 1);
        self.row([paths, text], more.end - 1, block.once().end..more.end);
    }

    /// The level of the parameter path of the copy that starts with a layer.
    fn level(&self, block: &Block, first: usize) -> String {
        let depth = block.path.split('.').count();
        let levels: Vec<&str> = match block.path.as_str() {
            "" => vec![&self.net.nodes[first].path],
            _ => self.net.nodes[first].path.split('.').take(depth).collect(),
        };
        levels.join(".")
    }

    /// A row on some layers, the output and the field being those of layer `last`.
    fn row(&mut self, [path, text]: [String; 2], last: usize, layers: Range<usize>) {
        let node = &self.net.nodes[last];
        let field = self.fields[last];
        let [parameters, macs, memory] = self.sums(layers);
        let [rows, columns] = field.size;
        let [down, right] = field.jump.map(|j| j.value().to_string());
        let [top, left] = field.start.map(|s| s.to_string().replace('-', "−"));
        let pair = |a: String, b: String| if a == b { a } else { format!("{a}x{b}") };
        self.rows.push([
            path,
            text,
            node.layer.output.to_string(),
            parameters,
            macs,
            memory,
            format!("{rows}x{columns}"),
            pair(down, right),
            pair(top, left),
        ]);
    }

    /// Parameters, multiply–adds and bytes of some layers; the multiply–adds of evaluation.
    fn sums(&self, layers: Range<usize>) -> [String; 3] {
        let number = |n: u64| if n == 0 { "–".to_owned() } else { grouped(n) };
        let nodes = &self.net.nodes[layers.clone()];
        let parameters: usize = nodes.iter().map(Node::parameters).sum();
        let evaluated = nodes.iter().zip(&self.evaluated[layers.clone()]);
        let whole = layers.len() == self.net.nodes.len();
        let macs =
            evaluated.filter(|(_, e)| **e || !whole).map(|(n, _)| self.net.layer_macs(n)).sum();
        let memory: usize = nodes.iter().map(|n| self.net.memory(n)).sum();
        let memory = if memory == 0 { "–".to_owned() } else { bytes(memory) };
        [number(parameters as u64), number(macs), memory]
    }
}

/// `3.1 MiB`.
fn bytes(n: usize) -> String {
    const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
    let mut size = n as f64 / 1024.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        (size, unit) = (size / 1024.0, unit + 1);
    }
    if n < 1024 { format!("{n} B") } else { format!("{size:.1} {}", UNITS[unit]) }
}

fn push(text: &mut String, row: &Row, widths: &[usize]) {
    let mut line = String::new();
    for (c, (cell, &width)) in row.iter().zip(widths).enumerate() {
        let gap = " ".repeat(width - cell.chars().count());
        let (left, right) = if c < NAMES { (cell, &gap) } else { (&gap, cell) };
        line.push_str(left);
        line.push_str(right);
        line.push_str("  ");
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// The documentation of the struct: what it takes and gives in a line, and the table.
pub fn rustdoc(net: &Net, facade: &TokenStream) -> String {
    let facade = facade.to_string().replace(' ', "");
    let shapes = |values: &mut dyn Iterator<Item = usize>| {
        let texts: Vec<String> =
            values.map(|v| net.shape(v).to_string().replace('x', "×")).collect();
        texts.join(", ")
    };
    let inputs = shapes(&mut net.inputs.iter().copied());
    let outputs = shapes(&mut net.outputs.iter().filter(|o| !o.train).map(|o| o.value));
    // Those of a user's own layers only rustc knows.
    let own = (0..net.nodes.len()).any(|i| net.own_number(i).is_some());
    format!(
        "\n\n{inputs} → {outputs}, with {} parameters{} and {} multiply–adds an image. \
        Its methods are those of [`Network`](trait@{facade}::Network); \
        its layers are described in [`cnn::layers`](mod@{facade}::layers).\n\n```text\n{}```",
        grouped(net.parameters() as u64),
        if own { " beside those of its custom layers" } else { "" },
        grouped(net.macs()),
        table(net),
    )
}

#[cfg(test)]
mod tests {
    use super::{bytes, grouped};

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(grouped(138_357_544), "138,357,544");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes(40), "40 B");
        assert_eq!(bytes(4704), "4.6 KiB");
        assert_eq!(bytes(64 * 112 * 112 * 4), "3.1 MiB");
    }
}
