//! Reading weights: the header first, which must describe exactly the network's tensors, then each
//! tensor to its place, a piece at a time.

use super::PIECE;
use super::order::Order;
use crate::describe::TensorSpec;
use crate::error::{Error, Name, Origin, SHOWN, TensorProblem, similar};
use crate::params::Params;
use cnn_ir::file::{FIRST, Kind, PACKED, digest};
use cnn_ir::{Element, Role};
use safetensors::tensor::{Metadata, TensorInfo};
use std::collections::HashSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// The longest header that is read, in bytes; the format's own library has the same limit.
const MOST_HEADER: u64 = 100_000_000;

/// The bytes of a weights file.
pub(super) enum Source<'a> {
    File(File, PathBuf),
    Memory(&'a [u8]),
}

impl Source<'_> {
    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::File(_, path) => Origin::File(path.clone()),
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
    pub(super) fn read(&mut self, at: u64, to: &mut [u8]) -> Result<(), Error> {
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

/// What a file says about its tensors.
pub(super) struct Header {
    /// Where the elements start.
    pub(super) start: u64,
    /// Bytes of the file.
    pub(super) len: u64,
    /// What all before the elements is known by.
    pub(super) digest: u64,
    metadata: Metadata,
}

impl Header {
    /// What the file says of itself.
    pub(super) fn about(&self, word: &str) -> Option<&str> {
        self.metadata.metadata().as_ref()?.get(word).map(String::as_str)
    }

    /// What it says about the tensor of that name.
    pub(super) fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.metadata.info(name)
    }

    /// How many tensors there are.
    #[cfg(feature = "train")]
    pub(super) fn len(&self) -> usize {
        self.metadata.tensors().len()
    }

    /// The names of all tensors.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.metadata.tensors().into_keys().filter(|name| !name.starts_with(PACKED))
    }
}

/// A tensor of the network with what the file holds for it.
pub(super) struct Tensor {
    spec: &'static TensorSpec,
    order: Order,
    element: Element,
    /// Its first byte.
    start: u64,
}

/// The network's tensors as they are in the file: all of them but counters, and no others.
pub(super) fn check(
    source: &mut Source<'_>,
    header: &Header,
    network: &'static str,
    specs: &'static [TensorSpec],
) -> Result<Vec<Tensor>, Error> {
    let mut tensors = Vec::new();
    let (mut misshapen, mut problems) = (Vec::new(), Vec::new());
    let mut missing = Vec::new();
    for spec in specs {
        let Some(info) = header.info(spec.path) else {
            // PyTorch takes a counter that older files do not have for 0, too.
            if spec.role != Role::Counter {
                missing.push(spec);
            }
            continue;
        };
        match tensor(source, header.start, spec, info, Order::default())? {
            Err(problem @ TensorProblem::Shape { .. }) => misshapen.push(problem),
            Err(problem) => problems.push(problem),
            Ok(tensor) => tensors.push(tensor),
        }
    }
    misshapen.append(&mut problems);
    let mut problems = misshapen;
    problems.extend(missing.iter().map(|spec| TensorProblem::Missing {
        path: spec.path.to_owned(),
        expected: spec.dims.to_vec(),
    }));
    let known: HashSet<&str> = specs.iter().map(|spec| spec.path).collect();
    let found = header.metadata.tensors();
    let surplus = found.iter().filter(|(name, _)| !known.contains(name.as_str()));
    let mut surplus: Vec<_> = surplus.filter(|(name, _)| !name.starts_with(PACKED)).collect();
    surplus.sort_unstable_by_key(|&(name, _)| name);
    problems.extend(surplus.into_iter().enumerate().map(|(i, (name, info))| {
        // A search takes long, and a file may have any number of names: only for those shown.
        let candidates = || missing.iter().map(|spec| spec.path);
        let similar = if i < SHOWN { similar(name, candidates()) } else { None };
        TensorProblem::Surplus { path: name.clone(), found: info.shape.clone(), similar }
    }));
    if problems.is_empty() {
        return Ok(tensors);
    }
    Err(Error::Tensors { origin: source.origin(), network, tensors: specs.len(), problems })
}

/// A tensor of the network, if what the file holds under its name can be it.
pub(super) fn tensor(
    source: &mut Source<'_>,
    start: u64,
    spec: &'static TensorSpec,
    info: &TensorInfo,
    order: Order,
) -> Result<Result<Tensor, TensorProblem>, Error> {
    let element = match fits(spec, info, order) {
        Ok(element) => element,
        Err(problem) => return Ok(Err(problem)),
    };
    let tensor = Tensor { spec, order, element, start: start + info.data_offsets.0 as u64 };
    if spec.role == Role::Counter
        && let Err(problem) = tensor.count(source)?
    {
        return Ok(Err(problem));
    }
    Ok(Ok(tensor))
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
                let floats = params.slice_mut(tensor.spec);
                tensor.floats(source, &mut piece, floats)?;
                tensor.order.apply(tensor.spec.dims, floats);
            }
        }
    }
    Ok(())
}

/// The type of the elements of a tensor of the file, if it can be the network's.
fn fits(spec: &TensorSpec, info: &TensorInfo, order: Order) -> Result<Element, TensorProblem> {
    let path = || spec.path.to_owned();
    let counter = spec.role == Role::Counter;
    // A counter saved as a tensor of one element is as good as a scalar.
    let expected = order.dims(spec.dims, &info.shape);
    if info.shape != expected && !(counter && info.shape == [1]) {
        let found = info.shape.clone();
        return Err(TensorProblem::Shape { path: path(), found, expected });
    }
    let found = format!("{:?}", info.dtype);
    let expected = match (counter, Element::named(&found)) {
        (true, Some(element)) => return Ok(element),
        (false, Some(element)) if element.is_float() => return Ok(element),
        (true, _) => "I64 (or another type of integers or floats of 8 to 64 bits)",
        (false, _) => "F32 (or F64, F16, BF16)",
    };
    Err(TensorProblem::Type { path: path(), found, expected })
}

impl Tensor {
    /// The value of a counter.
    fn count(&self, source: &mut Source<'_>) -> Result<Result<i64, TensorProblem>, Error> {
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..self.element.bytes()];
        source.read(self.start, bytes)?;
        let path = || self.spec.path.to_owned();
        let count = self.element.count(bytes);
        Ok(count.map_err(|found| TensorProblem::Count { path: path(), found: found.to_string() }))
    }

    /// Reads all elements as floats.
    fn floats(
        &self,
        source: &mut Source<'_>,
        piece: &mut [u8],
        to: &mut [f32],
    ) -> Result<(), Error> {
        let width = self.element.bytes();
        let mut start = self.start;
        for to in to.chunks_mut(piece.len() / width) {
            let bytes = &mut piece[..to.len() * width];
            source.read(start, bytes)?;
            start += bytes.len() as u64;
            self.element.floats(bytes, to);
        }
        Ok(())
    }
}

/// Where the elements start, and what the header says about them. They lie one after the other and
/// are as many bytes as their types and dimensions ask for and as there are.
pub(super) fn header(source: &mut Source<'_>) -> Result<Header, Error> {
    let found = source.len()?;
    let origin = source.origin();
    let mut first = [0; FIRST];
    let first = &mut first[..found.min(FIRST as u64) as usize];
    source.read(0, first)?;
    // What is wrong with the bytes, unless they are those of another kind of file.
    let refuse = |found| {
        Err(match Kind::of(first) {
            Some(Kind { name, help }) => {
                Error::Weights { origin, found: name.to_owned(), help: Some(help) }
            }
            None => Error::Weights { origin, found, help: None },
        })
    };
    if found < 8 {
        return refuse(format!("{found} bytes, too few for the header's length of 8 bytes"));
    }
    let mut len = [0; 8];
    source.read(0, &mut len)?;
    let len = u64::from_le_bytes(len);
    if len > MOST_HEADER.min(found - 8) {
        return refuse(format!("{found} bytes that begin with a header's length of {len}"));
    }
    let mut before = vec![0; 8 + len as usize];
    source.read(0, &mut before)?;
    let metadata = match parse(&before[8..]) {
        Ok(metadata) => metadata,
        Err(what) => {
            let what = Name(&what);
            return refuse(format!("{found} bytes with a damaged header ({what})"));
        }
    };
    let start = 8 + len;
    let expected = start.saturating_add(metadata.data_len() as u64);
    if found != expected {
        let found = format!("{found} bytes where the header says {expected}");
        return Err(Error::Weights { origin: source.origin(), found, help: None });
    }
    Ok(Header { start, len: found, digest: digest(&before), metadata })
}

fn parse(text: &[u8]) -> Result<Metadata, String> {
    let text = std::str::from_utf8(text).map_err(|e| format!("invalid UTF-8 in header: {e}"))?;
    serde_json::from_str(text).map_err(|error| match error.line() {
        // The text is sound, but not what it says about the tensors.
        0 => error.to_string(),
        _ => format!("invalid JSON in header: {error}"),
    })
}
