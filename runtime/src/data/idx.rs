//! IDX files, in which MNIST and its relatives come.
//!
//! The format: two zero bytes, the element type (8 for unsigned bytes), the number of dimensions,
//! each dimension as a big-endian 32-bit integer, then the elements, the last dimension fastest.
//! <http://yann.lecun.com/exdb/mnist/>. Files may be gzipped; their first bytes tell, not their
//! names.

use crate::data::Dataset;
use crate::data::read::{self, Claim};
use crate::error::{Error, FileProblem, Origin};
use ndarray::{Array3, Axis};
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
    parse_images(&load(path)?, &path.into())
}

/// Reads the labels of an IDX file.
///
/// # Errors
/// As [`images`].
pub fn labels(path: impl AsRef<Path>) -> Result<Vec<u8>, Error> {
    let path = path.as_ref();
    parse_labels(&load(path)?, &path.into())
}

/// A data set of the images and the labels of two IDX files. Pixels become 0 to 1.
///
/// # Errors
/// As [`images`]; there are no images, not as many labels, or a label that is no class.
pub fn dataset(
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
    classes: usize,
) -> Result<Dataset, Error> {
    let (images, labels) = (images.as_ref(), labels.as_ref());
    let pixels = self::images(images)?;
    if pixels.is_empty() {
        return Err(Error::EmptyDataset { origin: images.into() });
    }
    let classes_of = self::labels(labels)?.into_iter().map(usize::from).collect();
    let pixels = pixels.mapv(|x| f32::from(x) / 255.0).insert_axis(Axis(1));
    Dataset::from(labels.into(), pixels, classes_of, classes)
}

/// MNIST's training and test images (or those of a relative with ten classes) from the four IDX
/// files of a folder, under their usual names: `train-images-idx3-ubyte` and so on, perhaps with
/// `.` before `idx`, perhaps with `.gz`. Pixels become 0 to 1.
///
/// # Errors
/// A file is not there, or as [`dataset`].
pub fn mnist(folder: impl AsRef<Path>) -> Result<(Dataset, Dataset), Error> {
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
    paths.into_iter().find(|path| path.is_file()).ok_or_else(|| Error::NoFile {
        folder: folder.to_owned(),
        names: names.join(", "),
    })
}

fn load(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(Error::io(path, "read"))
}

pub(crate) fn parse_images(bytes: &[u8], origin: &Origin) -> Result<Array3<u8>, Error> {
    let parse = |header: &[u8]| claim::<3>(header, IMAGES, "an IDX file of images");
    let (dims, pixels) = read::read(origin, bytes, 16, parse)?;
    match Array3::from_shape_vec((dims[0], dims[1], dims[2]), pixels) {
        Ok(images) => Ok(images),
        // Sizes of which one is zero may multiply to nothing and yet be too large to address.
        Err(_) => {
            Err(Error::File { origin: origin.clone(), problem: FileProblem::Overflow { found: dims } })
        }
    }
}

pub(crate) fn parse_labels(bytes: &[u8], origin: &Origin) -> Result<Vec<u8>, Error> {
    let parse = |header: &[u8]| claim::<1>(header, LABELS, "an IDX file of labels");
    Ok(read::read(origin, bytes, 8, parse)?.1)
}

/// What a header of a magic number and `D` sizes says.
fn claim<const D: usize>(header: &[u8], magic: u32, what: &'static str) -> Result<Claim, FileProblem> {
    let mut words = header.as_chunks().0.iter().map(|&word| u32::from_be_bytes(word));
    let found = words.next().unwrap_or(0);
    if found != magic {
        return Err(FileProblem::Magic { found, expected: magic, what });
    }
    let dims: Vec<usize> = words.take(D).map(|d| d as usize).collect();
    let body = dims.iter().try_fold(1u64, |product, &d| product.checked_mul(d as u64));
    Ok(Claim { dims, body })
}
