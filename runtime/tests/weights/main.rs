//! Weights files: round trips, and everything that can be wrong with them.

#[path = "../common/mod.rs"]
mod common;
mod kinds;
mod saving;

use cnn_runtime::{Describe, Network, weights};
use common::Tiny;
use safetensors::tensor::{Dtype, TensorView, serialize};
use std::path::Path;

/// A trained-looking network: no tensor is as it was initialized.
fn network() -> Tiny {
    let mut net: Tiny = Network::new(7);
    Network::set(&mut net, "2.running_mean", [0.1, 0.2, 0.3, 0.4]).expect("a buffer");
    net.params_mut().set_counter("2.num_batches_tracked", 42).expect("a counter");
    net
}

fn assert_same(a: &Tiny, b: &Tiny) {
    let (a, b) = (a.params(), b.params());
    assert_eq!(
        (a.trainable(), a.buffers(), a.counters()),
        (b.trainable(), b.buffers(), b.counters())
    );
}

#[test]
fn what_was_saved_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tiny.safetensors");
    let net = network();
    Network::save(&net, &path).expect("a folder to write to");
    assert_same(&net, &Network::load(&path).expect("a good file"));
    assert_same(&net, &Network::from_bytes(&Network::to_bytes(&net)).expect("good bytes"));
    // Replacing leaves nothing else behind.
    Network::save(&Tiny::new(1), &path).expect("a file to replace");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    assert_same(&Network::new(1), &Network::load(&path).expect("a good file"));
}

#[test]
fn the_file_has_the_names_types_and_dimensions_of_a_state_dict() {
    let bytes = Network::to_bytes(&network());
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("a good file");
    let mut tensors: Vec<_> =
        file.iter().map(|(name, t)| (name, t.dtype(), t.shape().to_vec())).collect();
    tensors.sort_by_key(|&(name, ..)| name);
    let expected = [
        ("1.bias", Dtype::F32, vec![4]),
        ("1.weight", Dtype::F32, vec![4, 6]),
        ("2.num_batches_tracked", Dtype::I64, vec![]),
        ("2.running_mean", Dtype::F32, vec![4]),
    ];
    assert_eq!(tensors, expected);
}

#[test]
fn the_bytes_are_those_of_the_formats_own_library() {
    let net = network();
    let tensors = Tiny::TENSORS.iter().map(|spec| match net.params().get(spec.path) {
        Ok(floats) => (spec, Dtype::F32, floats.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Err(_) => (spec, Dtype::I64, 42i64.to_le_bytes().to_vec()),
    });
    let tensors: Vec<(_, _, Vec<u8>)> = tensors.collect();
    let views = tensors.iter().map(|(spec, dtype, bytes)| {
        (spec.path, TensorView::new(*dtype, spec.dims.to_vec(), bytes).expect("a sound tensor"))
    });
    let metadata = [("format".to_owned(), "pt".to_owned())].into_iter().collect();
    assert_eq!(Network::to_bytes(&net), serialize(views, Some(metadata)).expect("a file"));
}

/// The good tensors of a `Tiny`, changed by `edit`, as a file.
fn file(edit: impl FnOnce(&mut Vec<(&'static str, Dtype, Vec<usize>, Vec<u8>)>)) -> Vec<u8> {
    let mut tensors = vec![
        ("1.weight", Dtype::F32, vec![4, 6], vec![0; 96]),
        ("1.bias", Dtype::F32, vec![4], vec![0; 16]),
        ("2.running_mean", Dtype::F32, vec![4], vec![0; 16]),
        ("2.num_batches_tracked", Dtype::I64, vec![], vec![0; 8]),
    ];
    edit(&mut tensors);
    let views = tensors.iter().map(|(name, dtype, dims, bytes)| {
        (*name, TensorView::new(*dtype, dims.clone(), bytes).expect("a sound tensor"))
    });
    serialize(views, None).expect("a file")
}

/// What is said of such bytes, whether they are in memory or in a file.
fn message(bytes: &[u8]) -> String {
    let Err(error) = weights::from_bytes::<Tiny>(bytes) else {
        panic!("bytes that should be refused");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights");
    std::fs::write(&path, bytes).expect("a file");
    let in_a_file = weights::load::<Tiny>(&path).map(|_| ()).unwrap_err().to_string();
    let text = error.to_string();
    assert_eq!(in_a_file.replace(&*path.to_string_lossy(), "weights in memory"), text);
    text
}

#[test]
fn all_tensors_that_do_not_fit_are_named_at_once() {
    let bytes = file(|tensors| {
        tensors[0].0 = "1.weights";
        tensors[1].2 = vec![2, 2];
        tensors[2].1 = Dtype::I32;
        tensors[3].3 = (-1i64).to_le_bytes().to_vec();
        tensors.push(("9.bias", Dtype::F32, vec![1], vec![0; 4]));
    });
    let expected = "weights in memory: the tensors do not fit `Tiny`, which has 4:
  `1.bias`: found 2×2, expected 4
  `2.running_mean`: found elements of type I32, expected F32 (or F64, F16, BF16)
  `2.num_batches_tracked`: found the count -1, expected a whole number from 0 to 9223372036854775807
  `1.weight` (4×6) is missing
  `1.weights` (4×6) is in the file, but not in the network (did you mean `1.weight`?)
  `9.bias` (1) is in the file, but not in the network";
    assert_eq!(message(&bytes), expected);
}

#[test]
fn other_floats_are_converted() {
    // torch.tensor([1.5, -0.333251953125, 65504, 5.9604645e-08]).half().view(torch.int16)
    let halves = [15872, -19115, 31743, 1i16].map(i16::to_le_bytes).concat();
    // torch.tensor([1.5, -0.33333]).bfloat16().view(torch.int16)
    let brains = [16320, -16725, 0, 0i16].map(i16::to_le_bytes).concat();
    let doubles = [0.1f64, 1e300, -0.0, 3.0].map(f64::to_le_bytes).concat();
    let cases = [
        (Dtype::F16, halves, [1.5, -0.333_251_95, 65504.0, 5.960_464_5e-8]),
        (Dtype::BF16, brains, [1.5, -0.333_984_38, 0.0, 0.0]),
        (Dtype::F64, doubles, [0.1, f32::INFINITY, -0.0, 3.0]),
    ];
    for (dtype, bytes, expected) in cases {
        let bytes = file(|tensors| (tensors[1].1, tensors[1].3) = (dtype, bytes));
        let params = weights::from_bytes::<Tiny>(&bytes).expect("a good file");
        let found = params.get("1.bias").expect("a parameter").to_owned();
        assert_eq!(found.as_slice(), Some(&expected[..]), "{dtype:?}");
    }
}

#[test]
fn files_that_are_no_safetensors_are_named() {
    let good = Network::to_bytes(&network());
    // The header with one word in another's place, of the same length.
    let edited = |from: &str, to: &str| {
        let at = good.windows(from.len()).position(|w| w == from.as_bytes()).expect("the word");
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    let cases = [
        (message(&[1, 2, 3]), "found 3 bytes, too few for the header's length of 8 bytes"),
        (
            message(&[255; 20]),
            "found 20 bytes that begin with a header's length of 18446744073709551615",
        ),
        (
            message(&good[..good.len() - 1]),
            &*format!("found {} bytes where the header says {}", good.len() - 1, good.len()),
        ),
        (
            message(&[&good[..], &[0]].concat()),
            &*format!("found {} bytes where the header says {}", good.len() + 1, good.len()),
        ),
        (
            message(b"\x02\0\0\0\0\0\0\0[]"),
            "found 10 bytes with a damaged header (invalid JSON in header: ",
        ),
        (
            message(b"\x02\0\0\0\0\0\0\0\"\xff"),
            "found 10 bytes with a damaged header (invalid UTF-8 in header: ",
        ),
        (
            message(&edited("[8,24]", "[4,24]")),
            &*format!(
                "found {} bytes with a damaged header (invalid offset for tensor `1.bias`)",
                good.len()
            ),
        ),
        (
            message(&edited("[4,6]", "[4,7]")),
            &*format!(
                "found {} bytes with a damaged header (invalid shape, data type, or offset for tensor)",
                good.len()
            ),
        ),
    ];
    for (found, expected) in cases {
        assert!(
            found.starts_with(&format!("weights in memory: {expected}")),
            "{found}\n{expected}"
        );
        assert!(found.ends_with(", expected a safetensors file"), "{found}");
    }
    let text = weights::load::<Tiny>(Path::new("no/such/file")).unwrap_err().to_string();
    assert!(text.starts_with("no/such/file: cannot read: "), "{text}");
}

#[test]
fn no_prefix_and_no_flipped_bit_makes_a_panic() {
    let good = Network::to_bytes(&network());
    for end in 0..good.len() {
        assert!(weights::from_bytes::<Tiny>(&good[..end]).is_err(), "{end}");
    }
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let _ = weights::from_bytes::<Tiny>(&bytes);
    }
}
