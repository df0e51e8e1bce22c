//! What a file says of the tensors in it: the header of a safetensors file, or a manifest, which is one without
//! the tensors. Nothing else of a file is read, however large it is, but for its counters.

use cnn_ir::Element;
use cnn_ir::file::{FIRST, Kind, PACKED, digest};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// The longest header that is read, in bytes: room for ten times the tensors of the largest network.
const MOST_HEADER: u64 = 1 << 24;

/// What a file says of its tensors.
#[derive(Debug)]
pub(super) struct Header {
    /// Bytes of the file of weights.
    pub(super) len: u64,
    /// Where its elements start.
    pub(super) start: u64,
    /// Of all before them.
    pub(super) digest: u64,
    pub(super) tensors: BTreeMap<String, Tensor>,
    /// Its words about itself, with their texts.
    pub(super) about: BTreeMap<String, String>,
}

/// A tensor in a file.
#[derive(Debug)]
pub(super) struct Tensor {
    /// Its type as the file names it.
    pub(super) element: String,
    pub(super) dims: Vec<u64>,
    /// Its first byte, counted from the first element of the file.
    pub(super) start: u64,
    /// The byte after its last.
    end: u64,
}

/// Why there is no header, and what to do.
pub(super) type Refusal = String;

/// Opens what can be read to an end.
pub(super) fn open(path: &Path) -> Result<File, Refusal> {
    // A pipe would be waited for.
    let found = std::fs::metadata(path).map_err(|e| format!("cannot be read: {e}"))?;
    if !found.is_file() {
        let what = if found.is_dir() { "a folder" } else { "a pipe or a device" };
        return Err(format!("is {what}, but a file belongs here"));
    }
    File::open(path).map_err(|e| format!("cannot be read: {e}"))
}

/// Bytes of a file from some place on, at most so many.
pub(super) fn read(file: &mut File, at: u64, most: u64) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))
        .and_then(|_| file.take(most).read_to_end(&mut bytes))
        .map_err(|e| format!("cannot be read: {e}"))?;
    Ok(bytes)
}

/// The header of a safetensors file.
pub(super) fn of_weights(file: &mut File) -> Result<Header, Refusal> {
    let len = file.seek(SeekFrom::End(0)).map_err(|e| format!("cannot be read: {e}"))?;
    let first = read(file, 0, FIRST as u64)?;
    // What is wrong with the bytes, unless they are those of another kind of file.
    let refuse = |found: String| match Kind::of(&first) {
        Some(Kind { name, help }) => expected(name, Some(help)),
        None => expected(&found, None),
    };
    let Some((size, _)) = first.split_first_chunk() else {
        return Err(refuse(format!("{len} bytes, too few for the header's length of 8 bytes")));
    };
    let size = u64::from_le_bytes(*size);
    if size > len - 8 {
        return Err(refuse(format!("{len} bytes that begin with a header's length of {size}")));
    }
    if size > MOST_HEADER {
        return Err(refuse(format!("a header of {size} bytes, of which {MOST_HEADER} are read")));
    }
    let before = read(file, 0, 8 + size)?;
    let text = before.get(8..).unwrap_or_default();
    let damaged = |what: String| refuse(format!("{len} bytes with a damaged header ({what})"));
    let map = serde_json::from_slice(text).map_err(|e| damaged(e.to_string()))?;
    let mut header = parse(map).map_err(damaged)?;
    (header.start, header.digest) = (8 + size, digest(&before));
    if header.len.saturating_add(8 + size) != len {
        let said = header.len.saturating_add(8 + size);
        return Err(expected(&format!("{len} bytes where the header says {said}"), None));
    }
    header.len = len;
    Ok(header)
}

fn expected(found: &str, help: Option<&str>) -> Refusal {
    let help = help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    format!("is {found}, but a safetensors file belongs here{help}")
}

/// The header in a manifest.
pub(super) fn of_manifest(file: &mut File) -> Result<Header, Refusal> {
    let text = read(file, 0, MOST_HEADER + 1)?;
    let refuse = |what: &str| {
        format!(
            "is no manifest of a file of weights ({what})\nhelp: `cnn-zoo manifest weights.safetensors \
             --out FILE.json` writes one, and so does `Pretrained::open(path)?.manifest()?`"
        )
    };
    if text.len() as u64 > MOST_HEADER {
        return Err(refuse(&format!("it has more than {MOST_HEADER} bytes")));
    }
    let mut all: Map<String, Value> =
        serde_json::from_slice(&text).map_err(|e| refuse(&e.to_string()))?;
    if all.get("cnn_manifest").and_then(Value::as_u64) != Some(1) {
        return Err(refuse("found no `\"cnn_manifest\": 1`"));
    }
    let (len, digest) = (all.get("bytes"), all.get("digest").and_then(Value::as_str));
    let digest = digest.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let (Some(len), Some(digest)) = (len.and_then(Value::as_u64), digest) else {
        return Err(refuse("`bytes` is no number, or `digest` are no hexadecimal digits"));
    };
    let Some(Value::Object(header)) = all.remove("header") else {
        return Err(refuse("found no `header`"));
    };
    let mut header = parse(header).map_err(|what| refuse(&what))?;
    let Some(start) = len.checked_sub(header.len).filter(|start| *start >= 8) else {
        return Err(refuse(&format!("{len} bytes are too few for its tensors")));
    };
    (header.len, header.start, header.digest) = (len, start, digest);
    Ok(header)
}

/// The tensors and words of a header; its length is that of the elements.
fn parse(map: Map<String, Value>) -> Result<Header, String> {
    let mut header =
        Header { len: 0, start: 0, digest: 0, tensors: BTreeMap::new(), about: BTreeMap::new() };
    for (name, value) in map {
        if name == "__metadata__" {
            let words = value.as_object().ok_or("`__metadata__` is no object")?;
            for (word, text) in words {
                let text = text.as_str().ok_or("a word of `__metadata__` is no text")?;
                header.about.insert(word.clone(), text.to_owned());
            }
            continue;
        }
        let found = tensor(&value).ok_or_else(|| format!("`{}` is no tensor", shown(&name)))?;
        header.tensors.insert(name, found);
    }
    // They lie one after the other.
    let mut tensors: Vec<_> = header.tensors.iter().collect();
    tensors.sort_by_key(|(_, tensor)| (tensor.start, tensor.end));
    for (name, tensor) in tensors {
        let bytes = tensor.bytes().unwrap_or(Some(tensor.end.wrapping_sub(tensor.start)));
        if tensor.start != header.len
            || tensor.start.checked_add(bytes.unwrap_or(u64::MAX)) != Some(tensor.end)
        {
            return Err(format!(
                "the place of `{}` does not fit its shape and the others",
                shown(name)
            ));
        }
        header.len = tensor.end;
    }
    Ok(header)
}

fn tensor(value: &Value) -> Option<Tensor> {
    let element = value.get("dtype")?.as_str()?.to_owned();
    let dims = value.get("shape")?.as_array()?.iter().map(Value::as_u64).collect::<Option<_>>()?;
    let [start, end] = value.get("data_offsets")?.as_array()?.as_slice() else { return None };
    Some(Tensor { element, dims, start: start.as_u64()?, end: end.as_u64()? })
}

impl Header {
    /// What is packed ahead: how, and first byte and floats of each.
    pub(super) fn packed(&self) -> Option<(u64, Vec<(u64, u64)>)> {
        let how = u64::from_str_radix(self.about.get("cnn_packed")?, 16).ok()?;
        let packed = (0..).map_while(|i| match self.tensors.get(&format!("{PACKED}{i}"))? {
            Tensor { element, dims, start, .. } if element == Element::F32.name() => {
                Some((self.start + start, *dims.first()?))
            }
            _ => None,
        });
        Some((how, packed.collect()))
    }
}

impl Tensor {
    /// How many bytes its elements are, if their type is known; none if that overflows.
    fn bytes(&self) -> Option<Option<u64>> {
        let each = Element::named(&self.element)?.bytes() as u64;
        Some(self.dims.iter().try_fold(each, |bytes, dim| bytes.checked_mul(*dim)))
    }
}

/// A name that a file gave: without control characters, which a terminal would obey, and cut where it goes on
/// for long.
pub(super) fn shown(name: &str) -> String {
    const SHOWN: usize = 80;
    let mut text: String = name.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if name.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}
