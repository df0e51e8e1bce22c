//! IDX files, in which MNIST and its relatives come.
//!
//! The format: two zero bytes, the element type (8 for unsigned bytes), the number of dimensions,
//! each dimension as a big-endian 32-bit integer, then the elements, the last dimension fastest.
//! <http://yann.lecun.com/exdb/mnist/>. Files may be gzipped; their first bytes tell, not their
//! names.

use crate::data::Images;
use crate::data::read::{self, Claim};
use crate::error::{Error, FileProblem, Origin};
use crate::file;
use ndarray::{Array3, Axis};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Unsigned bytes in three dimensions.
const IMAGES: u32 = 0x0803;
/// Unsigned bytes in one dimension.
const LABELS: u32 = 0x0801;

/// Reads the images (N×H×W, 0 to 255) of an IDX file.
///
/// # Errors
/// The file cannot be read, is another kind of file, is cut off, has trailing bytes, or its sizes
/// overflow.
pub fn images(path: impl AsRef<Path>) -> Result<Array3<u8>, Error> {
    let path = path.as_ref();
    let (mut file, len) = open(path)?;
    parse_images(&mut file, len, &path.into())
}

/// Reads the labels of an IDX file.
///
/// # Errors
/// As [`images`].
pub fn labels(path: impl AsRef<Path>) -> Result<Vec<u8>, Error> {
    let path = path.as_ref();
    let (mut file, len) = open(path)?;
    parse_labels(&mut file, len, &path.into())
}

/// A data set of the images and the labels of two IDX files. Pixels become 0 to 1.
///
/// # Errors
/// As [`images`]; there are no images, not as many labels, or a label that is no class.
pub fn dataset(
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
    classes: usize,
) -> Result<Images, Error> {
    let (images, labels) = (images.as_ref(), labels.as_ref());
    let pixels = self::images(images)?;
    if pixels.is_empty() {
        return Err(Error::EmptyDataset { origin: images.into() });
    }
    let classes_of = self::labels(labels)?.into_iter().map(usize::from).collect();
    let pixels = pixels.mapv(|x| f32::from(x) / 255.0).insert_axis(Axis(1));
    Images::from(labels.into(), pixels, classes_of, classes)
}

/// MNIST's training and test images (or those of a relative with ten classes) from the four IDX
/// files of a folder, under their usual names: `train-images-idx3-ubyte` and so on, perhaps with
/// `.` before `idx`, perhaps with `.gz`. Pixels become 0 to 1.
///
/// # Errors
/// A file is not there, or as [`dataset`].
pub fn mnist(folder: impl AsRef<Path>) -> Result<(Images, Images), Error> {
    let folder = folder.as_ref();
    let part = |name: &str| {
        let images = find(folder, &format!("{name}-images"), "idx3-ubyte")?;
        let labels = find(folder, &format!("{name}-labels"), "idx1-ubyte")?;
        dataset(images, labels, 10)
    };
    Ok((part("train")?, part("t10k")?))
}

/// The file under one of the names it may have.
fn find(folder: &Path, start: &str, end: &str) -> Result<PathBuf, Error> {
    let names = ["-", "."].map(|dash| ["", ".gz"].map(|gz| format!("{start}{dash}{end}{gz}")));
    let names = names.concat();
    let paths = names.iter().map(|name| folder.join(name));
    paths
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| Error::NoFile { folder: folder.to_owned(), names: names.join(", ") })
}

fn open(path: &Path) -> Result<(BufReader<File>, u64), Error> {
    let (file, len) = file::open(path)?;
    Ok((BufReader::new(file), len))
}

pub(crate) fn parse_images(
    source: &mut dyn BufRead,
    len: u64,
    origin: &Origin,
) -> Result<Array3<u8>, Error> {
    let parse = |header: &[u8]| claim::<3>(header, IMAGES, "an IDX file of images");
    let (dims, pixels) = read::read(origin, source, len, 16, parse)?;
    match Array3::from_shape_vec((dims[0], dims[1], dims[2]), pixels) {
        Ok(images) => Ok(images),
        // Sizes of which one is zero may multiply to nothing and yet be too large to address.
        Err(_) => Err(Error::File {
            origin: origin.clone(),
            problem: FileProblem::Overflow { found: dims },
        }),
    }
}

pub(crate) fn parse_labels(
    source: &mut dyn BufRead,
    len: u64,
    origin: &Origin,
) -> Result<Vec<u8>, Error> {
    let parse = |header: &[u8]| claim::<1>(header, LABELS, "an IDX file of labels");
    Ok(read::read(origin, source, len, 8, parse)?.1)
}

/// What a header of a magic number and `D` sizes says.
fn claim<const D: usize>(
    header: &[u8],
    magic: u32,
    what: &'static str,
) -> Result<Claim, FileProblem> {
    let mut words = header.as_chunks().0.iter().map(|&word| u32::from_be_bytes(word));
    let found = words.next().unwrap_or(0);
    if found != magic {
        return Err(FileProblem::Magic { found, kind: None, expected: magic, what });
    }
    let dims: Vec<usize> = words.take(D).map(|d| d as usize).collect();
    let body = dims.iter().try_fold(1u64, |product, &d| product.checked_mul(d as u64));
    Ok(Claim { dims, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn idx(magic: u32, dims: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes = magic.to_be_bytes().to_vec();
        bytes.extend(dims.iter().flat_map(|d| d.to_be_bytes()));
        bytes.extend(body);
        bytes
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory to write to")
    }

    /// Reads bytes from a file `t`, so that messages name it.
    fn read_images(bytes: &[u8]) -> Result<Array3<u8>, Error> {
        parse_images(&mut &bytes[..], bytes.len() as u64, &Origin::File("t".into()))
    }

    fn message(bytes: &[u8]) -> String {
        read_images(bytes).unwrap_err().to_string()
    }

    #[test]
    fn good_files_are_read_plain_or_zipped() {
        let body: Vec<u8> = (0..24).collect();
        let bytes = idx(IMAGES, &[2, 3, 4], &body);
        for bytes in [gzip(&bytes), bytes] {
            let images = read_images(&bytes).expect("good bytes");
            assert_eq!((images.dim(), images[[1, 2, 3]]), ((2, 3, 4), 23));
        }
        let bytes = idx(LABELS, &[3], &[7, 8, 9]);
        for bytes in [gzip(&bytes), bytes] {
            let origin = Origin::File("t".into());
            let labels = parse_labels(&mut &bytes[..], bytes.len() as u64, &origin);
            assert_eq!(labels.expect("good bytes"), [7, 8, 9]);
        }
    }

    #[test]
    fn gzip_files_may_be_padded_with_zeros_and_in_parts() {
        let body: Vec<u8> = (0..24).collect();
        let bytes = idx(IMAGES, &[2, 3, 4], &body);
        let (start, end) = bytes.split_at(20);
        let pad = |n: usize| vec![0; n];
        let good = [
            [gzip(&bytes), pad(1)].concat(),
            [gzip(&bytes), pad(100_000)].concat(),
            [gzip(start), gzip(end)].concat(),
            [gzip(start), pad(512), gzip(end), pad(512)].concat(),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("images");
        for bytes in good {
            std::fs::write(&path, &bytes).expect("a file");
            for images in [read_images(&bytes), images(&path)] {
                assert_eq!(images.expect("good bytes")[[1, 2, 3]], 23);
            }
        }
        let bad = [gzip(&bytes), pad(100), vec![7; 20]].concat();
        assert!(message(&bad).starts_with("t: found a damaged gzip stream after 40 "));
        assert!(message(&[gzip(&bytes), pad(9), gzip(&[1])].concat()).contains("found more than"));
    }

    #[test]
    fn sizes_are_compared_with_the_files_before_memory_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("images");
        // A file that takes no place on the disk and would take more than memory.
        std::fs::write(&path, idx(IMAGES, &[2, 3, 4], &[])).expect("a file");
        let file = File::options().write(true).open(&path).expect("the file");
        file.set_len(1 << 43).expect("a file with a hole");
        let text = images(&path).unwrap_err().to_string();
        assert!(
            text.ends_with("found more than the 40 bytes that the header's sizes 2×3×4 say"),
            "{text}"
        );
        file.set_len(0).expect("a file");
        std::fs::write(&path, idx(IMAGES, &[u32::MAX, 1000, 1000], &[])).expect("a file");
        let text = images(&path).unwrap_err().to_string();
        assert!(text.contains("found 16 bytes, expected 4294967295000016 as"), "{text}");
    }

    #[test]
    fn other_kinds_of_files_are_named() {
        let lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\n";
        let text = "found the magic number 0x76657273 (a git-lfs pointer), expected 0x00000803";
        assert!(message(lfs).contains(text), "{}", message(lfs));
    }

    #[test]
    fn bad_files_are_named_with_what_was_found_and_expected() {
        let body = [0; 24];
        let good = idx(IMAGES, &[2, 3, 4], &body);
        let zipped = gzip(&good);
        let cases = [
            (message(&[]), "t: found 0 bytes, expected at least the 16 bytes of the header"),
            (
                message(&good[..15]),
                "t: found 15 bytes, expected at least the 16 bytes of the header",
            ),
            (
                message(&good[..39]),
                "t: found 39 bytes, expected 40 as the header's sizes 2×3×4 say: the file is truncated",
            ),
            (
                message(&[&good[..], &[0]].concat()),
                "t: found more than the 40 bytes that the header's sizes 2×3×4 say",
            ),
            (
                message(&idx(LABELS, &[24], &body)),
                "t: found the magic number 0x00000801, expected 0x00000803 (an IDX file of images)",
            ),
            (
                message(&idx(IMAGES, &[u32::MAX; 3], &body)),
                "t: the header's sizes 4294967295×4294967295×4294967295 overflow: expected a file of less than 2^63 bytes",
            ),
            (
                message(&idx(IMAGES, &[u32::MAX, u32::MAX, 1], &body)),
                "t: the header's sizes 4294967295×4294967295×1 overflow",
            ),
            (
                message(&idx(IMAGES, &[0, u32::MAX, u32::MAX], &[])),
                "t: the header's sizes 0×4294967295×4294967295 overflow",
            ),
            (
                message(&idx(IMAGES, &[u32::MAX, 28, 28], &body)),
                "t: found 40 bytes, expected 3367254359296 as",
            ),
            (message(&zipped[..zipped.len() - 9]), "t: found a damaged gzip stream after "),
            (
                message(&zipped[..5]),
                "t: found a damaged gzip stream after 0 decompressed bytes, expected 16: it ends too soon",
            ),
            (
                message(&gzip(&good[..15])),
                "t: found 15 bytes, expected at least the 16 bytes of the header",
            ),
            (
                message(&gzip(&good[..39])),
                "t: found 39 bytes, expected 40 as the header's sizes 2×3×4 say: the file is truncated",
            ),
            (message(&gzip(&[&good[..], &[0]].concat())), "t: found more than the 40 bytes"),
            (
                message(&gzip(&idx(IMAGES, &[u32::MAX, 28, 28], &body))),
                " compressed bytes, expected enough for the 3367254359296 bytes that the header's sizes 4294967295×28×28 say",
            ),
        ];
        for (found, expected) in cases {
            assert!(found.contains(expected), "\n   found {found}\nexpected {expected}");
        }
    }

    #[test]
    fn no_prefix_and_no_flipped_bit_makes_a_panic() {
        let plain = idx(IMAGES, &[2, 3, 4], &[5; 24]);
        for bytes in [gzip(&plain), plain] {
            for end in 0..bytes.len() {
                assert!(read_images(&bytes[..end]).is_err(), "{end}");
            }
            for bit in 0..bytes.len() * 8 {
                let mut bytes = bytes.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let _ = read_images(&bytes);
            }
        }
    }

    #[test]
    fn mnist_is_found_under_all_its_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).expect("a file")
        };
        let images = idx(IMAGES, &[2, 2, 2], &[0, 51, 102, 153, 204, 255, 0, 0]);
        write("train-images-idx3-ubyte", &images);
        write("train-labels.idx1-ubyte.gz", &gzip(&idx(LABELS, &[2], &[9, 0])));
        write("t10k-images.idx3-ubyte", &images);
        let missing = mnist(folder.path()).unwrap_err().to_string();
        let names = "found none of t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz, expected one of them";
        assert!(missing.ends_with(names), "{missing}");

        write("t10k-labels-idx1-ubyte.gz", &gzip(&idx(LABELS, &[2], &[1, 2])));
        let (train, test) = mnist(folder.path()).expect("four good files");
        assert_eq!((train.labels(), test.labels()), (&[9, 0][..], &[1, 2][..]));
        assert_eq!(train.images()[[0, 0, 0, 1]], 0.2);

        let path = folder.path().join("t10k-labels-idx1-ubyte.gz").display().to_string();
        let text = || mnist(folder.path()).unwrap_err().to_string();
        write("t10k-labels-idx1-ubyte.gz", &idx(LABELS, &[2], &[1, 10]));
        assert_eq!(text(), format!("{path}: label 1: found class 10, expected one of 0 to 9"));
        write("t10k-labels-idx1-ubyte.gz", &idx(LABELS, &[3], &[1, 2, 3]));
        assert_eq!(text(), format!("{path}: found 3 labels, expected 2, one for each image"));
        write("t10k-images.idx3-ubyte", &idx(IMAGES, &[0, 28, 28], &[]));
        assert!(text().ends_with("t10k-images.idx3-ubyte: found no images, expected at least 1"));
    }

    #[test]
    fn a_missing_file_is_named() {
        let text = images("no/such/file").unwrap_err().to_string();
        assert!(text.starts_with("no/such/file: cannot read: "), "{text}");
    }
}
