//! Arrays in NumPy's files, as the program reads and writes them.

use cnn::ndarray::{ArrayD, IxDyn};
use std::fs;
use std::path::Path;

#[path = "../src/cli/npy.rs"]
mod npy;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn dims(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

/// A file with that header, of that version, and a number of bytes of elements.
fn file(version: u8, header: &str, elements: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend((header.len() as u16).to_le_bytes()),
        _ => bytes.extend((header.len() as u32).to_le_bytes()),
    }
    bytes.extend(header.bytes());
    bytes.extend((0..elements).map(|i| i as u8));
    bytes
}

fn read(bytes: &[u8]) -> std::result::Result<ArrayD<f32>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.npy");
    fs::write(&path, bytes).expect("a file");
    let shown = format!("{}: ", path.display());
    npy::read(&path).map_err(|e| e.to_string().strip_prefix(&shown).expect("its name").to_owned())
}

fn shape(dims: &str) -> String {
    format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {dims}, }}          \n")
}

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.npy");
    for dims in [&[][..], &[5], &[0, 3], &[2, 3, 4, 5], &[100, 99]] {
        let count: usize = dims.iter().product();
        let elements = (0..count).map(|i| i as f32 - 3.5).collect();
        let array = ArrayD::from_shape_vec(IxDyn(dims), elements).expect("a sound array");
        npy::write(&path, &array).expect("a file");
        assert_eq!(npy::read(&path).expect("a good file"), array);
        let bytes = fs::read(&path).expect("the file");
        assert_eq!((bytes.len() - count * 4) % 64, 0);
    }
}

#[test]
fn orders_and_versions_are_told_apart() {
    let floats = |bytes: fn(f32) -> [u8; 4]| (0..6).flat_map(move |i| bytes(i as f32));
    let good = |version, header: &str, bytes: Vec<u8>| {
        let array = read(&[file(version, header, 0), bytes].concat()).expect("a good file");
        (array.shape().to_vec(), array.iter().copied().collect::<Vec<_>>())
    };
    let expected = (vec![2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    for version in [1, 2, 3] {
        assert_eq!(good(version, &shape("(2, 3)"), floats(f32::to_le_bytes).collect()), expected);
    }
    let swapped = "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\">f4\"}";
    assert_eq!(good(1, swapped, floats(f32::to_be_bytes).collect()), expected);
    let columns = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}";
    let (_, elements) = good(1, columns, floats(f32::to_le_bytes).collect());
    assert_eq!(elements, [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
}

#[test]
fn headers_that_lie_are_refused() {
    let huge = "9223372036854775807";
    let cases = [
        (file(1, &shape("(2, 3)"), 20), "found 100 bytes, expected 104 as its dimensions 2×3 say"),
        (file(1, &shape("(2, 3)"), 28), "found 108 bytes, expected 104"),
        (file(1, &shape("(1000000000000, 1)"), 0), "expected 40000000000"),
        (file(1, &shape(&format!("({huge}, {huge})")), 0), "overflow"),
        (file(1, &shape(&format!("(0, {huge}, {huge})")), 0), "imensions 0×"),
        (file(1, &shape("(-1, 3)"), 12), "found a damaged header"),
        (file(1, &shape("(99999999999999999999, 3)"), 12), "found a damaged header"),
        (file(1, &shape("(2, 3"), 24), "found a damaged header"),
        (file(1, &shape(&format!("({})", "1,".repeat(70))), 4), "found a damaged header"),
        (file(1, &"(".repeat(60_000), 4), "found a damaged header"),
        (file(1, "{'shape': (2, 3)}", 24), "found a damaged header"),
        (file(1, "\u{1b}[2J", 24), "found a damaged header, \"\\u{1b}[2J\""),
        (file(1, &shape("(2, 3)").replace("<f4", "<f8"), 48), "found elements of type \"'<f8'\""),
        (
            file(1, &shape("(2, 3)").replace("'<f4'", "[('a', '<f4')]"), 24),
            "found elements of type",
        ),
        (file(2, &" ".repeat(100_000), 4), "found a header of 100000 bytes in a file of 100016"),
        (file(9, &shape("(2, 3)"), 24), "found the version 9, expected 1, 2 or 3"),
        (b"\x93NUMPY\x02\0\xff\xff\xff\xff".to_vec(), "found a header of 4294967295 bytes"),
        (b"\x93NUMPY\x01\0\xc8\0{".to_vec(), "found a header of 200 bytes in a file of 11"),
        (b"\x93NUMPY\x01\0\xff".to_vec(), "found 9 bytes, too few for a header"),
        (b"\x93NUMPY".to_vec(), "found 6 bytes, too few for a header"),
        (b"PK\x03\x04".to_vec(), "found a file of another kind, expected a NumPy array"),
        (Vec::new(), "found a file of another kind"),
    ];
    for (bytes, expected) in cases {
        let text = read(&bytes).unwrap_err();
        assert!(text.contains(expected), "{text}\n{expected}");
    }
    let text = npy::read(Path::new("no/such/file")).unwrap_err().to_string();
    assert!(text.starts_with("no/such/file: cannot read: "), "{text}");
}

#[test]
fn no_prefix_and_no_flipped_bit_makes_a_panic() {
    let good = file(1, &shape("(2, 3)"), 24);
    for end in 0..good.len() {
        assert!(read(&good[..end]).is_err(), "{end}");
    }
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let _ = read(&bytes);
    }
}

#[cfg(unix)]
#[test]
fn what_has_no_end_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("the program mkfifo").success());
    for path in [&pipe, Path::new("/dev/zero"), folder.path()] {
        let text = npy::read(path).unwrap_err().to_string();
        assert!(text.ends_with("found a folder, pipe or device, expected a file"), "{text}");
    }
}
