//! Binary files with a short header that says how long they are, plain or gzipped.

use crate::error::{Error, FileProblem, Origin};
use flate2::bufread::MultiGzDecoder;
use std::io::{ErrorKind, Read};

/// A file's first bytes if it is gzipped.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Deflate cannot make data smaller than by this factor.
const MOST_COMPRESSION: u64 = 1032;

/// What a header says.
pub(crate) struct Claim {
    /// The sizes, for messages.
    pub(crate) dims: Vec<usize>,
    /// Bytes after the header, or none if their number overflows.
    pub(crate) body: Option<u64>,
}

/// The header's sizes and the body of a file whose header has `header` bytes, which `parse` reads.
/// The body has as many bytes as the header claims, and the file has no others. No memory is taken
/// on the strength of a claim that the file's own length does not bear out.
pub(crate) fn read(
    origin: &Origin,
    bytes: &[u8],
    header: usize,
    parse: impl FnOnce(&[u8]) -> Result<Claim, FileProblem>,
) -> Result<(Vec<usize>, Vec<u8>), Error> {
    unpack(bytes, header, parse).map_err(|problem| Error::File { origin: origin.clone(), problem })
}

fn unpack(
    bytes: &[u8],
    header: usize,
    parse: impl FnOnce(&[u8]) -> Result<Claim, FileProblem>,
) -> Result<(Vec<usize>, Vec<u8>), FileProblem> {
    if bytes.starts_with(&GZIP) {
        return unzip(bytes, header, parse);
    }
    let Some((head, body)) = bytes.split_at_checked(header) else {
        return Err(FileProblem::Header { found: bytes.len() as u64, expected: header as u64 });
    };
    let Claim { dims, body: claimed } = parse(head)?;
    let expected = total(header, &dims, claimed)?;
    match (bytes.len() as u64).cmp(&expected) {
        std::cmp::Ordering::Less => {
            Err(FileProblem::Truncated { found: bytes.len() as u64, expected, dims })
        }
        std::cmp::Ordering::Greater => Err(FileProblem::Trailing { expected, dims }),
        std::cmp::Ordering::Equal => Ok((dims, body.to_vec())),
    }
}

fn unzip(
    bytes: &[u8],
    header: usize,
    parse: impl FnOnce(&[u8]) -> Result<Claim, FileProblem>,
) -> Result<(Vec<usize>, Vec<u8>), FileProblem> {
    let mut decoder = MultiGzDecoder::new(bytes);
    let head = decompress(&mut decoder, header as u64, 0, header as u64)?;
    if head.len() < header {
        return Err(FileProblem::Header { found: head.len() as u64, expected: header as u64 });
    }
    let Claim { dims, body: claimed } = parse(&head)?;
    let expected = total(header, &dims, claimed)?;
    if expected / MOST_COMPRESSION > bytes.len() as u64 {
        return Err(FileProblem::Implausible { found: bytes.len() as u64, expected, dims });
    }
    // One byte more than claimed shows whether anything follows.
    let claimed = expected - header as u64;
    let body = decompress(&mut decoder, claimed.saturating_add(1), header as u64, expected)?;
    match (body.len() as u64).cmp(&claimed) {
        std::cmp::Ordering::Less => {
            Err(FileProblem::Truncated { found: (header + body.len()) as u64, expected, dims })
        }
        std::cmp::Ordering::Greater => Err(FileProblem::Trailing { expected, dims }),
        std::cmp::Ordering::Equal => Ok((dims, body)),
    }
}

/// At most `limit` further bytes; `before` were read already, `expected` the header promises.
fn decompress(
    decoder: &mut impl Read,
    limit: u64,
    before: u64,
    expected: u64,
) -> Result<Vec<u8>, FileProblem> {
    let mut bytes = Vec::new();
    match decoder.take(limit).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let found = before + bytes.len() as u64;
            let message = match error.kind() {
                ErrorKind::UnexpectedEof => "it ends too soon".to_owned(),
                _ => error.to_string(),
            };
            Err(FileProblem::Gzip { found, expected, message })
        }
    }
}

/// Bytes of the whole file.
fn total(header: usize, dims: &[usize], body: Option<u64>) -> Result<u64, FileProblem> {
    let total = body.and_then(|body| body.checked_add(header as u64));
    let addressable = total.filter(|&total| total <= i64::MAX as u64);
    addressable.ok_or_else(|| FileProblem::Overflow { found: dims.to_vec() })
}
