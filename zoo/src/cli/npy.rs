//! NumPy's files of one array: `\x93NUMPY`, the format's version, the length of a header, the header – the
//! text of a Python dictionary with the type, the order and the dimensions – and the elements.
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use super::Result;
use cnn::ndarray::{ArrayD, IxDyn, ShapeBuilder};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header, in bytes; NumPy itself reads a sixth of that.
const MOST_HEADER: u64 = 1 << 16;
/// The most dimensions that NumPy knows.
const MOST_DIMENSIONS: usize = 64;

/// The array in a file, whose elements are f32. What the header says is compared with the file's length
/// before there is memory for it.
pub(super) fn read(path: &Path) -> Result<ArrayD<f32>> {
    elements(path).map_err(|what| format!("{}: {what}", path.display()).into())
}

fn elements(path: &Path) -> std::result::Result<ArrayD<f32>, String> {
    let io = |error: io::Error| format!("cannot read: {error}");
    // A pipe would be waited for, and a device may have no end.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err("found a folder, pipe or device, expected a file".to_owned());
    }
    let mut file = File::open(path).map_err(io)?;
    let found = file.metadata().map_err(io)?.len();
    let (header, start) = header(&mut file, found)?;
    let Header { swapped, fortran, dims } = parse(&header)?;
    let expected = dims.iter().try_fold(4u64, |product, &d| product.checked_mul(d as u64));
    let shown = super::dims(&dims);
    let expected = expected
        .and_then(|bytes| bytes.checked_add(start))
        .ok_or_else(|| format!("the header's dimensions {shown} overflow"))?;
    if found != expected {
        return Err(format!(
            "found {found} bytes, expected {expected} as its dimensions {shown} say"
        ));
    }
    let mut elements: Vec<f32> = Vec::new();
    let count = usize::try_from((expected - start) / 4).unwrap_or(usize::MAX);
    elements.try_reserve_exact(count).map_err(|error| format!("{count} elements: {error}"))?;
    let mut piece = [0; 1 << 14];
    while elements.len() < count {
        let bytes = piece.len().min((count - elements.len()) * 4);
        file.read_exact(&mut piece[..bytes]).map_err(io)?;
        let number = if swapped { f32::from_be_bytes } else { f32::from_le_bytes };
        elements.extend(piece[..bytes].as_chunks().0.iter().copied().map(number));
    }
    // Dimensions of which one is zero may multiply to nothing and yet be too large to address.
    ArrayD::from_shape_vec(IxDyn(&dims).set_f(fortran), elements)
        .map_err(|error| format!("dimensions {shown}: {error}"))
}

/// The header's text, and where the elements start.
fn header(file: &mut File, found: u64) -> std::result::Result<(String, u64), String> {
    let mut start = Vec::new();
    file.take(12).read_to_end(&mut start).map_err(|error| format!("cannot read: {error}"))?;
    if !start.starts_with(MAGIC) {
        return Err("found a file of another kind, expected a NumPy array (.npy)".to_owned());
    }
    let (len, mut text, begin) = match start[MAGIC.len()..] {
        [1, _, a, b, ref rest @ ..] => (u16::from_le_bytes([a, b]).into(), rest.to_vec(), 10),
        [2 | 3, _, a, b, c, d] => (u32::from_le_bytes([a, b, c, d]), Vec::new(), 12),
        [version @ (1..=3), ..] => {
            return Err(format!("found {found} bytes, too few for a header of version {version}"));
        }
        [version, ..] => return Err(format!("found the version {version}, expected 1, 2 or 3")),
        [] => return Err(format!("found {found} bytes, too few for a header")),
    };
    let len = u64::from(len);
    if len > MOST_HEADER || begin + len > found {
        return Err(format!("found a header of {len} bytes in a file of {found}"));
    }
    text.truncate(len as usize);
    file.take(len - text.len() as u64)
        .read_to_end(&mut text)
        .map_err(|error| format!("cannot read: {error}"))?;
    let text = String::from_utf8(text).map_err(|_| "found a header that is no text".to_owned())?;
    Ok((text, begin + len))
}

struct Header {
    /// Whether the most significant byte comes first.
    swapped: bool,
    /// Whether the first dimension is the fastest.
    fortran: bool,
    dims: Vec<usize>,
}

/// `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 8, 8), }`, in any order.
fn parse(header: &str) -> std::result::Result<Header, String> {
    let damaged = || {
        let start: String = header.chars().take(60).collect();
        format!("found a damaged header, {start:?}")
    };
    let (mut swapped, mut fortran, mut dims) = (None, None, None);
    let mut rest =
        header.trim().strip_prefix('{').and_then(|h| h.strip_suffix('}')).ok_or_else(damaged)?;
    while !rest.trim().is_empty() {
        let (key, value) = rest.split_once(':').ok_or_else(damaged)?;
        let value = value.trim_start();
        // A value ends with the next comma that is in no parentheses.
        let close = if value.starts_with('(') { value.find(')').ok_or_else(damaged)? } else { 0 };
        let end = value[close..].find(',').map_or(value.len(), |at| close + at);
        rest = value.get(end + 1..).unwrap_or("");
        let value = value[..end].trim();
        match unquoted(key.trim()).ok_or_else(damaged)? {
            "descr" => {
                swapped = Some(match unquoted(value) {
                    Some("<f4") => false,
                    Some(">f4") => true,
                    _ => {
                        let shown: String = value.chars().take(20).collect();
                        return Err(format!(
                            "found elements of type {shown:?}, expected a NumPy array of type float32, `<f4`"
                        ));
                    }
                });
            }
            "fortran_order" => {
                fortran = Some(match value {
                    "True" => true,
                    "False" => false,
                    _ => return Err(damaged()),
                });
            }
            "shape" => dims = Some(tuple(value).ok_or_else(damaged)?),
            _ => return Err(damaged()),
        }
    }
    match (swapped, fortran, dims) {
        (Some(swapped), Some(fortran), Some(dims)) => Ok(Header { swapped, fortran, dims }),
        _ => Err(damaged()),
    }
}

fn unquoted(text: &str) -> Option<&str> {
    let quoted = |quote| text.strip_prefix(quote).and_then(|t: &str| t.strip_suffix(quote));
    quoted('\'').or_else(|| quoted('"'))
}

/// `(1, 3, 8, 8)`, `(5,)` or `()`.
fn tuple(text: &str) -> Option<Vec<usize>> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?.trim();
    let inner = inner.strip_suffix(',').unwrap_or(inner);
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let dims =
        inner.split(',').map(|d| d.trim().parse()).collect::<std::result::Result<Vec<_>, _>>();
    dims.ok().filter(|dims| dims.len() <= MOST_DIMENSIONS)
}

/// Writes an array of f32, its last dimension the fastest.
pub(super) fn write(path: &Path, array: &ArrayD<f32>) -> io::Result<()> {
    let dims: String = array.shape().iter().map(|d| format!("{d}, ")).collect();
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", dims.trim_end());
    // The elements are aligned to 64 bytes, and the header ends a line.
    let start = (MAGIC.len() + 4 + header.len() + 1).next_multiple_of(64);
    header.extend(std::iter::repeat_n(' ', start - MAGIC.len() - 4 - header.len() - 1));
    header.push('\n');
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    file.write_all(&(header.len() as u16).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    for element in array {
        file.write_all(&element.to_le_bytes())?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
