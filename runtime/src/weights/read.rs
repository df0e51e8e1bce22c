//! Reading weights: the header first, which must describe exactly the network's tensors, then each
//! tensor to its place, a piece at a time.

use super::PIECE;
use crate::error::{Error, Origin, TensorProblem, similar};
use crate::network::{Role, TensorSpec};
use crate::params::Params;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// The longest header that is read, in bytes; the format's own library has the same limit.
const MOST_HEADER: u64 = 100_000_000;

/// The bytes of a weights file.
pub(super) enum Source<'a> {
    File(File, &'a Path),
    Memory(&'a [u8]),
}

impl Source<'_> {
    fn origin(&self) -> Origin {
        match self {
            Self::File(_, path) => Origin::from(*path),
            Self::Memory(_) => Origin::Memory("weights in memory"),
        }
    }

    /// How many bytes there are.
    fn len(&mut self) -> Result<u64, Error> {
        match self {
            Self::File(file, path) => file.seek(SeekFrom::End(0)).map_err(Error::io(path, "read")),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Copies the bytes from `at` on, which are there unless a file has shrunk since.
    fn read(&mut self, at: u64, to: &mut [u8]) -> Result<(), Error> {
        match self {
            Self::File(file, path) => file
                .seek(SeekFrom::Start(at))
                .and_then(|_| file.read_exact(to))
                .map_err(Error::io(path, "read")),
            Self::Memory(bytes) => {
                to.copy_from_slice(&bytes[at as usize..][..to.len()]);
                Ok(())
            }
        }
    }
}

/// A tensor of the network with what the file holds for it.
pub(super) struct Tensor {
    spec: &'static TensorSpec,
    dtype: Dtype,
    /// Its first byte.
    start: u64,
}

/// The network's tensors as they are in the file: all of them, and no others.
pub(super) fn check(
    source: &mut Source<'_>,
    network: &'static str,
    specs: &'static [TensorSpec],
) -> Result<Vec<Tensor>, Error> {
    let (start, metadata) = header(source)?;
    let mut tensors = Vec::new();
    let mut problems = Vec::new();
    let mut missing = Vec::new();
    for spec in specs {
        let Some(info) = metadata.info(spec.path) else {
            missing.push(spec);
            continue;
        };
        let start = start + info.data_offsets.0 as u64;
        let tensor = Tensor { spec, dtype: info.dtype, start };
        match fits(spec, info) {
            Err(problem) => problems.push(problem),
            Ok(()) if spec.role == Role::Counter => {
                problems.extend(tensor.count(source)?.err());
                tensors.push(tensor);
            }
            Ok(()) => tensors.push(tensor),
        }
    }
    problems.extend(missing.iter().map(|spec| TensorProblem::Missing {
        path: spec.path.to_owned(),
        expected: spec.dims.to_vec(),
    }));
    let found = metadata.tensors();
    let mut surplus: Vec<_> =
        found.iter().filter(|(name, _)| specs.iter().all(|spec| spec.path != **name)).collect();
    surplus.sort_unstable_by_key(|&(name, _)| name);
    problems.extend(surplus.into_iter().map(|(name, info)| TensorProblem::Surplus {
        path: name.clone(),
        found: info.shape.clone(),
        similar: similar(name, missing.iter().map(|spec| spec.path)),
    }));
    if problems.is_empty() {
        return Ok(tensors);
    }
    Err(Error::Tensors { origin: source.origin(), network, tensors: specs.len(), problems })
}

/// Reads all tensors to their places.
pub(super) fn fill(
    source: &mut Source<'_>,
    tensors: &[Tensor],
    params: &mut Params,
) -> Result<(), Error> {
    let mut piece = vec![0; PIECE];
    for tensor in tensors {
        match tensor.spec.role {
            Role::Counter => {
                if let Ok(count) = tensor.count(source)? {
                    params.counters_mut()[tensor.spec.offset] = count;
                }
            }
            Role::Trainable | Role::Buffer => {
                tensor.floats(source, &mut piece, params.slice_mut(tensor.spec))?;
            }
        }
    }
    Ok(())
}

/// Whether a tensor of the file can be the network's.
fn fits(spec: &TensorSpec, info: &TensorInfo) -> Result<(), TensorProblem> {
    let path = || spec.path.to_owned();
    let counter = spec.role == Role::Counter;
    // A counter saved as a tensor of one element is as good as a scalar.
    if info.shape != spec.dims && !(counter && info.shape == [1]) {
        let (found, expected) = (info.shape.clone(), spec.dims.to_vec());
        return Err(TensorProblem::Shape { path: path(), found, expected });
    }
    let expected = match (counter, info.dtype) {
        (true, Dtype::I64 | Dtype::I32) => return Ok(()),
        (false, Dtype::F32 | Dtype::F64 | Dtype::F16 | Dtype::BF16) => return Ok(()),
        (true, _) => "I64",
        (false, _) => "F32 (or F64, F16, BF16)",
    };
    Err(TensorProblem::Type { path: path(), found: format!("{:?}", info.dtype), expected })
}

impl Tensor {
    /// The value of a counter.
    fn count(&self, source: &mut Source<'_>) -> Result<Result<i64, TensorProblem>, Error> {
        let count = if self.dtype == Dtype::I32 {
            let mut bytes = [0; 4];
            source.read(self.start, &mut bytes)?;
            i32::from_le_bytes(bytes).into()
        } else {
            let mut bytes = [0; 8];
            source.read(self.start, &mut bytes)?;
            i64::from_le_bytes(bytes)
        };
        let path = || self.spec.path.to_owned();
        Ok(if count >= 0 {
            Ok(count)
        } else {
            Err(TensorProblem::Count { path: path(), found: count.to_string() })
        })
    }

    /// Reads all elements as floats.
    fn floats(
        &self,
        source: &mut Source<'_>,
        piece: &mut [u8],
        to: &mut [f32],
    ) -> Result<(), Error> {
        let width = self.dtype.bitsize() / 8;
        let mut start = self.start;
        for to in to.chunks_mut(piece.len() / width) {
            let bytes = &mut piece[..to.len() * width];
            source.read(start, bytes)?;
            start += bytes.len() as u64;
            match self.dtype {
                Dtype::F64 => convert(to, bytes, |b| f64::from_le_bytes(b) as f32),
                Dtype::BF16 => {
                    convert(to, bytes, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16));
                }
                Dtype::F16 => convert(to, bytes, |b| half(u16::from_le_bytes(b))),
                _ => convert(to, bytes, f32::from_le_bytes),
            }
        }
        Ok(())
    }
}

/// Converts numbers of `K` bytes each.
fn convert<const K: usize>(to: &mut [f32], bytes: &[u8], parse: impl Fn([u8; K]) -> f32) {
    for (to, &bytes) in to.iter_mut().zip(bytes.as_chunks().0) {
        *to = parse(bytes);
    }
}

/// An IEEE 754 half: 1 sign bit, 5 bits of exponent (bias 15), 10 of mantissa.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => mantissa * 2f32.powi(-24),
        31 if mantissa == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        e => (1024.0 + mantissa) * 2f32.powi(e - 25),
    }
}

/// Where the elements start, and what the header says about them. They lie one behind the other and
/// are as many bytes as their types and dimensions ask for and as there are.
fn header(source: &mut Source<'_>) -> Result<(u64, Metadata), Error> {
    let found = source.len()?;
    let origin = source.origin();
    let refuse = |found| Err(Error::Weights { origin, found });
    if found < 8 {
        return refuse(format!("{found} bytes, too few for the header's length of 8 bytes"));
    }
    let mut len = [0; 8];
    source.read(0, &mut len)?;
    let len = u64::from_le_bytes(len);
    if len > MOST_HEADER.min(found - 8) {
        return refuse(format!("{found} bytes that begin with a header's length of {len}"));
    }
    let mut text = vec![0; len as usize];
    source.read(8, &mut text)?;
    let metadata = match parse(&text) {
        Ok(metadata) => metadata,
        Err(what) => return refuse(format!("{found} bytes with a damaged header ({what})")),
    };
    let start = 8 + len;
    let expected = start.saturating_add(metadata.data_len() as u64);
    if found != expected {
        return refuse(format!("{found} bytes where the header says {expected}"));
    }
    Ok((start, metadata))
}

fn parse(text: &[u8]) -> Result<Metadata, String> {
    let text = std::str::from_utf8(text).map_err(|e| format!("invalid UTF-8 in header: {e}"))?;
    serde_json::from_str(text).map_err(|error| match error.line() {
        // The text is sound, but not what it says about the tensors.
        0 => error.to_string(),
        _ => format!("invalid JSON in header: {error}"),
    })
}
