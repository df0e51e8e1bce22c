//! Binary files with a short header that says how long they are, plain or gzipped.

use crate::error::{Error, FileProblem, Origin};
use cnn_ir::file::Kind;
use flate2::bufread::GzDecoder;
use std::cmp::Ordering;
use std::io::{self, BufRead, ErrorKind, Read};
use std::path::Path;

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

/// The header's sizes and the body of a file of `len` bytes, whose header has `header` bytes, which
/// `parse` reads. The body has as many bytes as the header claims, and the file has no others, but for
/// zeros after a gzip stream. No memory is taken on the strength of a claim that the file's own length
/// does not bear out.
pub(crate) fn read(
    origin: &Origin,
    source: &mut dyn BufRead,
    len: u64,
    header: usize,
    parse: impl FnOnce(&[u8]) -> Result<Claim, FileProblem>,
) -> Result<(Vec<usize>, Vec<u8>), Error> {
    unpack(source, len, header, parse).map_err(|failure| match (failure, origin) {
        (Failure::File(problem), _) => Error::File { origin: origin.clone(), problem },
        (Failure::Io(error), Origin::File(path)) => Error::io(path, "read")(error),
        (Failure::Io(error), Origin::Memory(what)) => Error::io(Path::new(what), "read")(error),
    })
}

/// Why a file cannot be read.
enum Failure {
    File(FileProblem),
    Io(io::Error),
}

impl From<FileProblem> for Failure {
    fn from(problem: FileProblem) -> Self {
        Self::File(problem)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn unpack(
    source: &mut dyn BufRead,
    len: u64,
    header: usize,
    parse: impl FnOnce(&[u8]) -> Result<Claim, FileProblem>,
) -> Result<(Vec<usize>, Vec<u8>), Failure> {
    let first = source.fill_buf()?;
    if first.starts_with(&GZIP) {
        return Ok(unzip(source, len, header, parse)?);
    }
    let kind = Kind::of(first).map(|kind| kind.name);
    let mut head = Vec::new();
    source.take(header as u64).read_to_end(&mut head)?;
    if head.len() < header {
        let (found, expected) = (head.len() as u64, header as u64);
        return Err(FileProblem::Header { found, expected }.into());
    }
    let Claim { dims, body: claimed } = parse(&head).map_err(|problem| match problem {
        FileProblem::Magic { found, expected, what, .. } => {
            FileProblem::Magic { found, kind, expected, what }
        }
        other => other,
    })?;
    let expected = total(header, &dims, claimed)?;
    match len.cmp(&expected) {
        Ordering::Less => {
            return Err(FileProblem::Truncated { found: len, expected, dims }.into());
        }
        Ordering::Greater => return Err(FileProblem::Trailing { expected, dims }.into()),
        Ordering::Equal => {}
    }
    let claimed = expected - header as u64;
    let mut body = Vec::new();
    // What a file holds may be more than memory does, or than can be addressed.
    body.try_reserve_exact(usize::try_from(claimed).unwrap_or(usize::MAX))
        .map_err(io::Error::from)?;
    source.take(claimed).read_to_end(&mut body)?;
    if (body.len() as u64) < claimed {
        let found = (header + body.len()) as u64;
        return Err(FileProblem::Truncated { found, expected, dims }.into());
    }
    Ok((dims, body))
}

fn unzip(
    source: &mut dyn BufRead,
    len: u64,
    header: usize,
    parse: impl FnOnce(&[u8]) -> Result<Claim, FileProblem>,
) -> Result<(Vec<usize>, Vec<u8>), FileProblem> {
    let mut members = Members { current: Some(GzDecoder::new(source)) };
    let head = decompress(&mut members, header as u64, 0, header as u64)?;
    if head.len() < header {
        return Err(FileProblem::Header { found: head.len() as u64, expected: header as u64 });
    }
    let Claim { dims, body: claimed } = parse(&head)?;
    let expected = total(header, &dims, claimed)?;
    if expected / MOST_COMPRESSION > len {
        return Err(FileProblem::Implausible { found: len, expected, dims });
    }
    // One byte more than claimed shows whether anything follows.
    let claimed = expected - header as u64;
    let body = decompress(&mut members, claimed.saturating_add(1), header as u64, expected)?;
    match (body.len() as u64).cmp(&claimed) {
        Ordering::Less => {
            Err(FileProblem::Truncated { found: (header + body.len()) as u64, expected, dims })
        }
        Ordering::Greater => Err(FileProblem::Trailing { expected, dims }),
        Ordering::Equal => Ok((dims, body)),
    }
}

/// The members of a gzip file, one after the other. Zeros between and after them are skipped: what
/// comes from tapes and from block devices is filled up with them.
struct Members<'a> {
    /// None after the last one.
    current: Option<GzDecoder<&'a mut dyn BufRead>>,
}

impl Read for Members<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.current {
            let n = member.read(to)?;
            if n > 0 || to.is_empty() {
                return Ok(n);
            }
            let Some(rest) = self.current.take().map(GzDecoder::into_inner) else { break };
            if skip_zeros(rest)? {
                self.current = Some(GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

/// Whether there is anything else.
fn skip_zeros(source: &mut dyn BufRead) -> io::Result<bool> {
    loop {
        let bytes = source.fill_buf()?;
        let (zeros, len) = (bytes.iter().take_while(|&&byte| byte == 0).count(), bytes.len());
        source.consume(zeros);
        if zeros < len || len == 0 {
            return Ok(len > 0);
        }
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
