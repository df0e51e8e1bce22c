//! The binary files of CIFAR-10 and CIFAR-100.
//!
//! The format: for each image one byte with its class (two of CIFAR-100: the coarse one first), then 3,072
//! bytes, the red, the green and the blue channel of 32×32 pixels, row by row.
//! <https://www.cs.toronto.edu/~kriz/cifar.html>

use crate::data::pixels::Pixels;
use crate::error::{Error, FileProblem, Origin};
use crate::file;
use ndarray::Array4;
use std::io::Read;
use std::path::{Path, PathBuf};

const SIDE: usize = 32;
const PIXELS: usize = 3 * SIDE * SIDE;

/// CIFAR-10's training and test images from its six binary files (`data_batch_1.bin` to `data_batch_5.bin`,
/// `test_batch.bin`) in a folder, or in a folder `cifar-10-batches-bin` within it.
///
/// # Errors
/// A file is not there, cannot be read, does not hold a whole number of images, or has a class from 10 on.
pub fn cifar10(folder: impl AsRef<Path>) -> Result<(Pixels, Pixels), Error> {
    let folder = inner(folder.as_ref(), "cifar-10-batches-bin", "test_batch.bin");
    let parts: Vec<PathBuf> = (1..=5).map(|i| folder.join(format!("data_batch_{i}.bin"))).collect();
    Ok((read(&parts, 1, 10)?, read(&[folder.join("test_batch.bin")], 1, 10)?))
}

/// CIFAR-100's training and test images, with their fine classes, from its files `train.bin` and `test.bin`
/// in a folder, or in a folder `cifar-100-binary` within it.
///
/// # Errors
/// As [`cifar10`], with classes up to 99.
pub fn cifar100(folder: impl AsRef<Path>) -> Result<(Pixels, Pixels), Error> {
    let folder = inner(folder.as_ref(), "cifar-100-binary", "test.bin");
    Ok((read(&[folder.join("train.bin")], 2, 100)?, read(&[folder.join("test.bin")], 2, 100)?))
}

/// The folder as it comes out of the archive.
fn inner(folder: &Path, name: &str, file: &str) -> PathBuf {
    let inner = folder.join(name);
    if !folder.join(file).exists() && inner.is_dir() { inner } else { folder.to_owned() }
}

/// The images of some files, one after the other; the last of the bytes before each is its class.
fn read(paths: &[PathBuf], before: usize, classes: usize) -> Result<Pixels, Error> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for path in paths {
        let (mut file, len) = file::open(path)?;
        let image = (before + PIXELS) as u64;
        if len == 0 || len % image != 0 {
            let problem = FileProblem::Records { found: len, expected: image };
            return Err(Error::File { origin: path.as_path().into(), problem });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::io(path, "read"))?;
        for (index, record) in bytes.chunks_exact(before + PIXELS).enumerate() {
            let (head, image) = record.split_at(before);
            let class = usize::from(head[before - 1]);
            if class >= classes {
                let origin = Origin::File(path.clone());
                return Err(Error::Label { origin, index, found: class, classes });
            }
            labels.push(class);
            pixels.extend_from_slice(image);
        }
    }
    let images = labels.len();
    match Array4::from_shape_vec((images, 3, SIDE, SIDE), pixels) {
        Ok(bytes) => Pixels::new(bytes, labels, classes),
        Err(error) => unreachable!("whole images: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(head: &[u8], shift: usize) -> Vec<u8> {
        head.iter().copied().chain((0..PIXELS).map(|i| ((i + shift) % 251) as u8)).collect()
    }

    #[test]
    fn files_are_read_where_they_lie_or_a_folder_below() {
        let folder = tempfile::tempdir().expect("a folder");
        for below in ["", "cifar-10-batches-bin"] {
            let at = folder.path().join(below);
            std::fs::create_dir_all(&at).expect("a folder");
            for i in 1..=5u8 {
                let bytes = [record(&[i], 0), record(&[9], 7)].concat();
                std::fs::write(at.join(format!("data_batch_{i}.bin")), bytes).expect("a file");
            }
            std::fs::write(at.join("test_batch.bin"), record(&[3], 5)).expect("a file");
            let (train, test) = cifar10(folder.path()).expect("good files");
            assert_eq!((train.len(), test.labels()), (10, &[3][..]));
            assert_eq!(train.labels()[..4], [1, 9, 2, 9]);
            let place = (SIDE + 4) * SIDE + 6;
            assert_eq!(test.bytes()[[0, 1, 4, 6]], ((place + 5) % 251) as u8);
            std::fs::remove_file(folder.path().join("test_batch.bin")).ok();
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("train.bin"), record(&[1, 99], 0)).expect("a file");
        std::fs::write(folder.path().join("test.bin"), record(&[1, 42], 0)).expect("a file");
        let (train, test) = cifar100(folder.path()).expect("good files");
        assert_eq!((train.labels(), test.labels()), (&[99][..], &[42][..]));
    }

    #[test]
    fn bad_files_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("train.bin");
        let text = || cifar100(folder.path()).unwrap_err().to_string();
        assert!(text().contains("train.bin"));
        std::fs::write(&path, [1; 100]).expect("a file");
        assert!(
            text()
                .ends_with("train.bin: found 100 bytes, expected whole images of 3074 bytes each")
        );
        std::fs::write(&path, record(&[0, 100], 0)).expect("a file");
        assert!(text().ends_with("train.bin: label 0: found class 100, expected one of 0 to 99"));
    }

    #[test]
    fn channels_have_their_own_mean() {
        let bytes =
            Array4::from_shape_fn(
                (2, 2, 1, 2),
                |(n, c, _, w)| {
                    if c == 0 { 51 } else { (n * 2 + w) as u8 * 85 }
                },
            );
        let pixels = Pixels::new(bytes, vec![0, 0], 1).expect("a sound data set");
        let (mean, deviation) = pixels.mean_and_deviation();
        assert_eq!(mean, [0.2, 0.5]);
        assert!(deviation[0] == 0.0 && (deviation[1] - 0.372678).abs() < 1e-6);
        assert_eq!(Pixels::read(&pixels.clone(), 1).expect("the same"), pixels);
    }
}
