//! Rules of the repository that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Lines past which a source file holds more than one thing.
const MOST_LINES: usize = 500;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// All files below the folders that hold the project's own text.
fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = [
        "src", "macros", "compiler", "ir", "runtime", "images", "onnx", "report", "zoo",
        "examples", "tests", "benches", "docs",
    ]
    .map(|f| Path::new(ROOT).join(f))
    .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                if path.file_name().is_some_and(|n| n != "target" && n != "golden") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found
}

/// The records that are rows of the activations' table: they share one file on either side.
fn is_row(record: &cnn_compiler::layers::Record) -> bool {
    let table = read("compiler/src/layers/activations/activations.rs");
    table.contains(&format!("\"{}\"", record.keyword))
}

/// Layers without a type of their own at run time: a change of view computes nothing, another network
/// is its layers, some pools are others over windows of another geometry, `pointwise` is a convolution,
/// and `drop_path` is `dropout2d` with one number for all channels, as `instancenorm` is `gn` with one
/// channel a group. `mul` is a case of `Broadcast`.
const WITHOUT_KERNEL: [&str; 10] = [
    "flatten",
    "net",
    "adaptive_avgpool",
    "adaptive_maxpool",
    "global_maxpool",
    "pointwise",
    "drop_path",
    "reshape",
    "instancenorm",
    "mul",
];

/// The layer's files right in the folders of families: `family/layer.rs`, or `layer/mod.rs` where a family
/// bears its layer's name.
fn in_a_family(layers: &str, keyword: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(Path::new(ROOT).join(layers)).expect("the families");
    let named = folders.map(|f| f.expect("a folder entry").path()).map(|folder| {
        // A family of the layer's name has it in its own file, or in a file of the name.
        let [own, named] = ["mod", keyword].map(|name| folder.join(format!("{name}.rs")));
        if folder.ends_with(keyword) && !named.exists() { own } else { named }
    });
    let alone = Path::new(ROOT).join(layers).join(format!("{keyword}.rs"));
    named.chain([alone]).filter(|path| path.exists()).collect()
}

#[test]
fn every_layer_has_its_twin_and_its_tests() {
    let references = read("tests/reference/cases.rs");
    let oracle: String = files("rs")
        .iter()
        .filter(|p| p.starts_with(Path::new(ROOT).join("runtime/tests")))
        .map(|p| fs::read_to_string(p).unwrap())
        .collect();
    let mistakes: String = files("rs")
        .iter()
        .filter(|p| p.starts_with(Path::new(ROOT).join("tests/ui")))
        .map(|p| fs::read_to_string(p).unwrap())
        .collect();
    let readme = read("README.md");
    for record in cnn_compiler::layers::LAYERS {
        let keyword = record.keyword;
        if !is_row(record) {
            let most = usize::from(!WITHOUT_KERNEL.contains(&keyword));
            for (side, most) in [("compiler/src/layers", 1), ("runtime/src/layers", most)] {
                let families = in_a_family(side, keyword);
                assert_eq!(
                    families.len(),
                    most,
                    "{keyword}: one file in one family, not {families:?}"
                );
            }
        }
        // Types are written in another case than keywords.
        let plain = |w: &str| w.replace('_', "").to_lowercase();
        let word = |text: &str| {
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.into_iter().any(|w| plain(w) == plain(keyword))
        };
        if !["custom", "net"].contains(&keyword) {
            assert!(word(&references), "{keyword} has no reference made by PyTorch");
            assert!(
                word(&oracle)
                    || ["flatten", "reshape"].contains(&keyword)
                    || (keyword == "bn" && oracle.contains("BatchNorm")),
                "{keyword} has no gradient check"
            );
        }
        assert!(word(&mistakes), "no compile-fail case mentions {keyword}");
        assert!(word(&readme), "the README's layer table lacks {keyword}");
    }
}

/// Cargo finds no tests beside a manifest by itself.
#[test]
fn every_test_is_run() {
    let manifest = read("tests/Cargo.toml");
    let tests =
        files("rs").into_iter().filter(|p| p.parent() == Some(&Path::new(ROOT).join("tests")));
    for path in tests {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(manifest.contains(&format!("path = \"{name}\"")), "tests/Cargo.toml lacks {name}");
    }
}

#[test]
fn files_stay_small() {
    for path in files("rs") {
        let lines = fs::read_to_string(&path).expect("text").lines().count();
        assert!(
            lines <= MOST_LINES,
            "{} has {lines} lines; {MOST_LINES} are the most",
            path.display()
        );
    }
}

#[test]
fn unsafe_lives_where_it_is_meant_to() {
    for path in files("rs") {
        let text = fs::read_to_string(&path).expect("text");
        let home = path.starts_with(Path::new(ROOT).join("runtime/src/simd"))
            || path.ends_with("runtime/src/view.rs")
            || path.ends_with("runtime/src/memory.rs")
            || path.ends_with("tests/allocations.rs");
        let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        let found = code
            .filter(|l| l.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == "unsafe"))
            .count();
        assert!(
            home || found == 0 || path.ends_with("tests/tidy.rs"),
            "{} has unsafe code",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    for path in files("rs").into_iter().chain(files("md")).chain(files("py")) {
        let text = fs::read_to_string(&path).expect("text");
        for mark in marks {
            assert!(!text.contains(mark), "{} holds {mark}", path.display());
        }
    }
}

#[test]
fn licences_are_there() {
    assert!(read("LICENSE-MIT").contains("Permission is hereby granted"));
    assert!(read("LICENSE-APACHE").contains("Apache License"));
}
