//! The UCI optical digits: 8×8 images of handwritten digits with 17 gray values.
//!
//! Alpaydin and Kaynak (1998), <https://doi.org/10.24432/C50P49>. The file format is this
//! project's own: the bytes `DIGI`, the number of images as a little-endian 32-bit integer, then
//! for each image its 64 pixels (0 to 16, row by row) and its digit (0 to 9), a byte each. The
//! whole may be gzipped.

use crate::data::Images;
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
pub fn digits(bytes: &[u8]) -> Result<Images, Error> {
    let origin = Origin::Memory("digits in memory");
    let (dims, records) = read::read(&origin, &mut &bytes[..], bytes.len() as u64, 8, |header| {
        let mut words = header.as_chunks().0.iter().copied();
        let found = words.next().map_or(0, u32::from_be_bytes);
        if found != MAGIC {
            return Err(FileProblem::Magic {
                found,
                kind: None,
                expected: MAGIC,
                what: "optical digits",
            });
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
    Images::from(origin, images, labels, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(count: u32, records: &[(u8, u8)]) -> Vec<u8> {
        let mut bytes = [&b"DIGI"[..], &count.to_le_bytes()].concat();
        for &(pixel, label) in records {
            bytes.extend([pixel; PIXELS]);
            bytes.push(label);
        }
        bytes
    }

    #[test]
    fn good_bytes_are_read() {
        let data = digits(&file(2, &[(16, 3), (4, 9)])).expect("good bytes");
        assert_eq!(
            (data.images().dim(), data.labels(), data.classes()),
            ((2, 1, 8, 8), &[3, 9][..], 10)
        );
        assert_eq!((data.images()[[0, 0, 7, 7]], data.images()[[1, 0, 0, 0]]), (1.0, 0.25));
    }

    #[test]
    fn bad_bytes_are_named() {
        let text = |bytes: &[u8]| digits(bytes).unwrap_err().to_string();
        let cases = [
            (text(b"DIG"), "found 3 bytes, expected at least the 8 bytes of the header"),
            (text(b"DUGI\0\0\0\0"), "found the magic number 0x44554749, expected 0x44494749"),
            (
                text(&file(3, &[(1, 1)])),
                "found 73 bytes, expected 203 as the header's sizes 3×65 say",
            ),
            (text(&file(u32::MAX, &[(1, 1)])), "found 73 bytes, expected 279172874183"),
            (text(&file(1, &[(1, 1), (2, 2)])), "found more than the 73 bytes"),
            (text(&file(1, &[(17, 1)])), "image 0: found a pixel of 17, expected at most 16"),
            (text(&file(2, &[(1, 1), (1, 10)])), "label 1: found class 10, expected one of 0 to 9"),
            (text(&file(0, &[])), "found no images, expected at least 1"),
        ];
        for (found, expected) in cases {
            assert!(found.starts_with("digits in memory: "), "{found}");
            assert!(found.contains(expected), "{found} / {expected}");
        }
    }
}
