//! The modules of a crate, and which file imports what from which other, by its text alone: `use` lines, and
//! paths in the code. What only tests see is left out.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module by the names on the way to it, none for the root of the crate.
pub(crate) type Module = Vec<String>;

/// Re-exports followed one after the other before a path counts as one that leads nowhere.
const MOST_STEPS: usize = 12;

/// What is known of the modules, inline ones included.
#[derive(Default)]
struct Known {
    /// Modules that are files.
    files: BTreeSet<Module>,
    modules: BTreeSet<Module>,
    /// What `use` calls something, within a module.
    names: BTreeMap<(Module, String), Vec<String>>,
    /// `use path::*` of a module.
    globs: BTreeMap<Module, Vec<Vec<String>>>,
    items: BTreeMap<Module, BTreeSet<String>>,
    /// Where macros are written, which have one name in the whole crate.
    macros: BTreeMap<String, Module>,
    /// Words of a file outside `use`.
    words: BTreeMap<Module, BTreeSet<String>>,
    references: Vec<Reference>,
    /// Modules under `#[cfg(test)]`.
    tests: BTreeSet<Module>,
}

/// A path that a module names.
struct Reference {
    from: Module,
    path: Vec<String>,
    /// For `pub use`, the name that it gives.
    exported: Option<String>,
}

/// Which file imports from which, with a path that says so.
pub(crate) struct Imports {
    pub(crate) files: BTreeSet<Module>,
    pub(crate) edges: BTreeMap<Module, BTreeMap<Module, String>>,
}

impl Imports {
    /// Of the crate whose sources lie in the folder.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut known = Known::default();
        let mut texts = Vec::new();
        collect(folder, &mut Vec::new(), &mut texts);
        for (module, _) in &texts {
            known.files.insert(module.clone());
            known.modules.insert(module.clone());
        }
        for (module, text) in &texts {
            let tokens: TokenStream = text.parse().unwrap_or_else(|e| panic!("{module:?}: {e}"));
            known.scan(module, module, tokens);
        }
        let of_tests = |module: &Module| known.tests.iter().any(|test| module.starts_with(test));
        let files: BTreeSet<Module> =
            known.files.iter().filter(|file| !of_tests(file)).cloned().collect();
        let mut edges: BTreeMap<Module, BTreeMap<Module, String>> = BTreeMap::new();
        for Reference { from, path, exported } in &known.references {
            let file = known.file_of(from);
            let Some((target, _)) = known.resolve(from, path, 0) else { continue };
            let target = known.file_of(&target);
            if file == target || !files.contains(&file) || !files.contains(&target) {
                continue;
            }
            // A folder that lists what its own modules offer does not need them, unless its code names it too.
            let listed = exported.as_ref().is_some_and(|name| {
                target.starts_with(&file)
                    && !known.words.get(&file).is_some_and(|words| words.contains(name))
            });
            if !listed {
                edges.entry(file).or_default().entry(target).or_insert_with(|| path.join("::"));
            }
        }
        Self { files, edges }
    }
}

/// All source files below a folder, by module.
fn collect(folder: &Path, module: &mut Module, found: &mut Vec<(Module, String)>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("a folder entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            module.push(name);
            collect(&path, module, found);
            module.pop();
        } else if path.extension().is_some_and(|e| e == "rs") {
            let mut module = module.clone();
            if name != "mod" && !(module.is_empty() && name == "lib") {
                module.push(name);
            }
            found.push((module, fs::read_to_string(&path).expect("text")));
        }
    }
}

fn word(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn is(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<TokenStream> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group.stream()),
        _ => None,
    }
}

fn child(module: &[String], name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The paths of a `use`, each with the name that it gives.
fn leaves(tokens: &[TokenTree], prefix: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let mut path = prefix.to_vec();
    let mut name = None;
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) if ident == "as" => {
                name = word(tokens.get(i + 1));
                break;
            }
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            TokenTree::Group(group) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                inside.split(|t| is(Some(t), ',')).for_each(|part| leaves(part, &path, found));
                return;
            }
            TokenTree::Punct(punct) if punct.as_char() == '*' => name = Some("*".to_owned()),
            _ => {}
        }
    }
    if path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(last) = path.last().cloned() {
        found.push((path, name.unwrap_or(last)));
    }
}

impl Known {
    /// Takes in the tokens of a module, or of a piece of its code, from a file.
    fn scan(&mut self, file: &Module, module: &Module, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut i, mut test) = (0, false);
        while i < tokens.len() {
            let after = |n: usize| tokens.get(i + n);
            if is(after(0), '#') {
                let skipped = if is(after(1), '!') { 2 } else { 1 };
                if let Some(attribute) = group(after(skipped), Delimiter::Bracket) {
                    test |= attribute.to_string().replace(' ', "") == "cfg(test)";
                    i += skipped + 1;
                    continue;
                }
            }
            let Some(first) = word(after(0)) else {
                if let TokenTree::Group(group) = &tokens[i] {
                    // The body of an item that only tests see.
                    let body = test && group.delimiter() == Delimiter::Brace;
                    if !body {
                        self.scan(file, module, group.stream());
                    }
                    test &= !body;
                }
                test &= !is(after(0), ';');
                i += 1;
                continue;
            };
            if first == "use" {
                let end =
                    (i..tokens.len()).find(|&j| is(tokens.get(j), ';')).unwrap_or(tokens.len());
                if !test {
                    self.import(module, &tokens[..i], &tokens[i + 1..end]);
                }
                (i, test) = (end + 1, false);
                continue;
            }
            if first == "mod"
                && let Some(name) = word(after(1))
            {
                let inner = child(module, &name);
                if test {
                    self.tests.insert(inner);
                } else if let Some(body) = group(after(2), Delimiter::Brace) {
                    self.modules.insert(inner.clone());
                    self.scan(file, &inner, body);
                }
                (i, test) = (i + 3, false);
                continue;
            }
            if test {
                i += 1;
                continue;
            }
            self.define(file, module, &first, [after(1), after(2)]);
            i += self.path(file, module, &tokens, i);
        }
    }

    /// Notes a `use` and what stands before it.
    fn import(&mut self, module: &Module, before: &[TokenTree], tree: &[TokenTree]) {
        let last = before.last();
        let scope = group(last, Delimiter::Parenthesis).is_some();
        let public = scope || word(last).is_some_and(|w| w == "pub");
        let mut found = Vec::new();
        leaves(tree, &[], &mut found);
        for (path, name) in found {
            if name == "*" {
                self.globs.entry(module.clone()).or_default().push(path.clone());
            } else {
                self.names.insert((module.clone(), name.clone()), path.clone());
            }
            let exported = public.then_some(name);
            self.references.push(Reference { from: module.clone(), path, exported });
        }
    }

    /// Notes the name that an item gives.
    fn define(
        &mut self,
        file: &Module,
        module: &Module,
        first: &str,
        next: [Option<&TokenTree>; 2],
    ) {
        const ITEMS: [&str; 8] =
            ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];
        let name = if ITEMS.contains(&first) {
            word(next[0])
        } else if first == "macro_rules" {
            let name = word(next[1]);
            name.iter().for_each(|name| {
                self.macros.insert(name.clone(), file.clone());
            });
            name
        } else {
            None
        };
        if let Some(name) = name {
            self.items.entry(module.clone()).or_default().insert(name);
        }
    }

    /// Notes a path of the code, or a single word. Gives the number of its tokens.
    fn path(
        &mut self,
        file: &Module,
        module: &Module,
        tokens: &[TokenTree],
        start: usize,
    ) -> usize {
        let token = |i: usize| tokens.get(i);
        let mut path: Vec<String> = word(token(start)).into_iter().collect();
        let mut end = start + 1;
        while is(token(end), ':') && is(token(end + 1), ':') {
            let Some(next) = word(token(end + 2)) else { break };
            path.push(next);
            end += 3;
        }
        let continued = start > 0 && (is(token(start - 1), '.') || is_path(&tokens[..start]));
        if !continued {
            self.words.entry(file.clone()).or_default().insert(path[0].clone());
            if path.len() > 1 {
                let from = module.clone();
                self.references.push(Reference { from, path, exported: None });
            }
        }
        end - start
    }

    /// The file that holds a module.
    fn file_of(&self, module: &[String]) -> Module {
        let mut module = module.to_vec();
        while !self.files.contains(&module) && module.pop().is_some() {}
        module
    }

    /// Where the item of a path lives, with what is left of the path there; nothing for other crates' items.
    fn resolve(
        &self,
        from: &Module,
        path: &[String],
        steps: usize,
    ) -> Option<(Module, Vec<String>)> {
        let (first, rest) = path.split_first()?;
        if steps > MOST_STEPS {
            return None;
        }
        let through = |target: &Vec<String>, rest: &[String]| {
            let path: Vec<String> = target.iter().chain(rest).cloned().collect();
            self.resolve(from, &path, steps + 1)
        };
        match first.as_str() {
            "crate" => self.within(Vec::new(), rest, steps),
            "self" => self.within(from.clone(), rest, steps),
            "super" => {
                let mut module = from.clone();
                module.pop()?;
                let above = rest.iter().take_while(|word| *word == "super").count();
                module.truncate(module.len().checked_sub(above)?);
                self.within(module, &rest[above..], steps)
            }
            _ if self.modules.contains(&child(from, first)) => {
                self.within(child(from, first), rest, steps)
            }
            _ => match self.names.get(&(from.clone(), first.clone())) {
                Some(target) if target[0] != *first => through(target, rest),
                _ => None,
            },
        }
    }

    /// The same for what is left of a path below a module.
    fn within(
        &self,
        mut module: Module,
        path: &[String],
        steps: usize,
    ) -> Option<(Module, Vec<String>)> {
        let mut rest = path;
        while let [first, below @ ..] = rest {
            let inner = child(&module, first);
            if self.modules.contains(&inner) {
                (module, rest) = (inner, below);
                continue;
            }
            let has = |module: &Module, name: &String| {
                self.items.get(module).is_some_and(|items| items.contains(name))
            };
            if let Some(target) = self.names.get(&(module.clone(), first.clone())) {
                // `pub(crate) use choice;` after the macro of that name.
                let here = target.len() == 1 && target[0] == *first && has(&module, first);
                let whole: Vec<String> = target.iter().chain(below).cloned().collect();
                let found = || self.resolve(&module, &whole, steps + 1);
                return if here { Some((module, rest.to_vec())) } else { found() };
            }
            if !has(&module, first) {
                if module.is_empty()
                    && let Some(home) = self.macros.get(first)
                {
                    return Some((home.clone(), Vec::new()));
                }
                let globs = self.globs.get(&module).into_iter().flatten();
                let mut found = globs.filter_map(|glob| {
                    let whole: Vec<String> = glob.iter().chain(rest).cloned().collect();
                    self.resolve(&module, &whole, steps + 1)
                });
                if let Some(found) =
                    found.find(|(home, rest)| rest.first().is_none_or(|name| has(home, name)))
                {
                    return Some(found);
                }
            }
            break;
        }
        Some((module, rest.to_vec()))
    }
}

/// Whether tokens end with `::`.
fn is_path(tokens: &[TokenTree]) -> bool {
    tokens.len() > 1 && tokens[tokens.len() - 2..].iter().all(|token| is(Some(token), ':'))
}

/// The circles of a graph: its strongly connected components of more than one node.
pub(crate) fn circles<T: Ord + Clone>(edges: &BTreeMap<T, BTreeSet<T>>) -> Vec<BTreeSet<T>> {
    // Few nodes: what each one reaches is simpler than one pass, and fast enough.
    let reached = |start: &T| {
        let mut found: BTreeSet<&T> = BTreeSet::new();
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for next in edges.get(node).into_iter().flatten() {
                if found.insert(next) {
                    open.push(next);
                }
            }
        }
        found
    };
    let reach: BTreeMap<&T, BTreeSet<&T>> =
        edges.keys().map(|node| (node, reached(node))).collect();
    let mut found: BTreeSet<BTreeSet<T>> = BTreeSet::new();
    for (node, far) in &reach {
        let circle: BTreeSet<T> = far
            .iter()
            .filter(|other| reach.get(**other).is_some_and(|back| back.contains(node)))
            .map(|other| (*other).clone())
            .collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}
