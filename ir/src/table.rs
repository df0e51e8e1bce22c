//! A network as a table.

use crate::field::Receptive;
use crate::graph::{Block, Graph};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

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

impl Graph<'_> {
    /// The table of its layers with totals. Of copies that are alike, the first stands for all.
    pub fn table(&self) -> String {
        let mut table = Table::of(self);
        for &shape in self.inputs {
            let memory = bytes(4 * shape.len());
            let cells = ["", "input", &shape.to_string(), "–", "–", &memory, "", "", ""];
            table.rows.push(cells.map(str::to_owned));
        }
        let all = 0..self.nodes.len();
        table.stretch(all.clone(), self.blocks);
        let [parameters, macs, memory] = table.sums(all);
        let totals = ["", "total", "", &parameters, &macs, &memory, "", "", ""].map(str::to_owned);
        let rows = table.rows;
        let width = |c: usize| rows.iter().chain([&totals]).map(|r| r[c].chars().count()).max();
        let widths: Vec<usize> = (0..COLUMNS).map(|c| width(c).unwrap_or(0)).collect();
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * (COLUMNS - 1));
        let mut text = format!("{}\n", self.name);
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
}

impl Block<'_> {
    /// The layers of the first copy.
    fn once(&self) -> Range<usize> {
        self.first..self.first + self.layers
    }
}

struct Table<'a> {
    graph: &'a Graph<'a>,
    /// Whether evaluation computes each layer.
    evaluated: Vec<bool>,
    fields: Vec<Receptive>,
    rows: Vec<Row>,
}

impl<'a> Table<'a> {
    fn of(graph: &'a Graph<'a>) -> Self {
        let layers = graph.nodes.len();
        let (mut evaluated, mut fields) = (vec![false; layers], vec![Receptive::PIXEL; layers]);
        graph.find_evaluated(&mut evaluated);
        graph.find_receptive_fields(&mut fields);
        Self { graph, evaluated, fields, rows: vec![HEAD.map(str::to_owned)] }
    }

    /// The rows of some layers, with the blocks among them.
    fn stretch(&mut self, nodes: Range<usize>, mut blocks: &[Block<'_>]) {
        let mut next = nodes.start;
        while let Some(block) = blocks.first() {
            let end = 1 + blocks[1..].iter().take_while(|b| b.first < block.end()).count();
            (next..block.first).for_each(|i| self.layer(i));
            if block.layers * (block.times - 1) >= FEWEST {
                self.stretch(block.once(), &blocks[1..end]);
                self.copies(block);
            } else if block.times > 1 {
                (block.first..block.end()).for_each(|i| self.layer(i));
            } else {
                self.stretch(block.once(), &blocks[1..end]);
            }
            next = block.end();
            blocks = &blocks[end..];
        }
        (next..nodes.end).for_each(|i| self.layer(i));
    }

    fn layer(&mut self, i: usize) {
        let node = &self.graph.nodes[i];
        let text = node.text.to_owned() + if self.evaluated[i] { "" } else { ", training only" };
        self.row([node.path.to_owned(), text], i, i..i + 1);
    }

    /// The row that stands for all copies of a block but the first.
    fn copies(&mut self, block: &Block<'_>) {
        let copy = |i: usize| self.level(block, block.first + i * block.layers);
        let (second, last) = (copy(1), copy(block.times - 1));
        let paths = match (second.rsplit_once('.'), last.rsplit_once('.')) {
            _ if second == last => last,
            (Some((level, _)), Some((other, name))) if level == other => {
                format!("{second} – {name}")
            }
            _ => format!("{second} – {last}"),
        };
        let text = format!("{} more like it", block.times - 1);
        self.row([paths, text], block.end() - 1, block.once().end..block.end());
    }

    /// The level of the parameter path of the copy that starts with a layer.
    fn level(&self, block: &Block<'_>, first: usize) -> String {
        let (path, depth) = (self.graph.nodes[first].path, block.path.split('.').count());
        match block.path {
            "" => path.to_owned(),
            _ => path.split('.').take(depth).collect::<Vec<_>>().join("."),
        }
    }

    /// A row on some layers, the output and the field being those of layer `last`.
    fn row(&mut self, [path, text]: [String; 2], last: usize, layers: Range<usize>) {
        let (output, field) = (self.graph.nodes[last].output, self.fields[last]);
        let [parameters, macs, memory] = self.sums(layers);
        let [rows, columns] = field.size;
        let [down, right] = field.jump.map(|j| j.value().to_string());
        let [top, left] = field.start.map(|s| s.to_string().replace('-', "−"));
        let pair = |a: String, b: String| if a == b { a } else { format!("{a}x{b}") };
        self.rows.push([
            path,
            text,
            output.to_string(),
            parameters,
            macs,
            memory,
            format!("{rows}x{columns}"),
            pair(down, right),
            pair(top, left),
        ]);
    }

    /// Parameters, multiply–adds and bytes of some layers; of all of them, the multiply–adds of evaluation.
    fn sums(&self, layers: Range<usize>) -> [String; 3] {
        let number = |n: u64| if n == 0 { "–".to_owned() } else { grouped(n) };
        let graph = self.graph;
        let parameters: usize = graph.nodes[layers.clone()].iter().map(|n| n.parameters()).sum();
        let whole = layers.len() == graph.nodes.len();
        let counted = layers.clone().filter(|&i| self.evaluated[i] || !whole);
        let macs = counted.map(|i| graph.macs(i)).sum();
        let memory: usize = layers.map(|i| graph.memory(i)).sum();
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
