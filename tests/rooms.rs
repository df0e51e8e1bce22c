//! The order of the rooms: what a file may import. `cargo test --test rooms -- --nocapture` also prints how
//! many files import each other in circles.

#[path = "rooms/imports.rs"]
mod imports;

use imports::{Imports, Module, circles};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rooms of a crate from top to bottom, by the paths of their modules; `crate` is the root. A file imports
/// from rooms below its own, and from its own module; modules that share a line do not know each other. What
/// is not listed belongs to the module around it.
struct House {
    sources: &'static str,
    rooms: &'static [&'static [&'static str]],
}

const HOUSES: [House; 3] = [
    House {
        sources: "ir/src",
        rooms: &[
            &["crate"],
            &["graph"],
            &["text"],
            &["op"],
            &["field"],
            &["activation", "tensor", "window"],
            &["shape", "real"],
        ],
    },
    House {
        sources: "compiler/src",
        rooms: &[
            &["crate"],
            &["emit", "hover"],
            &["summary"],
            &["plan"],
            &["resolve"],
            &["fold", "scope"],
            &["net"],
            &["layers"],
            &["receptive"],
            &["args"],
            &["defaults", "padding", "init"],
            &["slips"],
            &["lists", "source"],
            &["eval"],
            &["parse"],
            &["exports", "foreign", "spell"],
            &["ast", "window"],
            &["report", "shape"],
            &["effort", "text"],
        ],
    },
    House {
        sources: "runtime/src",
        rooms: &[
            &["crate"],
            &["train"],
            &["data", "graph", "session"],
            &["api"],
            &["weights", "tap"],
            &["network"],
            &["params"],
            &["pack"],
            &["step", "oracle"],
            &["layers"],
            &["kernels"],
            &["kernel"],
            &["activation"],
            &["reduce", "view"],
            &["tensor"],
            &["simd", "pool", "file"],
            &["choice", "describe", "init", "notice"],
            &["arena", "error", "exec", "layout", "random"],
            &["memory", "shape"],
        ],
    },
];

impl House {
    fn imports(&self) -> Imports {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        Imports::read(&root.join(self.sources))
    }

    /// The line of a module's room and the entry for it there: the longest path that leads to it.
    fn room(&self, module: &[String]) -> Option<(usize, &'static str)> {
        let lines = self.rooms.iter().enumerate();
        let entries = lines.flat_map(|(line, room)| room.iter().map(move |entry| (line, *entry)));
        let around = entries.filter(|(_, entry)| {
            let path = entry.split("::").map(str::to_owned).collect::<Module>();
            if *entry == "crate" { module.is_empty() } else { module.starts_with(&path) }
        });
        around.max_by_key(|(_, entry)| entry.len())
    }
}

fn name(module: &[String]) -> String {
    if module.is_empty() { "crate".to_owned() } else { module.join("::") }
}

#[test]
fn every_module_has_its_room() {
    for house in &HOUSES {
        let files = house.imports().files;
        let homeless: Vec<String> =
            files.iter().filter(|file| house.room(file).is_none()).map(|f| name(f)).collect();
        assert!(homeless.is_empty(), "{}: no room for {homeless:?}", house.sources);
        let used: BTreeSet<&str> =
            files.iter().filter_map(|file| house.room(file)).map(|(_, entry)| entry).collect();
        let empty: Vec<_> =
            house.rooms.iter().copied().flatten().filter(|e| !used.contains(*e)).collect();
        assert!(empty.is_empty(), "{}: nothing lives in {empty:?}", house.sources);
    }
}

#[test]
fn no_import_goes_up() {
    let mut wrong = Vec::new();
    for house in &HOUSES {
        for (from, targets) in &house.imports().edges {
            for (to, path) in targets {
                let (Some((line, entry)), Some((below, other))) =
                    (house.room(from), house.room(to))
                else {
                    continue;
                };
                if entry != other && below <= line {
                    wrong.push(format!(
                        "{}: {} imports {} of {} (`{path}`)",
                        house.sources,
                        name(from),
                        name(to),
                        if below == line { "the same line" } else { "a room above" },
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} imports go up:\n{}", wrong.len(), wrong.join("\n"));
}

/// Within each folder, what lies in it: files, and folders as a whole. The folder's own `mod.rs` is not among
/// them, as it knows all of them.
#[test]
fn no_circles() {
    let mut wrong = Vec::new();
    for house in &HOUSES {
        let imports = house.imports();
        let mut folders: BTreeMap<Module, BTreeMap<Module, BTreeSet<Module>>> = BTreeMap::new();
        for (from, targets) in &imports.edges {
            for to in targets.keys() {
                let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
                if shared < from.len() && shared < to.len() {
                    let inside = folders.entry(from[..shared].to_vec()).or_default();
                    let targets = inside.entry(from[..=shared].to_vec()).or_default();
                    targets.insert(to[..=shared].to_vec());
                }
            }
        }
        for circle in folders.values().flat_map(circles) {
            let names: Vec<String> = circle.iter().map(|module| name(module)).collect();
            wrong.push(format!("{}: {}", house.sources, names.join(", ")));
        }
        let files: BTreeMap<Module, BTreeSet<Module>> = imports
            .edges
            .iter()
            .map(|(from, targets)| (from.clone(), targets.keys().cloned().collect()))
            .collect();
        let files = circles(&files);
        println!(
            "{}: {} files, {} of them in {} circles",
            house.sources,
            imports.files.len(),
            files.iter().map(BTreeSet::len).sum::<usize>(),
            files.len()
        );
    }
    assert!(wrong.is_empty(), "{} circles:\n{}", wrong.len(), wrong.join("\n"));
}
