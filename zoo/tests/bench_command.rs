//! `cnn-zoo bench`: its messages say what to do, and engines that are not there are told before anything is timed.

use std::process::Command;

/// What `cnn-zoo bench` prints, or its message.
fn bench(args: &[&str]) -> Result<String, String> {
    let program = env!("CARGO_BIN_EXE_cnn-zoo");
    let output = Command::new(program).arg("bench").args(args).output().expect("a program");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn mistakes_are_told() {
    for (args, message) in [
        (&[][..], "`bench` needs the name of a network"),
        (&["lenet5", "resnet18"], "`resnet18` is one argument too many"),
        (&["lenet5", "--rounds", "3"], "this command takes no --rounds"),
        (&["lenet5", "--python", "python3"], "this command takes no --python"),
        (&["lenet5", "--batch", "0"], "--batch: found `0`, expected a number from 1"),
        (
            &["lenet5", "--against", "tvm"],
            "--against: found `tvm`, expected ort, openvino or torch",
        ),
        (&["lenet5", "--against", "ort,"], "--against: found ``, expected ort, openvino or torch"),
        (&["lenet", "--against", "ort"], "perhaps `lenet5`"),
        (&["lenet5", "--against", "ort", "--rounds", "0"], "--rounds: found `0`"),
        (&["lenet5", "--against", "ort", "--seed", "1"], "this command takes no --seed"),
    ] {
        let found = bench(args).expect_err("a mistake");
        assert!(found.contains(message), "{args:?}: {found}");
    }
}

#[test]
fn a_python_that_is_not_there_is_told() {
    let args = ["lenet5", "--against", "ort,openvino", "--python", "no/such/python"];
    let found = bench(&args).expect_err("no Python");
    assert!(found.contains("cannot start `no/such/python`"), "{found}");
    assert!(found.contains("`pip install onnxruntime openvino`"), "{found}");
}

/// What stands for Python here says of itself what the script would say of a Python without the packages.
#[cfg(unix)]
#[test]
fn packages_that_are_not_there_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let python = folder.path().join("python");
    std::fs::write(&python, "#!/bin/sh\nprintf 'missing\\tonnxruntime\\n'\n").expect("a file");
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let python = python.to_str().expect("a path that is text");
    let found = bench(&["lenet5", "--against", "ort", "--python", python]).expect_err("no package");
    let message = format!("`{python}` lacks onnxruntime: `{python} -m pip install onnxruntime`");
    assert!(found.contains(&message), "{found}");
}
