//! Folders of pictures, sound and broken.

use cnn::data::{Dataset, Loader, Pixels};
use cnn::ndarray::{Array3, Array4};
use cnn_images::{Folder, decode, preview, save};
use std::fs;
use std::path::Path;

fn picture(value: f32, size: usize) -> Array3<f32> {
    Array3::from_shape_fn((3, size, size), |(c, i, j)| {
        (value + 0.1 * c as f32 + 0.01 * (i + j) as f32).min(1.0)
    })
}

fn folder(classes: &[(&str, usize)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (k, (class, n)) in classes.iter().enumerate() {
        let at = folder.path().join(class);
        fs::create_dir(&at).expect("a folder");
        for i in 0..*n {
            save(picture(0.2 * k as f32 + 0.01 * i as f32, 6).view(), at.join(format!("{i}.png")))
                .expect("a picture");
        }
    }
    folder
}

#[test]
fn pictures_come_back_as_they_were() {
    let folder = folder(&[("dog", 2), ("cat", 3)]);
    fs::write(folder.path().join("notes.txt"), "of no class").expect("a file");
    fs::write(folder.path().join("cat/.hidden.png"), "no picture").expect("a file");
    fs::write(folder.path().join("cat/list.csv"), "no picture").expect("a file");
    let data = Folder::open(folder.path()).expect("a sound folder");
    assert_eq!(data.classes(), ["cat", "dog"]);
    assert_eq!(data.len(), 5);
    let sample = data.sample(1).expect("a picture");
    assert_eq!((sample.target, sample.image.dim()), (0, (3, 6, 6)));
    let difference = (&sample.image - picture(0.2 + 0.01, 6)).mapv(f32::abs);
    assert!(difference.iter().all(|&d| d <= 0.5 / 255.0 + 1e-6));
    let gray = data.clone().gray().sample(4).expect("a picture");
    assert_eq!((gray.target, gray.image.dim()), (1, (1, 6, 6)));
    let pixels = Pixels::read(&data, 2).expect("pictures of one size");
    assert_eq!(pixels.labels(), [0, 0, 0, 1, 1]);
    let batches: Vec<_> = Loader::new(data).batch(4).epoch(0).collect();
    assert!(batches.len() == 2 && batches.iter().all(Result::is_ok));
}

#[test]
fn what_is_wrong_is_named() {
    let text = |path: &Path| Folder::open(path).unwrap_err().to_string();
    let empty = tempfile::tempdir().expect("a folder");
    assert!(
        text(empty.path()).ends_with("found none of a folder for each class, expected one of them")
    );
    assert!(text(&empty.path().join("gone")).contains("gone: cannot read"));
    let one = folder(&[("cat", 1), ("dog", 0)]);
    assert!(text(one.path()).ends_with("dog: found no images, expected at least 1"));

    let folder = folder(&[("cat", 2)]);
    let broken = folder.path().join("cat/1.png");
    let good = fs::read(&broken).expect("a file");
    for bytes in [&good[..good.len() / 2], b"GIF89a no picture", b""] {
        fs::write(&broken, bytes).expect("a file");
        let data = Folder::open(folder.path()).expect("a folder");
        let error = data.sample(1).unwrap_err().to_string();
        assert!(error.contains("1.png: cannot decode"), "{error}");
    }
    fs::remove_file(&broken).expect("a file");
    let data = Folder::open(folder.path()).expect("a folder");
    fs::remove_file(folder.path().join("cat/0.png")).expect("a file");
    assert!(data.sample(0).unwrap_err().to_string().contains("0.png: cannot read"));
}

#[test]
fn no_prefix_and_no_flipped_byte_of_a_picture_makes_a_panic() {
    let folder = folder(&[("cat", 1)]);
    let good = fs::read(folder.path().join("cat/0.png")).expect("a file");
    for end in 0..good.len() {
        let _ = decode(&good[..end], 3);
        let mut bytes = good.clone();
        bytes[end] ^= 0x55;
        let _ = decode(&bytes, 3);
    }
}

#[test]
fn a_preview_has_all_images_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("batch.png");
    let images = Array4::from_shape_fn((5, 3, 4, 6), |(n, c, i, j)| (n + c + i * j) as f32 - 3.0);
    preview(images.view(), 3, &path).expect("a picture");
    let sheet = decode(&fs::read(&path).expect("a file"), 3).expect("a picture");
    assert_eq!(sheet.dim(), (3, 2 * 4 + 2, 3 * 6 + 2 * 2));
    // The least value is black, the largest white, and the place after the last image is white.
    assert_eq!((sheet[[0, 0, 0]], sheet[[2, 3, 5]], sheet[[0, 9, 21]]), (0.0, 1.0, 1.0));
    let none = Array4::zeros((0, 3, 4, 6));
    assert!(preview(none.view(), 3, &path).is_err());
    assert!(save(Array3::zeros((2, 4, 4)).view(), &path).is_err());
    assert!(save(Array3::zeros((1, 4, 4)).view(), folder.path().join("no/such.png")).is_err());
}
