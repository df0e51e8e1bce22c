//! Labels and parameter paths while a network is resolved.

use crate::net::ValueId;
use crate::report::Area;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// One level of the parameter path.
#[derive(Debug, Default)]
pub(crate) struct Level {
    /// Path of the level; empty at the top.
    prefix: String,
    /// The position of the next unit.
    count: usize,
    /// Labels given in this level: the first of each name.
    labels: HashMap<String, Named>,
    /// Their names, in order.
    names: Vec<String>,
    /// Whether labels of the levels around it can be seen.
    open: bool,
}

/// A label and what it stands for.
#[derive(Clone, Copy, Debug)]
struct Named {
    /// Its value; unknown after a mistake.
    value: Option<ValueId>,
    /// Its number among all labels.
    number: usize,
}

/// The unit that has a path.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    /// What it is: a layer's keyword, a block's name.
    pub what: String,
    /// Whether the path is its label, not its position.
    pub labeled: bool,
}

/// Everything that was labeled, for warnings and taps.
#[derive(Debug)]
pub(crate) struct Labeled {
    /// Its path.
    pub path: String,
    /// Where it is written.
    pub area: Area,
    /// Its value.
    pub value: Option<ValueId>,
    /// Whether something refers to it.
    pub used: bool,
}

/// The levels from the top to the current one.
#[derive(Debug)]
pub(crate) struct Scope {
    levels: Vec<Level>,
    /// All labels, in order.
    pub labeled: Vec<Labeled>,
    /// The paths of all units.
    taken: HashMap<String, Holder>,
}

impl Scope {
    pub(crate) fn new() -> Self {
        Self {
            levels: vec![Level { open: true, ..Level::default() }],
            labeled: Vec::new(),
            taken: HashMap::new(),
        }
    }

    fn top(&mut self) -> &mut Level {
        self.levels.last_mut().expect("the outermost level is never left")
    }

    /// The path of `name` in the current level.
    pub(crate) fn join(&self, name: &str) -> String {
        match self.levels.last().map(|l| l.prefix.as_str()) {
            Some("") | None => name.to_owned(),
            Some(prefix) => format!("{prefix}.{name}"),
        }
    }

    /// The path of the current level; empty at the top.
    pub(crate) fn path(&self) -> &str {
        self.levels.last().map_or("", |l| l.prefix.as_str())
    }

    /// Takes the next position.
    pub(crate) fn position(&mut self) -> String {
        let level = self.top();
        level.count += 1;
        (level.count - 1).to_string()
    }

    /// Enters a level. A block's level is closed: labels around it can't be seen.
    pub(crate) fn enter(&mut self, name: &str, open: bool) {
        let prefix = self.join(name);
        self.levels.push(Level { prefix, open, ..Level::default() });
    }

    /// Hides the labels around an inline block, whose positions go on counting.
    pub(crate) fn enter_inline(&mut self) {
        let (prefix, count) = {
            let level = self.top();
            (level.prefix.clone(), level.count)
        };
        self.levels.push(Level { prefix, count, ..Level::default() });
    }

    /// Leaves an inline block. Its labels, whose paths are of the level around it, can be seen there.
    pub(crate) fn leave_inline(&mut self) {
        if let Some(level) = self.levels.pop() {
            let around = self.top();
            around.count = level.count;
            for name in level.names {
                if let (Some(named), false) =
                    (level.labels.get(&name), around.labels.contains_key(&name))
                {
                    around.labels.insert(name.clone(), *named);
                    around.names.push(name);
                }
            }
        }
    }

    /// Leaves a level.
    pub(crate) fn leave(&mut self) {
        self.levels.pop();
    }

    /// Gives the path of `name` in the current level to a unit, or says which one has it already: the
    /// parameters of both would have the same names.
    pub(crate) fn take(&mut self, name: &str, holder: Holder) -> Result<(), Holder> {
        match self.taken.entry(self.join(name)) {
            Entry::Occupied(first) => Err(first.get().clone()),
            Entry::Vacant(free) => {
                free.insert(holder);
                Ok(())
            }
        }
    }

    /// Gives a label to a unit that has taken its path.
    pub(crate) fn label(&mut self, name: &str, value: Option<ValueId>, area: Area) {
        let path = self.join(name);
        let named = Named { value, number: self.labeled.len() };
        let level = self.top();
        if !level.labels.contains_key(name) {
            level.labels.insert(name.to_owned(), named);
            level.names.push(name.to_owned());
        }
        self.labeled.push(Labeled { path, area, value, used: false });
    }

    /// Takes the last label for used: nobody is warned of what is written elsewhere.
    pub(crate) fn use_last(&mut self) {
        if let Some(label) = self.labeled.last_mut() {
            label.used = true;
        }
    }

    /// Finds a label from the inside out, and marks it as used.
    pub(crate) fn find(&mut self, name: &str) -> Option<Option<ValueId>> {
        for i in (0..self.levels.len()).rev() {
            if let Some(&Named { value, number }) = self.levels[i].labels.get(name) {
                self.labeled[number].used = true;
                return Some(value);
            }
            if !self.levels[i].open {
                return None;
            }
        }
        None
    }

    /// The levels whose labels can be seen.
    fn open(&self) -> impl Iterator<Item = &Level> {
        let closed = self.levels.iter().rposition(|level| !level.open).unwrap_or(0);
        self.levels[closed..].iter().rev()
    }

    /// Whether a label can be seen.
    pub(crate) fn sees(&self, name: &str) -> bool {
        self.open().any(|level| level.labels.contains_key(name))
    }

    /// The labels that can be seen, from the inside out, as many as anybody would read.
    pub(crate) fn visible(&self) -> Vec<String> {
        const MOST: usize = 1000;
        self.open().flat_map(|level| &level.names).take(MOST).cloned().collect()
    }
}
