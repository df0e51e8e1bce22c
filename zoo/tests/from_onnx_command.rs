//! `cnn-zoo from-onnx`: an ONNX file as text of the language, and its weights.

use safetensors::SafeTensors;
use std::path::Path;
use std::process::{Command, Output};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/onnx/paddle.onnx");

fn zoo(args: &[&str]) -> Output {
    let command = env!("CARGO_BIN_EXE_cnn-zoo");
    Command::new(command).arg("from-onnx").args(args).output().expect("it starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path as text")
}

#[test]
fn text_and_weights_are_of_one_network() {
    let folder = tempfile::tempdir().expect("a folder");
    let (net, weights) = (folder.path().join("net.rs"), folder.path().join("net.safetensors"));
    let asked = [FILE, "--input", "3x12x20", "--out", text(&net), "--weights", text(&weights)];
    let done = zoo(&asked);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let written = std::fs::read_to_string(&net).expect("it is written");
    let calls = cnn_compiler::calls(&written).expect("it is Rust");
    let nets = cnn_compiler::compile_tokens(calls[0].clone(), |_| None).expect("it is a network");
    let bytes = std::fs::read(&weights).expect("they are written");
    let tensors = SafeTensors::deserialize(&bytes).expect("they are safetensors");
    let mut count = 0;
    for node in &nets[0].nodes {
        for param in node.layer.params.iter().filter(|p| p.name != "num_batches_tracked") {
            let tensor = tensors.tensor(&format!("{}.{}", node.path, param.name));
            assert_eq!(tensor.expect("it is there").shape(), param.dims, "{}", node.path);
            count += 1;
        }
    }
    assert_eq!(tensors.len(), count);
    // The same on the terminal, under another name.
    let shown = zoo(&[FILE, "--input", "x=3x12x20", "--name", "Direction"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert_eq!(shown, written.replace("struct Net<", "struct Direction<"));
}

#[test]
fn what_does_not_fit_is_said() {
    let cases: [(&[&str], &str); 5] = [
        (&[], "`from-onnx` also needs the name of an ONNX file"),
        (&["none.onnx"], "none.onnx can't be read"),
        (&[FILE], "the file leaves its shape open: ?×3×?×?"),
        (&[FILE, "--input", "3x12"], "found `3x12`, expected channels x height x width"),
        (&[FILE, "--input", "3x12x20", "--name", "a b"], "found `a b`, expected the name"),
    ];
    for (args, expected) in cases {
        let said = zoo(args);
        let words = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(!said.status.success() && words.contains(expected), "{args:?}: {words}");
    }
}
