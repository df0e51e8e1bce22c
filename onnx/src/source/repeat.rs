//! Groups that differ in a few numbers, as calls of a block.

use super::written::{Node, Written, chain, chain_line};
use std::collections::{HashMap, HashSet};

/// The most numbers in which the calls of a block may differ.
const MOST_PARAMETERS: usize = 6;
/// The fewest units of a group that is worth a block.
const FEWEST_UNITS: usize = 2;

/// A piece of a text: a number, or what stands between numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Token {
    Text(String),
    Number(u64),
    /// A height and a width.
    Pair(u64, u64),
}

/// Numbers that are sizes, apart from those in names and fractions.
fn tokens(text: &str) -> Vec<Token> {
    let (bytes, mut made, mut plain, mut at) = (text.as_bytes(), Vec::new(), String::new(), 0);
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'.';
    while at < bytes.len() {
        if !word(bytes[at]) {
            let next = text[at..].chars().next().map_or(1, char::len_utf8);
            plain.push_str(&text[at..at + next]);
            at += next;
            continue;
        }
        let end = (at..bytes.len()).find(|&i| !word(bytes[i])).unwrap_or(bytes.len());
        let found = &text[at..end];
        let label = bytes.get(end) == Some(&b':');
        let number = match found.split_once('x') {
            Some((a, b)) => a.parse().ok().zip(b.parse().ok()).map(|(a, b)| Token::Pair(a, b)),
            None => found.parse().ok().map(Token::Number),
        };
        match number.filter(|_| !label) {
            Some(number) => {
                made.push(Token::Text(std::mem::take(&mut plain)));
                made.push(number);
            }
            None => plain.push_str(found),
        }
        at = end;
    }
    made.push(Token::Text(plain));
    made
}

/// What texts have in common: numbers left open, pairs of one number apart from others.
fn skeleton(tokens: &[Token]) -> Vec<Token> {
    let open = |token: &Token| match token {
        Token::Text(text) => Token::Text(text.clone()),
        Token::Number(_) => Token::Number(0),
        Token::Pair(..) => Token::Pair(0, 0),
    };
    tokens.iter().map(open).collect()
}

fn numbers(tokens: &[Token]) -> Vec<u64> {
    let all = tokens.iter().flat_map(|token| match token {
        Token::Text(_) => vec![],
        Token::Number(n) => vec![*n],
        Token::Pair(a, b) => vec![*a, *b],
    });
    all.collect()
}

/// A block that stands for groups.
struct Block {
    name: String,
    /// For each number of the body, its parameter and factor, or none where it is the same everywhere.
    parameters: Vec<Option<(usize, u64)>>,
    names: Vec<&'static str>,
    /// Which number of the body each parameter is.
    firsts: Vec<usize>,
}

/// Replaces groups by calls; the blocks' text.
pub(super) fn blocks(chains: &mut [Vec<Written>]) -> String {
    let mut text = String::new();
    let mut names = HashSet::new();
    // A block's groups may hold calls of blocks that come before it.
    for height in 0..8 {
        let mut found: HashMap<Vec<Token>, Vec<Vec<Token>>> = HashMap::new();
        let mut order: Vec<(Vec<Token>, Vec<Written>)> = Vec::new();
        for units in chains.iter() {
            visit(units, &mut |body, of| {
                if of != height || size(body) < FEWEST_UNITS || refers_outside(body) {
                    return;
                }
                let tokens = tokens(&chain_line(body));
                let key = skeleton(&tokens);
                let entry = found.entry(key.clone()).or_default();
                if entry.is_empty() {
                    order.push((key, body.to_vec()));
                }
                entry.push(tokens);
            });
        }
        let mut made: HashMap<Vec<Token>, Block> = HashMap::new();
        for (key, body) in order {
            let instances = &found[&key];
            if instances.len() < 2 {
                continue;
            }
            let Some(block) = block(instances, name_of(&body, &mut names)) else { continue };
            text.push_str(&block.text(&body));
            made.insert(key, block);
        }
        for units in chains.iter_mut() {
            replace(units, height, &made);
        }
    }
    let mut position = 0;
    for units in chains.iter_mut() {
        merge(units, &mut position);
    }
    text
}

fn visit(units: &[Written], see: &mut impl FnMut(&[Written], usize)) {
    for unit in units {
        match &unit.node {
            Node::Text(_) | Node::Head(_) => {}
            Node::Group(body, height) => {
                visit(body, see);
                see(body, *height);
            }
            Node::Join(_, branches) => branches.iter().for_each(|b| visit(b, see)),
        }
    }
}

fn size(units: &[Written]) -> usize {
    let size_of = |unit: &Written| match &unit.node {
        Node::Text(_) | Node::Head(_) => 1,
        Node::Group(body, _) => size(body),
        Node::Join(_, branches) => 1 + branches.iter().map(|b| size(b)).sum::<usize>(),
    };
    units.iter().map(size_of).sum()
}

/// Whether a branch starts from a value outside of the group: a block can't see it.
fn refers_outside(units: &[Written]) -> bool {
    fn labels(units: &[Written], into: &mut HashSet<String>) {
        for unit in units {
            into.extend(unit.label.clone());
            match &unit.node {
                Node::Text(_) | Node::Head(_) => {}
                Node::Group(body, _) => labels(body, into),
                Node::Join(_, branches) => branches.iter().for_each(|b| labels(b, into)),
            }
        }
    }
    fn outside(units: &[Written], known: &HashSet<String>) -> bool {
        units.iter().any(|unit| match &unit.node {
            Node::Text(_) => false,
            Node::Head(text) => text != "_" && !known.contains(text),
            Node::Group(body, _) => outside(body, known),
            Node::Join(_, branches) => branches.iter().any(|branch| outside(branch, known)),
        })
    }
    let mut known = HashSet::new();
    labels(units, &mut known);
    outside(units, &known)
}

/// What a block is called, by what its layers are.
fn name_of(body: &[Written], taken: &mut HashSet<String>) -> String {
    let line = chain_line(body);
    let words = |word: &str| line.matches(word).count();
    let join = body.iter().find_map(|unit| match &unit.node {
        Node::Join(keyword, _) => Some(*keyword),
        _ => None,
    });
    let name = match join {
        Some("add") if words("depthwise(") + words("separable") + words("inverted") > 0 => {
            "inverted_residual"
        }
        Some("add") if words(", 1x1") >= 2 => "bottleneck",
        Some("add") => "residual",
        Some("concat") => "branches",
        Some(_) => "gated",
        None if words("depthwise(") > 0 => "separable",
        None if words("separable") > 0 => "inverted",
        None if words("conv(") == 1 && words("bn") >= 1 && body.len() <= 4 => "conv_bn",
        None if words("conv(") > 0 => "convs",
        None => "unit",
    };
    let (mut unique, mut n) = (name.to_owned(), 2);
    while !taken.insert(unique.clone()) {
        unique = format!("{name}{n}");
        n += 1;
    }
    unique
}

fn block(instances: &[Vec<Token>], name: String) -> Option<Block> {
    const NAMES: [&str; MOST_PARAMETERS] = ["f", "g", "h", "k", "s", "p"];
    let all: Vec<Vec<u64>> = instances.iter().map(|tokens| numbers(tokens)).collect();
    let mut parameters = Vec::new();
    let mut columns: Vec<(Vec<u64>, usize)> = Vec::new();
    for i in 0..all[0].len() {
        let column: Vec<u64> = all.iter().map(|numbers| numbers[i]).collect();
        if column.iter().all(|n| *n == column[0]) {
            parameters.push(None);
            continue;
        }
        let multiple = |base: &Vec<u64>| {
            let factor = column[0].checked_div(base[0]).filter(|f| *f > 0)?;
            column
                .iter()
                .zip(base)
                .all(|(n, b)| b.checked_mul(factor) == Some(*n))
                .then_some(factor)
        };
        let known =
            columns.iter().enumerate().find_map(|(p, (base, _))| Some((p, multiple(base)?)));
        let parameter = match known {
            Some(known) => known,
            None => {
                columns.push((column, i));
                (columns.len() - 1, 1)
            }
        };
        if columns.len() > MOST_PARAMETERS {
            return None;
        }
        parameters.push(Some(parameter));
    }
    let firsts = columns.iter().map(|(_, i)| *i).collect();
    Some(Block { name, parameters, names: NAMES[..columns.len()].to_vec(), firsts })
}

impl Block {
    fn text(&self, body: &[Written]) -> String {
        let mut number = 0;
        let mut body = rewrite(body, &mut |text| self.opened(text, &mut number));
        merge(&mut body, &mut 0);
        let parameters = match self.names.is_empty() {
            true => String::new(),
            false => format!("({})", self.names.join(", ")),
        };
        let line = format!("block {}{parameters} {{ {} }}\n", self.name, chain_line(&body));
        if line.len() <= 100 {
            return line;
        }
        format!("block {}{parameters} {{\n    {}\n}}\n", self.name, chain(&body, 4))
    }

    /// A text with parameters where numbers differ.
    fn opened(&self, text: &str, number: &mut usize) -> String {
        let mut made = String::new();
        for token in tokens(text) {
            let mut next = |n: u64| {
                let parameter = self.parameters[*number];
                *number += 1;
                match parameter {
                    None => (n.to_string(), false),
                    Some((p, 1)) => (self.names[p].to_owned(), true),
                    Some((p, factor)) => (format!("{factor} * {}", self.names[p]), true),
                }
            };
            match token {
                Token::Text(text) => made.push_str(&text),
                Token::Number(n) => made.push_str(&next(n).0),
                Token::Pair(a, b) => {
                    let ((a, open), (b, too)) = (next(a), next(b));
                    made.push_str(&if open || too {
                        format!("({a}, {b})")
                    } else {
                        format!("{a}x{b}")
                    });
                }
            }
        }
        made
    }

    fn call(&self, numbers: &[u64]) -> String {
        if self.names.is_empty() {
            return self.name.clone();
        }
        let values: Vec<String> = self.firsts.iter().map(|&i| numbers[i].to_string()).collect();
        format!("{}({})", self.name, values.join(", "))
    }
}

/// The same units with their texts changed, in the order of the text.
fn rewrite(units: &[Written], change: &mut dyn FnMut(&str) -> String) -> Vec<Written> {
    let mut made = Vec::new();
    for unit in units {
        let node = match &unit.node {
            Node::Text(text) => Node::Text(change(text)),
            Node::Head(text) => Node::Head(change(text)),
            Node::Group(body, height) => Node::Group(rewrite(body, change), *height),
            Node::Join(keyword, branches) => {
                Node::Join(keyword, branches.iter().map(|b| rewrite(b, change)).collect())
            }
        };
        made.push(Written { node, ..unit.clone() });
    }
    made
}

fn replace(units: &mut [Written], height: usize, blocks: &HashMap<Vec<Token>, Block>) {
    for unit in units {
        match &mut unit.node {
            Node::Text(_) | Node::Head(_) => {}
            Node::Group(body, of) => {
                if *of == height && size(body) >= FEWEST_UNITS && !refers_outside(body) {
                    let tokens = tokens(&chain_line(body));
                    if let Some(block) = blocks.get(&skeleton(&tokens)) {
                        unit.node = Node::Text(block.call(&numbers(&tokens)));
                        continue;
                    }
                }
                replace(body, height, blocks);
            }
            Node::Join(_, branches) => branches.iter_mut().for_each(|b| replace(b, height, blocks)),
        }
    }
}

/// Takes labels away that are the numbers of their places, and writes calls that say the same one after the other as
/// one with a number of copies.
fn merge(units: &mut Vec<Written>, position: &mut usize) {
    let mut made: Vec<Written> = Vec::new();
    for mut unit in std::mem::take(units) {
        let here = *position;
        match &mut unit.node {
            Node::Head(_) => {}
            Node::Text(_) => {
                *position += 1;
                unit.label = unit.label.filter(|label| *label != here.to_string());
            }
            Node::Group(body, _) => {
                *position += 1;
                merge(body, &mut 0);
            }
            Node::Join(_, branches) => branches.iter_mut().for_each(|b| merge(b, position)),
        }
        match made.last_mut() {
            Some(last)
                if unit.label.is_none()
                    && last.label.is_none()
                    && last.node == unit.node
                    && repeats(&unit) =>
            {
                last.times += 1;
            }
            _ => made.push(unit),
        }
    }
    *units = made;
}

fn repeats(unit: &Written) -> bool {
    matches!(&unit.node, Node::Text(text) if text.contains('(') || !super::spell::is_word(text))
}
