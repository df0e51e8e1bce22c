//! Files as NumPy writes them, sound and broken.

use cnn::Error;
use cnn::data::{Arrays, Dataset, Images, IterLoader, Loader};
use cnn::ndarray::Array4;
use cnn_npy::{Npy, NpyImages, Npz};
use std::fs;
use std::path::{Path, PathBuf};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The bytes of a file of version 1.
fn npy(descr: &str, dims: &str, elements: &[u8]) -> Vec<u8> {
    let header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {dims}, }}          \n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(elements);
    bytes
}

/// Opens bytes as a file named `t.npy`.
fn open(bytes: &[u8]) -> (tempfile::TempDir, Result<Npy, Error>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.npy");
    fs::write(&path, bytes).expect("a file");
    let npy = Npy::open(path);
    (folder, npy)
}

fn good(bytes: &[u8]) -> (tempfile::TempDir, Npy) {
    let (folder, npy) = open(bytes);
    (folder, npy.expect("a sound file"))
}

/// The message after the file's name.
fn message(error: Error) -> String {
    let text = error.to_string();
    text.split_once("t.npy: ").expect("the file's name").1.to_owned()
}

#[test]
fn what_numpy_wrote_is_read() {
    let fortran = Npy::open(sample("fortran.npy")).expect("a sound file");
    let array = fortran.floats().expect("numbers");
    assert_eq!(array.shape(), [2, 3]);
    assert!(array.iter().enumerate().all(|(i, &x)| x == i as f32), "{array}");
    let scalar = Npy::open(sample("scalar.npy")).expect("a sound file").floats().expect("a number");
    assert_eq!((scalar.ndim(), scalar.first()), (0, Some(&2.5)));
    for (name, expected) in [
        ("strings.npy", "found elements of type `<U1`, expected bool, an integer of 8 to 64 bits"),
        ("fields.npy", "found elements of type `[('a', '<f4'), ('b', '<i2', (2, 2))]`, expected"),
    ] {
        let text = Npy::open(sample(name)).unwrap_err().to_string();
        assert!(text.contains(&format!("{name}: {expected}")), "{text}");
    }
    for name in ["stored.npz", "packed.npz"] {
        let mut file = Npz::open(sample(name)).expect("a sound file");
        assert_eq!(file.names(), ["x", "y", "weights"]);
        let images = file.array("x").expect("an array").images().expect("images");
        assert_eq!((images.dim(), images[[1, 2, 3, 4]]), ((2, 3, 4, 5), 119.0 / 255.0));
        let classes = file.array("y").expect("an array").classes().expect("classes");
        assert_eq!(classes, [3, 1]);
        assert_eq!(Images::new(images, classes, 4).expect("a data set").len(), 2);
        let weights = file.array("weights").expect("an array").floats().expect("numbers");
        assert_eq!(weights.iter().copied().collect::<Vec<_>>(), [0.5, -2.0]);
        let text = file.array("z").unwrap_err().to_string();
        let expected = format!("{name}: found no array `z`, expected one of `x`, `y`, `weights`");
        assert!(text.ends_with(&expected), "{text}");
        // In memory, too, image by image.
        let x = file.array("x").expect("an array");
        let data = NpyImages::new(x, vec![3, 1]).expect("a data set");
        assert_eq!(data.sample(1).expect("an image").image[[0, 0, 1]], 61.0 / 255.0);
    }
}

#[test]
fn every_kind_of_number_is_read() {
    let bytes = |numbers: &[&[u8]]| numbers.concat();
    let cases = [
        ("|b1", bytes(&[&[0], &[1]]), [0.0, 1.0]),
        ("|u1", bytes(&[&[7], &[255]]), [7.0, 255.0]),
        ("|i1", bytes(&[&[7], &[255]]), [7.0, -1.0]),
        ("<u2", bytes(&[&7u16.to_le_bytes(), &65535u16.to_le_bytes()]), [7.0, 65535.0]),
        (">i2", bytes(&[&7i16.to_be_bytes(), &(-300i16).to_be_bytes()]), [7.0, -300.0]),
        ("<i4", bytes(&[&7i32.to_le_bytes(), &(-70000i32).to_le_bytes()]), [7.0, -70000.0]),
        (">u4", bytes(&[&7u32.to_be_bytes(), &70000u32.to_be_bytes()]), [7.0, 70000.0]),
        ("<i8", bytes(&[&7i64.to_le_bytes(), &(-5i64).to_le_bytes()]), [7.0, -5.0]),
        ("<u8", bytes(&[&7u64.to_le_bytes(), &(1u64 << 40).to_le_bytes()]), [7.0, 1.1e12]),
        ("<f4", bytes(&[&0.5f32.to_le_bytes(), &(-2.5f32).to_le_bytes()]), [0.5, -2.5]),
        (">f4", bytes(&[&0.5f32.to_be_bytes(), &(-2.5f32).to_be_bytes()]), [0.5, -2.5]),
        ("<f8", bytes(&[&0.5f64.to_le_bytes(), &(-2.5f64).to_le_bytes()]), [0.5, -2.5]),
    ];
    for (descr, elements, expected) in cases {
        let (_folder, file) = good(&npy(descr, "(2,)", &elements));
        let floats = file.floats().expect("numbers");
        let close = |(x, y): (&f32, f32)| (x - y).abs() <= 1e-2 * y.abs();
        assert!(floats.iter().zip(expected).all(close), "{descr}: {floats}");
        let classes = file.classes();
        match expected {
            _ if descr.contains('f') => {
                let text = message(classes.unwrap_err());
                let expected = "expected integers, a class for each image";
                assert!(
                    text.contains(&format!("found elements of type `{descr}`, {expected}")),
                    "{text}"
                );
            }
            [_, y] if y < 0.0 => {
                let text = message(classes.unwrap_err());
                assert!(
                    text.ends_with("as element 1, expected a class, an integer from 0 on"),
                    "{text}"
                );
            }
            [x, _] => assert_eq!(classes.expect("classes")[0], x as usize, "{descr}"),
        }
    }
}

#[test]
fn images_and_targets_are_read_from_the_disk_as_they_are_in_memory() {
    let bytes: Vec<u8> = (0..60 * 2 * 3 * 3).map(|i| (i % 251) as u8).collect();
    let (_folder, whole) = good(&npy("|u1", "(60, 2, 3, 3)", &bytes));
    let images: Array4<f32> = whole.images().expect("images");
    assert_eq!(images[[1, 1, 2, 2]], 35.0 / 255.0);
    let masks: Vec<u8> = (0..60 * 4).flat_map(|i| (i as f32).to_le_bytes()).collect();
    let (_other, masks) = good(&npy("<f4", "(60, 2, 2)", &masks));
    let memory = Arrays::new(images, masks.floats().expect("numbers")).expect("a data set");
    let disk = NpyImages::new(whole, masks).expect("a data set");
    let batches = |loader: Loader<_>| -> Vec<_> { loader.epoch(3).map(Result::unwrap).collect() };
    let expected: Vec<_> =
        Loader::new(memory).batch(7).shuffle(2).epoch(3).map(Result::unwrap).collect();
    let found = batches(Loader::new(disk).batch(7).shuffle(2).threads(3));
    assert_eq!(found.len(), 9);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!((&found.images, &found.targets), (&expected.images, &expected.targets));
    }
    // The same images with their channels last.
    let last: Vec<u8> = (0..60)
        .flat_map(|n| (0..9).flat_map(move |at| [0, 1].map(|c| n * 18 + c * 9 + at)))
        .map(|i| (i % 251) as u8)
        .collect();
    let (_third, last) = good(&npy("|u1", "(60, 3, 3, 2)", &last));
    let last = last.channels_last();
    assert_eq!(last.images().expect("images")[[1, 1, 2, 2]], 35.0 / 255.0);
    let data = NpyImages::new(last, vec![0; 60]).expect("a data set");
    assert_eq!(data.sample(1).expect("an image").image[[1, 2, 2]], 35.0 / 255.0);
    let indices: Vec<usize> = found[0].indices.clone();
    assert_eq!(
        data.sample(indices[0]).expect("an image").image,
        found[0].images.index_axis(cnn::ndarray::Axis(0), 0)
    );
}

#[test]
fn what_is_wrong_is_named() {
    let refused = |bytes: &[u8]| message(open(bytes).1.unwrap_err());
    let fine = npy("<f4", "(2, 3)", &[0; 24]);
    let n = fine.len();
    let cases = [
        (refused(b""), "found the magic number 0x00000000, expected 0x934e554d (a NumPy array)".to_owned()),
        (refused(b"PK\x03\x04 and more"), "found the magic number 0x504b0304 (a zip archive: open it as an `Npz`), expected".to_owned()),
        (refused(&fine[..9]), "found 9 bytes, expected at least the 10 bytes of the header".to_owned()),
        (refused(&fine[..30]), format!("found 30 bytes, expected at least the {} bytes of the header", n - 24)),
        (refused(&fine[..n - 1]), format!("found {} bytes, expected {n} as the header's sizes 2×3 say: the file is truncated", n - 1)),
        (refused(&[&fine[..], &[0]].concat()), format!("found more than the {n} bytes that the header's sizes 2×3 say")),
        (refused(&npy("<f4", "(9223372036854775807, 9)", &[])), "the header's sizes 9223372036854775807×9 overflow".to_owned()),
        (refused(&npy("<f4", "(0, 9223372036854775807, 9)", &[])), "the header's sizes 0×9223372036854775807×9 overflow".to_owned()),
        (refused(&npy("<f2", "(1,)", &[0; 2])), "found elements of type `<f2`, expected bool, an integer".to_owned()),
        (refused(&npy("|O", "(1,)", &[0; 2])), "found elements of type `|O`".to_owned()),
        (refused(&npy("<f4", "(-1,)", &[])), "found the header `{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }`, expected a Python dictionary".to_owned()),
        (refused(b"\x93NUMPY\x09\x00\x00\x00"), "found the version 9, expected 1, 2 or 3".to_owned()),
        (refused(b"\x93NUMPY\x02\x00\xff\xff\xff\xff"), "found a header of 4294967295 bytes, expected one of at most 65536".to_owned()),
    ];
    for (found, expected) in cases {
        assert!(found.starts_with(&expected), "\n   found {found}\nexpected {expected}");
    }
    let (_folder, flat) = good(&fine);
    assert!(
        message(flat.images().unwrap_err())
            .starts_with("found an array of 2×3, expected one of N×H×W")
    );
    assert!(
        message(flat.classes().unwrap_err())
            .starts_with("found an array of 2×3, expected one of N or N×1")
    );
    let (_folder, none) = good(&npy("|u1", "(0, 2, 2)", &[]));
    let text = message(NpyImages::new(none, Vec::<usize>::new()).unwrap_err());
    assert_eq!(text, "found no images, expected at least 1");
    let (_folder, images) = good(&npy("|u1", "(2, 1, 1)", &[1, 2]));
    let (_folder, three) = good(&npy("|u1", "(3, 1)", &[1, 2, 3]));
    let text = message(NpyImages::new(images, three).unwrap_err());
    assert_eq!(
        text,
        "found an array of 3×1, expected one of 2 in the first dimension, one for each image"
    );
    let text = NpyImages::new(Npy::open(sample("fortran.npy")).expect("a file"), vec![0; 2]);
    assert!(text.unwrap_err().to_string().contains("fortran.npy: found an array of 2×3, expected"));
    assert!(
        Npy::open("no/such.npy").unwrap_err().to_string().starts_with("no/such.npy: cannot read: ")
    );
    assert!(Npy::open(sample("")).unwrap_err().to_string().contains("expected a file"));
}

#[test]
fn damaged_files_make_no_panic_and_are_named_or_left_out() {
    for name in ["stored.npz", "packed.npz", "fields.npy", "fortran.npy"] {
        let good = fs::read(sample(name)).expect("a file");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        let read = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("a file");
            if name.ends_with("npy") {
                return Npy::open(&path).and_then(|npy| npy.floats()).map(drop);
            }
            let mut file = Npz::open(&path)?;
            ["x", "y"].into_iter().try_for_each(|x| file.array(x)?.floats().map(drop))
        };
        for end in (0..good.len()).step_by(7) {
            let error = read(&good[..end]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        for byte in 0..good.len() {
            let mut bytes = good.clone();
            bytes[byte] ^= 0x55;
            if let Err(error) = read(&bytes) {
                assert!(error.to_string().contains(name), "{error}");
            }
        }
    }
    // A file that gets shorter while it is read: an error with its name, or images that are left out.
    let (folder, images) = good(&npy("|u1", "(10, 2, 2)", &[1; 40]));
    let path = folder.path().join("t.npy");
    let len = fs::metadata(&path).expect("a file").len();
    fs::File::options().write(true).open(&path).and_then(|f| f.set_len(len - 10)).expect("a file");
    let data = std::sync::Arc::new(NpyImages::new(images, vec![0; 10]).expect("a data set"));
    let loader = Loader::new(data.clone()).batch(4);
    let error = loader.epoch(0).find_map(Result::err).expect("an error");
    assert!(message(error).starts_with("cannot read"));
    let mut epoch = Loader::new(data.clone()).batch(4).skip_broken().epoch(0);
    assert_eq!(epoch.by_ref().map(|batch| batch.expect("a batch").len()).sum::<usize>(), 7);
    assert_eq!(epoch.broken().iter().map(|(index, _)| *index).collect::<Vec<_>>(), [7, 8, 9]);
    let mut items = IterLoader::new(0..10, move |i| data.sample(i)).skip_broken().into_iter();
    assert_eq!(items.by_ref().map(|batch| batch.expect("a batch").len()).sum::<usize>(), 7);
    assert_eq!(items.broken().len(), 3);
}
