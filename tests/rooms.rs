//! The order of the rooms: what a file may import. `cargo test --test rooms -- --nocapture` also prints how
//! many files import each other in circles.

#[path = "rooms/imports.rs"]
mod imports;

use imports::{Imports, Module, circles};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rooms of a crate from top to bottom, by the paths of their modules; `crate` is the root. A file imports
/// from rooms below its own, and from its own module; modules that share a line do not know each other. Modules
/// with `+` between them are one room: they make up one thing together. What is not listed belongs to the
/// module around it.
struct House {
    sources: &'static str,
    rooms: &'static [&'static [&'static str]],
}

const HOUSES: [House; 4] = [
    House {
        sources: "onnx/src",
        rooms: &[
            &["export", "source"],
            &["import"],
            &["import::graph"],
            &["import::ops"],
            &["import::finish", "import::images"],
            &["import::build"],
            &["import::names", "import::node", "import::read"],
            &["import::value"],
            &["import::network", "import::view"],
            &["crate", "proto", "recipe"],
            &["message"],
        ],
    },
    House {
        sources: "ir/src",
        rooms: &[
            &["crate"],
            &["make", "table"],
            &["graph"],
            &["text"],
            &["op"],
            &["field"],
            &["activation", "element", "interpolation", "tensor", "window"],
            &["file", "shape", "real"],
        ],
    },
    House {
        sources: "compiler/src",
        rooms: &[
            &["crate"],
            &["hover", "onnx"],
            &["explain", "resolve"],
            &["defaults", "emit"],
            &["graph", "layers", "schedule", "weights"],
            &[
                "fold",
                "layers::channels",
                "layers::convolution",
                "layers::dense",
                "layers::joins",
                "layers::normalization",
                "layers::pooling",
                "layers::shapes",
                "rewrite",
                "scope",
                "summary",
            ],
            &[
                "layers::activations",
                "layers::checks",
                "layers::custom",
                "layers::dropout",
                "layers::net",
                "net",
            ],
            &["layers::record", "layers::specs"],
            &["args"],
            &["init", "lists", "padding", "parse"],
            &["eval", "exports", "source", "spec", "spell"],
            &["ast"],
            &["choose", "report"],
            &[
                "effort", "foreign", "intern", "limits", "param", "plan", "recipes", "text",
                "window",
            ],
        ],
    },
    House {
        sources: "runtime/src",
        rooms: &[
            &["emitted", "explain"],
            &["layers::channels", "layers::convolution", "layers::dropout"],
            &[
                "layers::activations",
                "layers::custom",
                "layers::dense",
                "layers::joins",
                "layers::normalization",
                "layers::pooling",
                "layers::shapes",
                "step",
                "train",
            ],
            &["train::objective"],
            &["train::loss"],
            &["train::argument", "train::rows"],
            // A network as users meet it: its trait has methods that give sessions, and a session is one of a network.
            &["network + run + session"],
            &["onnx"],
            &["graph", "recorder", "weights"],
            &["pack"],
            &["params"],
            &["program"],
            &["describe", "kernel"],
            &["data", "kernels", "room"],
            &["activation", "normalize", "reduce", "tensor", "view"],
            &[
                "arena", "choice", "embedded", "file", "init", "math", "observer", "pass",
                "threads", "vector",
            ],
            &[
                "crate", "error", "exec", "layers", "layout", "memory", "notice", "packing",
                "pattern", "random", "shard", "simd",
            ],
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
        self.place(module).map(|(line, entry, _)| (line, entry))
    }

    /// The same, with the path that leads to it.
    fn place(&self, module: &[String]) -> Option<(usize, &'static str, &'static str)> {
        let lines = self.rooms.iter().enumerate();
        let entries = lines.flat_map(|(line, room)| room.iter().map(move |entry| (line, *entry)));
        let paths = entries
            .flat_map(|(line, entry)| entry.split(" + ").map(move |path| (line, entry, path)));
        let around = paths.filter(|(_, _, path)| {
            let names = path.split("::").map(str::to_owned).collect::<Module>();
            if *path == "crate" { module.is_empty() } else { module.starts_with(&names) }
        });
        around.max_by_key(|(_, _, path)| path.len())
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
/// them, as it knows all of them, and neither are imports between the parts of a room that a `+` joins.
#[test]
fn no_circles() {
    let mut wrong = Vec::new();
    for house in &HOUSES {
        let imports = house.imports();
        let mut folders: BTreeMap<Module, BTreeMap<Module, BTreeSet<Module>>> = BTreeMap::new();
        for (from, targets) in &imports.edges {
            for to in targets.keys() {
                // Parts of one room may know each other; what lies within a part is judged as all else.
                if let [Some((_, room, part)), Some((_, other, other_part))] =
                    [from, to].map(|module| house.place(module))
                    && room == other
                    && part != other_part
                {
                    continue;
                }
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
