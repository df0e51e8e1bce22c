//! `with weights="…"`: what a file says of its tensors is compared with the network while compiling.

use cnn_compiler::report::Message;
use cnn_compiler::weights::Weights;
use cnn_ir::Element;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// A safetensors file with such a header and so many bytes after it.
fn file(header: &str, len: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + len, 0);
    bytes
}

/// A file of tensors, each with its name, type, shape and bytes.
fn tensors(all: &[(&str, &str, &str, usize)]) -> Vec<u8> {
    let mut end = 0;
    let tensor = |&(name, element, shape, bytes): &(&str, &str, &str, usize)| {
        let start = end;
        end += bytes;
        format!(
            "\"{name}\":{{\"dtype\":\"{element}\",\"shape\":{shape},\"data_offsets\":[{start},{end}]}}"
        )
    };
    let entries: Vec<String> = all.iter().map(tensor).collect();
    file(&format!("{{{}}}", entries.join(",")), end)
}

const CONV: &str = "struct Net< 1x8x8 -> conv(2, 3x3) -> bn -> flatten -> dense(3) > with weights=\"w.safetensors\";";

/// What fits `CONV`.
const FITTING: [(&str, &str, &str, usize); 9] = [
    ("0.weight", "F32", "[2,1,3,3]", 72),
    ("0.bias", "F32", "[2]", 8),
    ("1.weight", "F16", "[2]", 4),
    ("1.bias", "BF16", "[2]", 4),
    ("1.running_mean", "F64", "[2]", 16),
    ("1.running_var", "F32", "[2]", 8),
    ("1.num_batches_tracked", "I64", "[]", 8),
    ("3.weight", "F32", "[3,72]", 864),
    ("3.bias", "F32", "[3]", 12),
];

fn folder(name: &str, bytes: &[u8]) -> TempDir {
    let folder = tempdir().expect("a folder");
    fs::write(folder.path().join(name), bytes).expect("a file");
    folder
}

fn check(text: &str, folder: &Path) -> Result<Weights, Vec<Message>> {
    let all = cnn_compiler::weights_of(text, folder)?;
    Ok(all.into_iter().next().flatten().expect("a network with weights"))
}

/// The messages about a file, each after what it stands at.
fn messages(text: &str, bytes: &[u8]) -> Vec<(String, String)> {
    let folder = folder("w.safetensors", bytes);
    let place = |message: &Message| {
        let (start, end) = (message.area.start.start().column, message.area.end.end().column);
        text.chars().skip(start).take(end - start).collect()
    };
    let errors = check(text, folder.path()).expect_err("mistakes");
    errors.iter().map(|message| (place(message), message.text.clone())).collect()
}

fn said(found: &[(String, String)]) -> Vec<(&str, &str)> {
    found.iter().map(|(place, text)| (place.as_str(), text.as_str())).collect()
}

const FILE: &str = "\"w.safetensors\"";

#[test]
fn a_file_that_fits_says_where_every_tensor_lies() {
    let bytes = tensors(&FITTING);
    let folder = folder("w.safetensors", &bytes);
    let weights = check(CONV, folder.path()).expect("a good file");
    let start = u64::from_le_bytes(bytes[..8].try_into().expect("eight")) + 8;
    assert_eq!((weights.len, weights.start), (bytes.len() as u64, start));
    assert_eq!(weights.digest, cnn_ir::file::digest(&bytes[..start as usize]));
    let at = |offset, element| Some((start + offset, element));
    assert_eq!(weights.tensors[0], [at(0, Element::F32), at(72, Element::F32)]);
    assert_eq!(
        weights.tensors[1],
        [
            at(80, Element::F16),
            at(84, Element::BF16),
            at(88, Element::F64),
            at(104, Element::F32),
            None
        ]
    );
    assert_eq!(weights.tensors[3], [at(120, Element::F32), at(984, Element::F32)]);
    assert_eq!((weights.counters, weights.normalization), (vec![0], None));
}

#[test]
fn all_that_does_not_fit_is_said_at_its_layer() {
    let mut all = FITTING.to_vec();
    all[0] = ("0.weight", "F32", "[2,3,3,3]", 216);
    all[1] = ("0.bias", "I32", "[2]", 8);
    all[4] = ("1.running_men", "F64", "[2]", 16);
    all[6] = ("1.num_batches_tracked", "I64", "[2]", 16);
    all[8] = ("head.\\u001b[2J", "F32", "[3]", 12);
    assert_eq!(
        said(&messages(CONV, &tensors(&all))),
        [
            (
                FILE,
                "`w.safetensors` has what the network does not have:\n  `1.running_men` (2)\n  `head.\\u{1b}[2J` (3)"
            ),
            (
                "conv(2, 3x3)",
                "`w.safetensors` does not fit this layer:\n  `0.weight`: found 2×3×3×3, expected 2×1×3×3\n  \
                 `0.bias`: found elements of type I32, expected F32 (or F64, F16, BF16)"
            ),
            (
                "bn",
                "`w.safetensors` does not fit this layer:\n  `1.num_batches_tracked`: found 2, expected a scalar\n  \
                 `1.running_mean` (2) is missing; the file has `1.running_men`"
            ),
            ("dense(3)", "`w.safetensors` does not fit this layer:\n  `3.bias` (3) is missing"),
        ]
    );
}

#[test]
fn copies_of_a_block_are_one_message() {
    let text = "struct Net< 1x8x8 -> { conv(1, 3x3, pad=1, bias=false) } * 6 > with weights=\"w.safetensors\";";
    let found = messages(text, &file("{}", 0));
    assert_eq!(found.len(), 1, "{found:?}");
    let lines = "\n  `3.weight` (1×1×3×3) is missing\n  and 2 more";
    assert!(found[0].1.ends_with(lines), "{}", found[0].1);
}

#[test]
fn names_with_a_prefix_are_one_message() {
    let with: Vec<(String, &str, &str, usize)> =
        FITTING.iter().map(|&(n, e, s, b)| (format!("module.{n}"), e, s, b)).collect();
    let with: Vec<_> = with.iter().map(|(n, e, s, b)| (n.as_str(), *e, *s, *b)).collect();
    assert_eq!(
        said(&messages(CONV, &tensors(&with))),
        [(
            FILE,
            "`w.safetensors` has other names: they begin with `module.`, the network's do not\nhelp: load it with \
             `Pretrained::open(path)?.rename(\"module.*\", \"*\")`, and save what that gives"
        )]
    );
    let text = CONV.replace(
        "conv(2, 3x3) -> bn -> flatten -> dense(3)",
        "net: { conv(2, 3x3) -> bn -> flatten -> dense(3) }",
    );
    assert_eq!(
        said(&messages(&text, &tensors(&FITTING))),
        [(
            FILE,
            "`w.safetensors` has other names: the network's begin with `net.`, the file's do not"
        )]
    );
}

#[test]
fn what_is_no_such_file_is_said_with_what_it_is() {
    let cases: [(&[u8], &str); 12] = [
        (
            b"",
            "is 0 bytes, too few for the header's length of 8 bytes, but a safetensors file belongs here",
        ),
        (b"PK\x03\x04", "is a zip archive, but"),
        (
            b"\x80\x02}q\x01(X\x03\0",
            "is a Python pickle, as `torch.save` wrote before PyTorch 1.6, but",
        ),
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file, as Keras writes, but"),
        (b"\x93NUMPY\x01\0v\0{", "is a NumPy array (.npy), but"),
        (b"\x08\x07\x12\x07pytorch", "is an ONNX model, but"),
        (b"version https://git-lfs.github.com/spec/v1", "is a git-lfs pointer, but"),
        (b"\xff\0\0\0\0\0\0\0{}", "is 10 bytes that begin with a header's length of 255, but"),
        (&file("{\"a\":1}", 0), "is 15 bytes with a damaged header (`a` is no tensor), but"),
        (&file("{\"a\":", 0), "with a damaged header (EOF while parsing"),
        (&file("{}", 1), "is 11 bytes where the header says 10, but"),
        (
            &file(&format!("{{\"a\":{}", "[".repeat(1000)), 0),
            "with a damaged header (recursion limit exceeded",
        ),
    ];
    for (bytes, expected) in cases {
        let found = messages(CONV, bytes);
        assert_eq!((found.len(), found[0].0.as_str()), (1, FILE));
        assert!(
            found[0].1.starts_with("`w.safetensors` is ") && found[0].1.contains(expected),
            "{}",
            found[0].1
        );
    }
}

#[test]
fn lies_about_places_are_a_damaged_header() {
    let one = |shape: &str, offsets: &str| {
        let header =
            format!("{{\"a\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":{offsets}}}}}");
        messages(CONV, &file(&header, 8)).remove(0).1
    };
    for (shape, offsets) in [
        ("[2]", "[4,12]"),
        ("[3]", "[0,8]"),
        ("[2]", "[8,0]"),
        ("[4294967296,4294967296,4294967296]", "[0,8]"),
        ("[2]", "[0,18446744073709551615]"),
    ] {
        let text = one(shape, offsets);
        assert!(
            text.contains("(the place of `a` does not fit its shape and the others)"),
            "{text}"
        );
    }
    for (shape, offsets) in [("[-2]", "[0,8]"), ("[2.0]", "[0,8]"), ("2", "[0,8]"), ("[2]", "[0]")]
    {
        assert!(one(shape, offsets).contains("(`a` is no tensor)"));
    }
}

#[test]
fn an_absent_file_is_named_with_the_place_where_it_would_be() {
    let folder = tempdir().expect("a folder");
    let errors = check(CONV, folder.path()).expect_err("no file");
    let place = folder.path().join("w.safetensors");
    assert!(errors[0].text.starts_with("`w.safetensors` cannot be read: "), "{}", errors[0].text);
    let end = format!(
        "it would be {}: a path starts at the folder of the crate's `Cargo.toml`",
        place.display()
    );
    assert!(errors[0].text.ends_with(&end), "{}", errors[0].text);
    fs::create_dir(&place).expect("a folder");
    let errors = check(CONV, folder.path()).expect_err("a folder");
    assert_eq!(errors[0].text, "`w.safetensors` is a folder, but a file belongs here");
}

#[test]
fn counts_and_normalization_are_read() {
    let about = |words: &str, len| {
        let header = format!(
            "{{\"__metadata__\":{{{words}}},\"0.num_batches_tracked\":{{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[0,1]}},\
             \"0.running_mean\":{{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[1,5]}},\
             \"0.running_var\":{{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[5,9]}}}}"
        );
        file(&header, len)
    };
    let text = "struct Net< 2x8x8 -> bn(affine=false) > with weights=\"w.safetensors\";";
    let words = "\"image_mean\":\"[0.5, 0.25]\",\"image_std\":\"[2]\"";
    let mut bytes = about(words, 9);
    let count = bytes.len() - 9;
    bytes[count] = 7;
    let good = folder("w.safetensors", &bytes);
    let weights = check(text, good.path()).expect("a good file");
    assert_eq!(weights.counters, [7]);
    assert_eq!(weights.normalization, Some([vec![0.5, 0.25], vec![2.0]]));

    bytes[count] = 0xff;
    assert_eq!(
        said(&messages(text, &bytes)),
        [(
            "bn(affine=false)",
            "`w.safetensors` does not fit this layer:\n  `0.num_batches_tracked`: found the count -1, expected a whole \
             number from 0 to 9223372036854775807"
        )]
    );
    let words = "\"image_mean\":\"[0, 0, 0]\",\"image_std\":\"[-1]\"";
    assert_eq!(
        said(&messages(text, &about(words, 9))),
        [
            (
                FILE,
                "`w.safetensors`: found `[0, 0, 0]` as `image_mean` of its metadata, expected a list of 1 or 2 finite numbers"
            ),
            (
                FILE,
                "`w.safetensors`: found `[-1]` as `image_std` of its metadata, expected a list of 1 or 2 finite numbers from 0 on"
            ),
        ]
    );
}

/// A manifest of `CONV`'s weights.
fn manifest() -> String {
    let bytes = tensors(&FITTING);
    let start = bytes.len() - 996;
    let header = std::str::from_utf8(&bytes[8..start]).expect("text");
    format!(
        "{{\"cnn_manifest\":1,\"bytes\":{},\"digest\":\"{:016x}\",\"header\":{header}}}",
        bytes.len(),
        77
    )
}

#[test]
fn a_manifest_is_as_good_as_the_file() {
    let text = CONV.replace("w.safetensors", "w.json");
    let good = folder("w.json", manifest().as_bytes());
    let weights = check(&text, good.path()).expect("a good manifest");
    assert!(weights.manifest);
    assert_eq!((weights.len, weights.digest), (tensors(&FITTING).len() as u64, 77));

    for (from, to, expected) in [
        ("\"cnn_manifest\":1", "\"cnn_manifest\":2", "found no `\"cnn_manifest\": 1`"),
        ("\"bytes\":", "\"bites\":", "`bytes` is no number"),
        ("\"digest\":\"", "\"digest\":\"x", "`digest` are no hexadecimal digits"),
        ("\"header\":", "\"head\":", "found no `header`"),
        ("[0,72]", "[0,71]", "the place of `0.weight` does not fit"),
        ("\"bytes\":", "\"bytes\":1,\"b\":", "1 bytes are too few for its tensors"),
    ] {
        let bad = folder("w.json", manifest().replace(from, to).as_bytes());
        let errors = check(&text, bad.path()).expect_err("a bad manifest");
        assert!(
            errors[0].text.starts_with("`w.json` is no manifest of a file of weights"),
            "{}",
            errors[0].text
        );
        assert!(errors[0].text.contains(expected), "{}", errors[0].text);
    }
    let other = folder("w.json", manifest().replace("[2,1,3,3]", "[2,3,3,1]").as_bytes());
    let errors = check(&text, other.path()).expect_err("a manifest of another network");
    assert!(
        errors[0].text.contains("`0.weight`: found 2×3×3×1, expected 2×1×3×3"),
        "{}",
        errors[0].text
    );
    let errors =
        check("< 1x8x8 -> relu > with weights=\"w.json\"", good.path()).expect_err("no name");
    assert!(errors[0].text.contains("Net::load_checked(path)?"), "{}", errors[0].text);
}

#[test]
fn after_a_mistake_the_function_is_there_all_the_same() {
    let folder = tempdir().expect("a folder");
    for (file, function) in [("w.safetensors", "fn embedded ()"), ("w.json", "fn load_checked (")] {
        let tokens = CONV.replace("w.safetensors", file).parse().expect("tokens");
        let code = cnn_compiler::expand_in(tokens, folder.path()).to_string();
        assert!(code.contains("compile_error") && code.contains(function), "{code}");
        assert!(!code.contains("include_bytes"), "{code}");
    }
}

/// A file belongs to the network that is written with it: in another one, its layers are fresh.
#[test]
fn a_network_in_another_one_brings_no_weights() {
    let text = "struct Part< 1x8x8 -> relu > with weights=\"nowhere.safetensors\"; struct Net< 1x8x8 -> net(Part => 1x8x8) -> conv(1, 1x1) >;";
    let errors = cnn_compiler::weights_of(text, Path::new("")).expect_err("no file");
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].text.starts_with("`nowhere.safetensors` cannot be read"),
        "{}",
        errors[0].text
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn hostile_files_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
        in_manifest in any::<bool>(),
    ) {
        let mut bytes = if in_manifest { manifest().into_bytes() } else { tensors(&FITTING) };
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let name = if in_manifest { "w.json" } else { "w.safetensors" };
        let folder = folder(name, &bytes);
        let text = CONV.replace("w.safetensors", name);
        if let Err(errors) = check(&text, folder.path()) {
            prop_assert!(!errors.is_empty());
        }
    }

    #[test]
    fn json_of_any_kind_never_panics(
        values in prop::collection::vec(
            prop::sample::select(vec!["{", "}", "[", "]", ":", ",", "\"dtype\"", "\"F32\"", "\"shape\"", "\"data_offsets\"", "\"0.weight\"", "0", "72", "-1", "1e400", "18446744073709551615", "null", "\"__metadata__\""]),
            0..40,
        )
    ) {
        let text = values.concat();
        for text in [text.clone(), format!("{{\"0.weight\":{{{text}}}}}")] {
            let folder = folder("w.safetensors", &file(&text, 72));
            prop_assert!(check(CONV, folder.path()).is_err());
        }
    }
}
