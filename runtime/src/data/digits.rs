//! The UCI optical digits: 8×8 images of handwritten digits with 17 grey values.
//!
//! Alpaydin and Kaynak (1998), <https://doi.org/10.24432/C50P49>. The file format is this
//! project's own: the bytes `DIGI`, the number of images as a little-endian 32-bit integer, then
//! for each image its 64 pixels (0 to 16, row by row) and its digit (0 to 9), a byte each. The
//! whole may be gzipped.

use crate::data::Dataset;
use crate::data::read::{self, Claim};
use crate::error::{Error, FileProblem, Origin};
use ndarray::Array4;

const MAGIC: u32 = u32::from_be_bytes(*b"DIGI");
const SIDE: usize = 8;
const PIXELS: usize = SIDE * SIDE;
const DEEPEST: u8 = 16;

/// The digits in the bytes of such a file, as images of 1×8×8 with values from 0 to 1.
///
/// # Errors
/// The bytes are another kind of file, are cut off, have trailing bytes, hold no images, or a
/// pixel or label out of range.
pub fn digits(bytes: &[u8]) -> Result<Dataset, Error> {
    let origin = Origin::Memory("digits in memory");
    let (dims, records) = read::read(&origin, bytes, 8, |header| {
        let mut words = header.as_chunks().0.iter().copied();
        let found = words.next().map_or(0, u32::from_be_bytes);
        if found != MAGIC {
            return Err(FileProblem::Magic { found, expected: MAGIC, what: "optical digits" });
        }
        let count = words.next().map_or(0, u32::from_le_bytes);
        let body = u64::from(count) * (PIXELS as u64 + 1);
        Ok(Claim { dims: vec![count as usize, PIXELS + 1], body: Some(body) })
    })?;
    let mut images = Array4::zeros((dims[0], 1, SIDE, SIDE));
    let mut labels = Vec::with_capacity(dims[0]);
    let records = records.chunks_exact(PIXELS + 1);
    for (index, (mut image, record)) in images.outer_iter_mut().zip(records).enumerate() {
        let (pixels, label) = record.split_at(PIXELS);
        for (to, &found) in image.iter_mut().zip(pixels) {
            if found > DEEPEST {
                let problem = FileProblem::Pixel { index, found, expected: DEEPEST };
                return Err(Error::File { origin, problem });
            }
            *to = f32::from(found) / f32::from(DEEPEST);
        }
        labels.push(usize::from(label[0]));
    }
    Dataset::from(origin, images, labels, 10)
}
