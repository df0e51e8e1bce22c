//! Units as they are written, and their text, whose lines are no wider than a screen.

/// The widest line.
const WIDTH: usize = 100;

/// A unit as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub label: Option<String>,
    pub node: Node,
    /// How often.
    pub times: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A layer or a call of a block.
    Text(String),
    /// What a chain starts from: a shape, a name or `_`.
    Head(String),
    /// A level of the parameter path, and how many levels are inside one another in it.
    Group(Vec<Written>, usize),
    Join(&'static str, Vec<Vec<Written>>),
}

impl Written {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { label: None, node: Node::Text(text.into()), times: 1 }
    }

    pub(super) fn head(text: impl Into<String>) -> Self {
        Self { label: None, node: Node::Head(text.into()), times: 1 }
    }

    fn prefix(&self) -> String {
        self.label.as_ref().map_or_else(String::new, |label| format!("{label}: "))
    }

    fn suffix(&self) -> String {
        if self.times == 1 { String::new() } else { format!(" * {}", self.times) }
    }

    /// In one line.
    pub(super) fn line(&self) -> String {
        let node = match &self.node {
            Node::Text(text) | Node::Head(text) => text.clone(),
            Node::Group(units, _) => format!("{{ {} }}", chain_line(units)),
            Node::Join(keyword, branches) => {
                let branches: Vec<String> = branches.iter().map(|b| chain_line(b)).collect();
                format!("{keyword}({})", branches.join(" | "))
            }
        };
        format!("{}{node}{}", self.prefix(), self.suffix())
    }

    /// In as many lines as it takes, all but the first indented.
    fn lines(&self, indent: usize) -> String {
        let line = self.line();
        if indent + line.len() <= WIDTH {
            return line;
        }
        let (inner, here) = (" ".repeat(indent + 4), " ".repeat(indent));
        let (prefix, suffix) = (self.prefix(), self.suffix());
        match &self.node {
            Node::Text(_) | Node::Head(_) => line,
            Node::Group(units, _) => {
                format!("{prefix}{{\n{inner}{}\n{here}}}{suffix}", chain(units, indent + 4))
            }
            Node::Join(keyword, branches) => {
                let branches: Vec<String> = branches
                    .iter()
                    .enumerate()
                    .map(|(i, b)| {
                        let mark = if i == 0 { "" } else { "| " };
                        format!("{mark}{}", chain(b, indent + 4 + mark.len()))
                    })
                    .collect();
                let branches = branches.join(&format!("\n{inner}"));
                format!("{prefix}{keyword}(\n{inner}{branches}\n{here}){suffix}")
            }
        }
    }
}

pub(super) fn chain_line(units: &[Written]) -> String {
    units.iter().map(Written::line).collect::<Vec<_>>().join(" -> ")
}

/// A chain in lines; new ones begin with the arrow.
pub(super) fn chain(units: &[Written], indent: usize) -> String {
    let mut text = String::new();
    let mut column = indent;
    for (i, unit) in units.iter().enumerate() {
        let line = unit.line();
        let fits = column + 4 + line.len() <= WIDTH;
        let small = indent + 3 + line.len() <= WIDTH;
        if i > 0 && fits {
            text.push_str(" -> ");
            text.push_str(&line);
            column += 4 + line.len();
            continue;
        }
        if i > 0 {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            text.push_str("-> ");
            column = indent + 3;
        }
        let written = if small { line } else { unit.lines(indent) };
        column = match written.rsplit_once('\n') {
            Some((_, last)) => last.len(),
            None => column + written.len(),
        };
        text.push_str(&written);
    }
    text
}

/// How many levels are inside one another.
pub(super) fn height(units: &[Written]) -> usize {
    let of = |unit: &Written| match &unit.node {
        Node::Text(_) | Node::Head(_) => 0,
        Node::Group(_, inside) => 1 + inside,
        Node::Join(_, branches) => branches.iter().map(|b| height(b)).max().unwrap_or(0),
    };
    units.iter().map(of).max().unwrap_or(0)
}
