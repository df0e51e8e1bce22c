//! `cnn-zoo export`: its file is what the library gives, and its messages say what to do.

use cnn_zoo::lenet::LeNet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What `cnn-zoo export` prints, or its message.
fn export(args: &[&str]) -> Result<String, String> {
    let program = env!("CARGO_BIN_EXE_cnn-zoo");
    let output = Command::new(program).arg("export").args(args).output().expect("a program");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

#[test]
fn its_file_is_the_librarys() {
    let folder = tempfile::tempdir().expect("a folder");
    let [weights, out] = ["w.safetensors", "net.onnx"].map(|name| folder.path().join(name));
    let bytes = |seed| LeNet::new(seed).to_onnx().expect("a network of the language's layers");
    LeNet::new(7).save(&weights).expect("a folder to write to");
    for (args, seed) in [(&["--weights", text(&weights)][..], 7), (&["--seed", "3"], 3), (&[], 0)] {
        let printed = export(&[&["lenet5", "--out", text(&out)], args].concat());
        assert_eq!(printed, Ok(format!("{}\n", out.display())));
        assert!(fs::read(&out).expect("the file") == bytes(seed), "{args:?}");
    }
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("net.onnx");
    for (args, message) in [
        (&["lenet5"][..], "`export` also needs --out f.onnx"),
        (
            &["lenet5", "--out", text(&out), "--weights", "w", "--seed", "1"],
            "found --weights and --seed",
        ),
        (&["lenet5", "--out", text(&out), "--seed", "-1"], "--seed: found `-1`"),
        (&["lenet5_1998", "--out", text(&out)], "layer `output`: found `custom(RadialBasis)`"),
        (&["lenet5", "--out", text(&out), "--batch", "2"], "takes no --batch"),
    ] {
        let found = export(args).expect_err("a mistake");
        assert!(found.contains(message), "{args:?}: {found}");
        assert!(!out.exists(), "{args:?}");
    }
}
