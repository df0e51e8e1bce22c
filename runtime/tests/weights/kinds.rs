//! What files of other programs hold: counters of other types, other names, other formats.

use crate::common::Tiny;
use crate::{file, message, network};
use cnn_runtime::error::{Error, TensorProblem};
use cnn_runtime::{Network, weights};
use safetensors::tensor::Dtype;

#[test]
fn counters_of_any_type_are_taken() {
    let count = |dtype, dims: Vec<usize>, bytes: &[u8]| {
        let counter = ("2.num_batches_tracked", dtype, dims, bytes.to_vec());
        weights::from_bytes::<Tiny>(&file(|tensors| tensors[3] = counter))
            .map(|params| params.counter("2.num_batches_tracked").expect("a counter"))
            .map_err(|error| error.to_string())
    };
    let good: [(_, &[u8]); 13] = [
        (Dtype::I64, &7i64.to_le_bytes()),
        (Dtype::I32, &7i32.to_le_bytes()),
        (Dtype::I16, &7i16.to_le_bytes()),
        (Dtype::I8, &[7]),
        (Dtype::U64, &7u64.to_le_bytes()),
        (Dtype::U32, &7u32.to_le_bytes()),
        (Dtype::U16, &7u16.to_le_bytes()),
        (Dtype::U8, &[7]),
        (Dtype::F64, &7f64.to_le_bytes()),
        (Dtype::F32, &7f32.to_le_bytes()),
        (Dtype::F16, &0x4700u16.to_le_bytes()),
        (Dtype::BF16, &0x40e0u16.to_le_bytes()),
        (Dtype::I32, &[7, 0, 0, 0]),
    ];
    for (dtype, bytes) in good {
        for dims in [vec![], vec![1]] {
            assert_eq!(count(dtype, dims, bytes), Ok(7), "{dtype:?}");
        }
    }
    let large: [(_, &[u8], i64); 8] = [
        (Dtype::I8, &[127], 127),
        (Dtype::U8, &[255], 255),
        (Dtype::I16, &i16::MAX.to_le_bytes(), i16::MAX.into()),
        (Dtype::U16, &u16::MAX.to_le_bytes(), u16::MAX.into()),
        (Dtype::I32, &i32::MAX.to_le_bytes(), i32::MAX.into()),
        (Dtype::U32, &u32::MAX.to_le_bytes(), u32::MAX.into()),
        (Dtype::I64, &i64::MAX.to_le_bytes(), i64::MAX),
        (Dtype::F64, &2f64.powi(62).to_le_bytes(), 1 << 62),
    ];
    for (dtype, bytes, expected) in large {
        assert_eq!(count(dtype, vec![], bytes), Ok(expected), "{dtype:?}");
    }
    let bad: [(_, &[u8], &str); 9] = [
        (Dtype::I8, &[255], "-1"),
        (Dtype::I16, &(-2i16).to_le_bytes(), "-2"),
        (Dtype::I32, &(-3i32).to_le_bytes(), "-3"),
        (Dtype::U64, &u64::MAX.to_le_bytes(), "18446744073709551615"),
        (Dtype::F32, &1.5f32.to_le_bytes(), "1.5"),
        (Dtype::F32, &(-1f32).to_le_bytes(), "-1"),
        (Dtype::F64, &f64::NAN.to_le_bytes(), "NaN"),
        (Dtype::F64, &2f64.powi(63).to_le_bytes(), "9223372036854776000"),
        (Dtype::F16, &0x7c00u16.to_le_bytes(), "inf"),
    ];
    for (dtype, bytes, expected) in bad {
        let text = count(dtype, vec![], bytes).unwrap_err();
        let expected = format!("found the count {expected}, expected a whole number from 0 to ");
        assert!(text.contains(&expected), "{text}\n{expected}");
    }
    let missing = file(|tensors| drop(tensors.pop()));
    let params = weights::from_bytes::<Tiny>(&missing).expect("a file of an older PyTorch");
    assert_eq!(params.counter("2.num_batches_tracked").expect("a counter"), 0);
    let text = count(Dtype::C64, vec![], &[0; 8]).unwrap_err();
    assert!(text.contains("found elements of type C64, expected I64 (or"), "{text}");
}

#[test]
fn files_of_other_kinds_are_recognized() {
    let zip = |name: &str| {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(26, 0);
        bytes.extend([name.len() as u8, 0, 0, 0]);
        bytes.extend(name.bytes());
        bytes
    };
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c\x4a\x06\0";
    let lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n";
    let onnx = b"\x08\x07\x12\x07pytorch\x1a\x052.1.0:";
    let legacy = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";
    let mut tar = vec![b'a'; 600];
    tar[257..262].copy_from_slice(b"ustar");
    let cases: [(&[u8], &str, &str); 16] = [
        (&zip("model/data.pkl"), "a PyTorch file (a zip archive", "torch.load("),
        (&zip("archive/data.pkl"), "a PyTorch file (a zip archive", "save_file"),
        (&zip("arr_0.npy"), "NumPy arrays in a zip", "numpy.load"),
        (&zip("readme"), "a zip archive", "unpack"),
        (legacy, "a Python pickle", "torch.load("),
        (b"\x80\x04\x95\x1a\0\0\0\0\0\0\0}\x94", "a Python pickle", "torch.load("),
        (gzip, "a gzip file", "gunzip"),
        (b"BZh91AY&SY\0\0", "a compressed file", "decompress"),
        (&tar, "a tar archive", "tar xf"),
        (lfs, "a git-lfs pointer", "git lfs pull"),
        (b"\n <!DOCTYPE html><html><head>", "an HTML page", "resolve"),
        (b"<html lang=\"en\"><head>", "an HTML page", "resolve"),
        (b"\x89HDF\r\n\x1a\n\0\0\0\0", "an HDF5 file", "Keras"),
        (b"\x93NUMPY\x01\0v\0{'descr'", "a NumPy array", "save_file"),
        (onnx, "an ONNX model", "state_dict"),
        (b"{\"metadata\": {\"total_size\": 1}}", "JSON text", "index"),
    ];
    for (bytes, name, help) in cases {
        let text = message(bytes);
        assert!(text.starts_with(&format!("weights in memory: found {name}")), "{text}");
        let line = text.lines().nth(1).unwrap_or_default();
        assert!(line.starts_with("  help: ") && line.contains(help), "{text}");
        assert!(text.contains(", expected a safetensors file\n"), "{text}");
    }
    // What is sound but for its length is one of ours.
    let good = Network::to_bytes(&network());
    assert!(!message(&good[..good.len() - 1]).contains("help"));
}

#[test]
fn any_number_of_unknown_names_is_soon_refused() {
    let name =
        |i: usize| if i == 0 { "0.\\u001bname".to_owned() } else { format!("2.running_me{i:05}") };
    let entries = (0..100_000).map(|i| {
        format!("\"{}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", name(i))
    });
    let header = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    let text = message(&bytes);
    assert!(text.ends_with("\n  and 99996 more in the file only"), "{text}");
    assert!(text.contains("`0.\\u{1b}name` (0) is in the file"), "{text}");
    assert!(text.contains("`2.running_me00001` (0) is in the file"), "{text}");
    assert!(text.lines().count() < 24, "{text}");
    let Err(Error::Tensors { problems, .. }) = weights::from_bytes::<Tiny>(&bytes).map(|_| ())
    else {
        panic!("names that should be refused");
    };
    let searched =
        |p: &&TensorProblem| matches!(p, TensorProblem::Surplus { similar: Some(_), .. });
    // A search takes long: names that are not shown are not compared with the network's.
    assert_eq!(problems.iter().filter(searched).count(), 3);
}
