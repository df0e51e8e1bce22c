//! NumPy's array files: a magic number, a version, a header that is a Python dictionary, the
//! elements. <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use std::error::Error;
use std::path::Path;

/// A little-endian number of `K` bytes that NumPy writes as `DESCR`.
pub(crate) trait Element<const K: usize>: Sized {
    const DESCR: &'static str;

    fn from_bytes(bytes: [u8; K]) -> Self;
}

impl Element<4> for f32 {
    const DESCR: &'static str = "'<f4'";

    fn from_bytes(bytes: [u8; 4]) -> Self {
        Self::from_le_bytes(bytes)
    }
}

impl Element<8> for i64 {
    const DESCR: &'static str = "'<i8'";

    fn from_bytes(bytes: [u8; 8]) -> Self {
        Self::from_le_bytes(bytes)
    }
}

/// The dimensions and elements of an array in C order.
pub(crate) fn read<T: Element<K>, const K: usize>(
    path: &Path,
) -> Result<(Vec<usize>, Vec<T>), Box<dyn Error>> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    parse(&bytes).map_err(|e| format!("{}: {e}", path.display()).into())
}

fn parse<T: Element<K>, const K: usize>(bytes: &[u8]) -> Result<(Vec<usize>, Vec<T>), String> {
    let (header, data) = split(bytes).ok_or("found no complete NumPy header, expected one")?;
    let dims = dims(header, T::DESCR).ok_or_else(|| {
        let (header, descr) = (header.trim_end(), T::DESCR);
        format!("found the header {header}, expected the type {descr} in C order and a shape")
    })?;
    let elements = dims.iter().try_fold(1, |n: usize, &d| n.checked_mul(d));
    let (numbers, rest) = data.as_chunks::<K>();
    if elements != Some(numbers.len()) || !rest.is_empty() {
        return Err(format!("found {} bytes of elements for the shape {dims:?}", data.len()));
    }
    Ok((dims, numbers.iter().map(|&number| T::from_bytes(number)).collect()))
}

/// The header's text and the bytes after it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (&version, rest) = bytes.strip_prefix(b"\x93NUMPY")?.split_first_chunk::<2>()?;
    let (len, rest) = match version {
        [1, _] => {
            let (&len, rest) = rest.split_first_chunk()?;
            (u16::from_le_bytes(len).into(), rest)
        }
        _ => {
            let (&len, rest) = rest.split_first_chunk()?;
            (u32::from_le_bytes(len), rest)
        }
    };
    let (header, data) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The dimensions, if the elements are of that type and in C order.
fn dims(header: &str, descr: &str) -> Option<Vec<usize>> {
    let value = |key| Some(header.split_once(key)?.1.trim_start());
    if !value("'descr':")?.starts_with(descr) || !value("'fortran_order':")?.starts_with("False") {
        return None;
    }
    let (shape, _) = value("'shape':")?.strip_prefix('(')?.split_once(')')?;
    let dims = shape.split(',').map(str::trim).filter(|dim| !dim.is_empty());
    dims.map(|dim| dim.parse().ok()).collect()
}
