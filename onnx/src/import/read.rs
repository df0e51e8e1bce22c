//! Files → messages, with what they may not do: lie about sizes, and read outside their folder.

use super::network::Problem;
use super::value::{Constant, FEW, MOST_ELEMENTS, elements};
use super::view::Num;
use crate::proto::{ModelProto, TensorProto, element};
use crate::recipe::{MOST_AXES, Step};
use bytes::Bytes;
use cnn_ir::Element;
use prost::Message;
use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

/// The most nodes of a file.
pub const MOST_NODES: usize = 50_000;
/// The most messages, names and lists of a file.
const MOST_PARTS: usize = 1 << 21;
/// The most bytes of a file that holds messages: what the format's own lengths count.
const MOST_BYTES: u64 = 1 << 31;
/// The most bytes of all files in which a file's numbers lie.
const MOST_OUTSIDE: u64 = 1 << 36;
/// The most numbers of a recipe that is followed while nodes are read.
const MOST_FOLLOWED: usize = 1 << 16;
/// The oldest and the newest version of the operators that are known.
const OPSETS: std::ops::RangeInclusive<i64> = 1..=28;

/// The names of the format's element types, by their numbers.
pub const ELEMENTS: [&str; 17] = [
    "undefined",
    "float",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "string",
    "bool",
    "float16",
    "double",
    "uint32",
    "uint64",
    "complex64",
    "complex128",
    "bfloat16",
];

/// A file and those in which its numbers lie.
pub(crate) struct File {
    pub model: ModelProto,
    pub opset: i64,
    folder: PathBuf,
    files: RefCell<Vec<Read>>,
}

/// A file that has been read.
struct Read {
    path: PathBuf,
    /// The same without links.
    real: PathBuf,
    bytes: Bytes,
}

impl File {
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        let bytes = whole(path, MOST_BYTES)
            .map_err(|reason| Problem::of_file(format!("{} {reason}", path.display())))?;
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
        Self::of(Bytes::from(bytes), path.to_owned(), folder)
    }

    fn of(bytes: Bytes, path: PathBuf, folder: PathBuf) -> Result<Self, Problem> {
        if let Some(kind) = other_kind(&bytes) {
            return Err(Problem::of_file(format!("this is {kind}, not an ONNX file")));
        }
        if !has_few_parts(&bytes) {
            let text = format!(
                "the file holds more than {MOST_PARTS} nodes, attributes, names and other parts"
            );
            return Err(Problem::of_file(text));
        }
        let model = ModelProto::decode(bytes.clone())
            .map_err(|e| Problem::of_file(format!("this is no whole ONNX file: {e}")))?;
        let nodes = model.graph.as_ref().map_or(0, |g| g.node.len());
        if nodes > MOST_NODES {
            let text =
                format!("the file has {nodes} nodes; {MOST_NODES} are the most there may be");
            return Err(Problem::of_file(text));
        }
        if model.graph.as_ref().is_none_or(|g| g.node.is_empty() && g.output.is_empty()) {
            return Err(Problem::of_file("the file holds no graph: this is no ONNX file"));
        }
        let own = |domain: &str| domain.is_empty() || domain == "ai.onnx";
        let opset = model.opset_import.iter().find(|o| own(&o.domain)).map(|o| o.version);
        let opset = opset.unwrap_or(1);
        if !OPSETS.contains(&opset) {
            let text = format!(
                "the file uses version {opset} of the operators; {} to {} are known",
                OPSETS.start(),
                OPSETS.end()
            );
            return Err(Problem::of_file(text));
        }
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        Ok(Self { model, opset, folder, files: RefCell::new(vec![Read { path, real, bytes }]) })
    }

    /// The files that have been read.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.files.borrow().iter().map(|file| file.path.clone()).collect()
    }

    /// The bytes of all files that have been read.
    pub(crate) fn bytes(&self) -> usize {
        self.files.borrow().iter().map(|file| file.bytes.len()).sum()
    }

    /// What a recipe gives, if it is of few numbers.
    pub(crate) fn follow(&self, steps: &[Step]) -> Option<Vec<f32>> {
        let files = self.files.borrow();
        let files: Vec<&[u8]> = files.iter().map(|file| file.bytes.as_ref()).collect();
        let few = crate::recipe::count(steps) <= FEW
            && (1..steps.len()).all(|end| crate::recipe::count(&steps[..end]) <= MOST_FOLLOWED);
        few.then(|| crate::recipe::follow(steps, &files))?
    }

    /// A tensor of the file as a constant.
    pub(crate) fn constant(&self, tensor: &TensorProto) -> Result<Constant, String> {
        let dims = tensor.dims.iter().map(|&n| usize::try_from(n).ok());
        let dims: Option<Vec<usize>> = dims.collect();
        if tensor.dims.len() > MOST_AXES {
            return Err(format!("it has {} axes; {MOST_AXES} are the most", tensor.dims.len()));
        }
        let Some(dims) = dims.filter(|dims| elements(dims).is_some()) else {
            return Err(format!(
                "its shape is {:?}: lengths must not be negative, and their product at most {MOST_ELEMENTS}",
                tensor.dims
            ));
        };
        let count: usize = dims.iter().product();
        let (kind, whole) = match tensor.data_type {
            element::FLOAT => (Element::F32, false),
            element::DOUBLE => (Element::F64, false),
            element::FLOAT16 => (Element::F16, false),
            element::BFLOAT16 => (Element::BF16, false),
            element::INT64 => (Element::I64, true),
            element::INT32 => (Element::I32, true),
            element::UINT8 | element::BOOL => (Element::U8, true),
            element::INT8 => (Element::I8, true),
            other => {
                let name = usize::try_from(other).ok().and_then(|n| ELEMENTS.get(n));
                return Err(format!("its numbers are of type {}", name.unwrap_or(&"unknown")));
            }
        };
        let raw = self.raw(tensor, kind)?;
        let Some((file, offset, bytes)) = raw else {
            // Small numbers in fields of their own, each of its own length.
            let field = match tensor.data_type {
                element::INT64 => &tensor.int64_data,
                _ => &tensor.int32_data,
            };
            let ints = varints(field, count.min(FEW)).filter(|ints| ints.len() == count && whole);
            let ints = ints.ok_or_else(|| format!("it lacks its {count} numbers"))?;
            return Ok(Constant {
                dims,
                steps: Constant::of_ints(ints.clone(), false).steps,
                ints: Some(ints),
            });
        };
        if bytes.len() != count * kind.bytes() {
            return Err(format!(
                "its shape {dims:?} takes {} bytes, but the file has {}",
                count * kind.bytes(),
                bytes.len()
            ));
        }
        let steps = vec![Step::Stored { file, offset, kind, count }];
        let ints = (whole && count <= FEW).then(|| {
            bytes.chunks_exact(kind.bytes()).map(|b| Num::Int(whole_number(b, kind))).collect()
        });
        Ok(Constant { dims, steps: Some(steps), ints })
    }

    /// Where the bytes of a tensor lie: the file, the place there, and they themselves.
    fn raw(
        &self,
        tensor: &TensorProto,
        kind: Element,
    ) -> Result<Option<(usize, usize, Bytes)>, String> {
        if tensor.data_location == 1 || !tensor.external_data.is_empty() {
            return self.external(tensor).map(Some);
        }
        let field = match kind {
            _ if !tensor.raw_data.is_empty() => &tensor.raw_data,
            Element::F32 => &tensor.float_data,
            Element::F64 => &tensor.double_data,
            // Each in an int32 of its own, written in one to three bytes.
            Element::F16 | Element::BF16 if !tensor.int32_data.is_empty() => {
                return Err("its half-precision numbers are not stored raw".to_owned());
            }
            _ if tensor.dims.contains(&0) => &tensor.raw_data,
            _ => return Ok(None),
        };
        let files = self.files.borrow();
        let all = &files[0].bytes;
        let offset = (field.as_ptr() as usize).wrapping_sub(all.as_ptr() as usize);
        let offset = if field.is_empty() { 0 } else { offset };
        if offset.checked_add(field.len()).is_none_or(|end| end > all.len()) {
            return Err("its numbers do not lie in the file in one piece".to_owned());
        }
        Ok(Some((0, offset, field.clone())))
    }

    fn external(&self, tensor: &TensorProto) -> Result<(usize, usize, Bytes), String> {
        let entry = |key: &str| {
            tensor.external_data.iter().find(|e| e.key == key).map(|e| e.value.as_str())
        };
        let location = entry("location").ok_or("its numbers lie in a file that it doesn't name")?;
        let relative = Path::new(location);
        let inside =
            relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        let outside = || format!("its numbers lie in `{location}`, outside the file's folder");
        if !inside {
            return Err(outside());
        }
        let path = self.folder.join(relative);
        let bad = |e| format!("its numbers lie in `{location}`, which {e}");
        // Nothing is opened before it is known where all links lead to.
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder };
        let real =
            |path: &Path| path.canonicalize().map_err(|e| bad(format!("can't be read: {e}")));
        let (folder, real) = (real(folder)?, real(&path)?);
        if !real.starts_with(folder) {
            return Err(outside());
        }
        let known = self.files.borrow().iter().position(|file| file.real == real);
        let index = match known {
            Some(index) => index,
            None => {
                let left = MOST_OUTSIDE.saturating_sub(self.bytes() as u64);
                let bytes = whole(&real, left).map_err(bad)?;
                self.files.borrow_mut().push(Read { path, real, bytes: Bytes::from(bytes) });
                self.files.borrow().len() - 1
            }
        };
        let number = |key: &str| entry(key).map(str::parse::<usize>).transpose();
        let bad = |_| "its place in another file is no number".to_owned();
        let offset = number("offset").map_err(bad)?.unwrap_or(0);
        let all = self.files.borrow()[index].bytes.clone();
        let length = number("length").map_err(bad)?.unwrap_or(all.len().saturating_sub(offset));
        match offset.checked_add(length).filter(|&end| end <= all.len()) {
            Some(end) => Ok((index, offset, all.slice(offset..end))),
            None => Err(format!(
                "its numbers are bytes {offset} to {} of `{location}`, which has {}",
                offset as u128 + length as u128,
                all.len()
            )),
        }
    }
}

/// Messages of the format that hold others.
#[derive(Clone, Copy)]
enum Holder {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Info,
    Sparse,
    Nothing,
}

impl Holder {
    /// The message that a field of it is.
    fn field(self, number: u64) -> Self {
        match (self, number) {
            (Self::Model, 7) | (Self::Attribute, 6) => Self::Graph,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph, 5) | (Self::Attribute, 5) => Self::Tensor,
            (Self::Graph, 11..=13) | (Self::Info, 1..=2) => Self::Info,
            (Self::Node, 5) => Self::Attribute,
            (Self::Graph, 15) => Self::Sparse,
            (Self::Sparse, 1) => Self::Tensor,
            _ => Self::Nothing,
        }
    }
}

/// Whether the parts of a file are few enough to be held in memory, where an empty one of two bytes takes hundreds.
fn has_few_parts(bytes: &[u8]) -> bool {
    let (mut left, mut parts) = (vec![(bytes, Holder::Model)], 0);
    while let Some((mut rest, holder)) = left.pop() {
        // What is no field is left to whoever reads it in earnest.
        while let Some(key) = varint(&mut rest) {
            let length = match key & 7 {
                0 => varint(&mut rest).map(|_| 0),
                1 => Some(8),
                2 => varint(&mut rest).and_then(|n| usize::try_from(n).ok()),
                5 => Some(4),
                _ => None,
            };
            let Some((part, after)) = length.and_then(|n| rest.split_at_checked(n)) else { break };
            rest = after;
            if key & 7 == 2 {
                parts += 1;
                if parts > MOST_PARTS {
                    return false;
                }
                match holder.field(key >> 3) {
                    Holder::Nothing => {}
                    inner => left.push((part, inner)),
                }
            }
        }
    }
    true
}

/// The bytes of what must be a file: pipes and devices might never end.
fn whole(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let unread = |e: std::io::Error| format!("can't be read: {e}");
    let found = path.metadata().map_err(unread)?;
    if !found.is_file() {
        return Err("is no file".to_owned());
    }
    if found.len() > most {
        return Err(format!("has {} bytes; {most} are the most there may be", found.len()));
    }
    std::fs::read(path).map_err(unread)
}

fn whole_number(bytes: &[u8], kind: Element) -> i64 {
    match (kind, bytes) {
        (Element::I8, &[b]) => i64::from(b as i8),
        (Element::I32, &[a, b, c, d]) => i64::from(i32::from_le_bytes([a, b, c, d])),
        (Element::I64, &[a, b, c, d, e, f, g, h]) => i64::from_le_bytes([a, b, c, d, e, f, g, h]),
        (_, bytes) => i64::from(bytes.first().copied().unwrap_or(0)),
    }
}

/// At most that many integers of variable length; none if there are more or a part of one.
fn varints(mut field: &[u8], most: usize) -> Option<Vec<Num>> {
    let mut numbers = Vec::new();
    while !field.is_empty() && numbers.len() < most {
        numbers.push(Num::Int(varint(&mut field)? as i64));
    }
    field.is_empty().then_some(numbers)
}

fn varint(field: &mut &[u8]) -> Option<u64> {
    prost::encoding::decode_varint(field).ok()
}

fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [] => Some("an empty file"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive, such as PyTorch's `.pt` or NumPy's `.npz`"),
        [0x80, 2..=5, ..] => Some("a Python pickle"),
        [0x89, b'H', b'D', b'F', ..] => Some("an HDF5 file"),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some("a NumPy file"),
        [_, _, _, _, _, _, _, _, b'{', ..] => Some("a safetensors file"),
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => Some("a TensorFlow Lite file"),
        _ if bytes.starts_with(b"version https://git-lfs") => {
            Some("a pointer of Git LFS: the file itself has not been fetched")
        }
        _ => None,
    }
}
