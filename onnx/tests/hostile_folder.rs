//! Where files lie: nothing outside the folder is read, and nothing is waited for.

mod common;

use cnn_onnx::import::{Request, read};
use cnn_onnx::proto::{ModelProto, StringStringEntryProto, TensorProto, element};
use common::{lines, model, node, read_in, says};
use prost::Message;
use std::path::Path;

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    says(&lines(read(folder.path(), &Request::default())), "is no file");
    says(&lines(read(&folder.path().join("none.onnx"), &Request::default())), "can't be read");
    let pipe = folder.path().join("pipe.onnx");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        says(&lines(read(&pipe, &Request::default())), "is no file");
    }
}

/// A file whose tensor lies elsewhere.
fn outside(entries: &[(&str, &str)]) -> ModelProto {
    let entry = |(key, value): &(&str, &str)| StringStringEntryProto {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
    };
    let tensor = TensorProto {
        name: "w".to_owned(),
        dims: vec![1, 1, 1, 1],
        data_type: element::FLOAT,
        external_data: entries.iter().map(entry).collect(),
        data_location: 1,
        ..Default::default()
    };
    model(&[0, 1, 3, 3], vec![node("Conv x w -> y", &[])], vec![tensor])
}

fn in_folder(folder: &Path, entries: &[(&str, &str)]) -> String {
    lines(read_in(folder, &outside(entries).encode_to_vec()))
}

#[test]
fn numbers_in_another_file_are_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w.bin"), [0, 0, 0, 0, 0, 0, 0x80, 0x3f]).unwrap();
    let entries = [("location", "./w.bin"), ("offset", "4"), ("length", "4")];
    let network = read_in(folder.path(), &outside(&entries).encode_to_vec()).unwrap();
    assert_eq!(network.files.len(), 2);
    let second = std::fs::read(&network.files[1]).unwrap();
    let steps = &network.layers[0].tensors[0].1;
    assert_eq!(cnn_onnx::recipe::follow(steps, &[&[], &second]), Some(vec![1.0]));
}

#[test]
fn numbers_lie_where_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w.bin"), [0; 8]).unwrap();
    let largest = usize::MAX.to_string();
    let of = |entries: &[(&str, &str)]| {
        in_folder(folder.path(), &[&[("location", "w.bin")], entries].concat())
    };
    says(&of(&[("offset", "6"), ("length", "4")]), "bytes 6 to 10 of `w.bin`, which has 8");
    says(&of(&[("offset", &largest), ("length", &largest)]), "which has 8");
    says(&of(&[("offset", &largest)]), "which has 8");
    says(&of(&[("offset", "-1")]), "is no number");
    says(&of(&[("offset", "0"), ("length", "8")]), "takes 4 bytes, but the file has 8");
    says(&in_folder(folder.path(), &[]), "that it doesn't name");
    says(&in_folder(folder.path(), &[("location", "none.bin")]), "`none.bin`, which can't be read");
    says(&in_folder(folder.path(), &[("location", "")]), "is no file");
    says(&in_folder(folder.path(), &[("location", ".")]), "is no file");
    says(&in_folder(folder.path(), &[("location", "a\0b")]), "can't be read");
}

#[test]
fn nothing_outside_the_folder_is_read() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("inside");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(around.path().join("w.bin"), [0; 4]).unwrap();
    let absolute = around.path().join("w.bin");
    let absolute = absolute.to_str().unwrap();
    for location in ["../w.bin", "a/../../w.bin", absolute, "/dev/zero", "..", "/"] {
        says(&in_folder(&folder, &[("location", location)]), "outside the file's folder");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("inside");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(around.path().join("w.bin"), [0; 4]).unwrap();
    std::fs::write(folder.join("own.bin"), [0; 4]).unwrap();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.join(name)).unwrap();
    link("../w.bin", "link.bin");
    link("..", "up");
    link("/dev/zero", "zero");
    link("circle", "circle");
    link("own.bin", "own_link.bin");
    for location in ["link.bin", "up/w.bin", "zero"] {
        says(&in_folder(&folder, &[("location", location)]), "outside the file's folder");
    }
    says(&in_folder(&folder, &[("location", "circle")]), "can't be read");
    let own = outside(&[("location", "own_link.bin")]).encode_to_vec();
    assert!(read_in(&folder, &own).is_ok());
    let pipe = folder.join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        says(&in_folder(&folder, &[("location", "pipe")]), "is no file");
    }
}
