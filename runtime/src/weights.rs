//! Weights files: safetensors with the names and layouts of a PyTorch `state_dict`.
//!
//! The format: eight bytes with the length of a JSON header, the header (name, element type,
//! dimensions and byte range of each tensor), the elements, little-endian.
//! <https://github.com/huggingface/safetensors>

use crate::error::{Error, Origin, TensorProblem, similar};
use crate::network::{Network, Role, TensorSpec};
use crate::params::Params;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// Reads the parameters of an `N` from a file.
///
/// Floats may be stored as F32, F64, F16 or BF16; counters as I64 or I32.
///
/// # Errors
/// The file cannot be read, is no safetensors file, or its tensors are not exactly the network's:
/// all tensors that are missing, surplus, misshapen or of another type are in the one error.
pub fn load<N: Network>(path: &Path) -> Result<Params, Error> {
    let bytes = std::fs::read(path).map_err(Error::io(path, "read"))?;
    parse::<N>(&bytes, path.into())
}

/// As [`load`], from the bytes of a file.
///
/// # Errors
/// As [`load`].
pub fn from_bytes<N: Network>(bytes: &[u8]) -> Result<Params, Error> {
    parse::<N>(bytes, Origin::Memory("weights in memory"))
}

/// Writes the parameters to a file. A file that is there is replaced in one step once the new one
/// is complete on the disk; if anything fails before, it stays as it was.
///
/// # Errors
/// The folder or the file cannot be written.
pub fn save(params: &Params, path: &Path) -> Result<(), Error> {
    let bytes = to_bytes(params);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = || Error::io(path, "write");
    let mut file = temporary(folder).map_err(failed())?;
    file.write_all(&bytes).map_err(failed())?;
    file.as_file().sync_all().map_err(failed())?;
    file.persist(path).map_err(|e| failed()(e.error))?;
    // The new name is durable once the folder is; not every system can sync a folder.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A temporary file in `folder`, with the permissions of an ordinary new file.
fn temporary(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".partial");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// The bytes of a weights file.
pub fn to_bytes(params: &Params) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        params.specs().iter().map(|spec| little_endian(params, spec)).collect();
    let tensors = params.specs().iter().zip(&bytes).map(|(spec, bytes)| {
        let dtype = match spec.role {
            Role::Counter => Dtype::I64,
            Role::Trainable | Role::Buffer => Dtype::F32,
        };
        match TensorView::new(dtype, spec.dims.to_vec(), bytes) {
            Ok(view) => (spec.path, view),
            Err(error) => unreachable!("a tensor's bytes are its elements': {error}"),
        }
    });
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    match safetensors::serialize(tensors, Some(metadata)) {
        Ok(file) => file,
        Err(error) => unreachable!("plain tensors can be serialised: {error}"),
    }
}

fn little_endian(params: &Params, spec: &TensorSpec) -> Vec<u8> {
    match spec.role {
        Role::Counter => params.counters()[spec.offset].to_le_bytes().to_vec(),
        Role::Trainable | Role::Buffer => {
            params.slice(spec).iter().flat_map(|x| x.to_le_bytes()).collect()
        }
    }
}

fn parse<N: Network>(bytes: &[u8], origin: Origin) -> Result<Params, Error> {
    let file = match SafeTensors::deserialize(bytes) {
        Ok(file) => file,
        Err(error) => {
            return Err(Error::Weights { origin, found: describe(bytes, &error) });
        }
    };
    let mut params = Params::blank::<N>();
    let mut problems = Vec::new();
    let mut missing = Vec::new();
    for spec in N::TENSORS {
        match file.tensor(spec.path) {
            Ok(tensor) => problems.extend(read(&mut params, spec, &tensor).err()),
            Err(_) => missing.push(spec),
        }
    }
    problems.extend(missing.iter().map(|spec| TensorProblem::Missing {
        path: spec.path.to_owned(),
        expected: spec.dims.to_vec(),
    }));
    let mut surplus: Vec<_> =
        file.iter().filter(|(name, _)| N::TENSORS.iter().all(|spec| spec.path != *name)).collect();
    surplus.sort_unstable_by_key(|&(name, _)| name);
    problems.extend(surplus.into_iter().map(|(name, tensor)| TensorProblem::Surplus {
        path: name.to_owned(),
        found: tensor.shape().to_vec(),
        similar: similar(name, missing.iter().map(|spec| spec.path)),
    }));
    if problems.is_empty() {
        return Ok(params);
    }
    Err(Error::Tensors { origin, network: N::NAME, tensors: N::TENSORS.len(), problems })
}

/// Copies one tensor of the file to its place.
fn read(
    params: &mut Params,
    spec: &TensorSpec,
    tensor: &TensorView<'_>,
) -> Result<(), TensorProblem> {
    let path = || spec.path.to_owned();
    // A counter saved as a tensor of one element is as good as a scalar.
    let one = spec.role == Role::Counter && tensor.shape() == [1];
    if tensor.shape() != spec.dims && !one {
        let (found, expected) = (tensor.shape().to_vec(), spec.dims.to_vec());
        return Err(TensorProblem::Shape { path: path(), found, expected });
    }
    let data = tensor.data();
    let wrong_type = |expected| {
        Err(TensorProblem::Type { path: path(), found: format!("{:?}", tensor.dtype()), expected })
    };
    if spec.role == Role::Counter {
        let count = match tensor.dtype() {
            Dtype::I64 => numbers(data, i64::from_le_bytes).next(),
            Dtype::I32 => numbers(data, i32::from_le_bytes).next().map(i64::from),
            _ => return wrong_type("I64"),
        };
        return match count {
            Some(count) if count >= 0 => {
                params.counters_mut()[spec.offset] = count;
                Ok(())
            }
            other => {
                let found = other.map_or("nothing".to_owned(), |count| count.to_string());
                Err(TensorProblem::Count { path: path(), found })
            }
        };
    }
    let to = params.slice_mut(spec);
    match tensor.dtype() {
        Dtype::F32 => fill(to, numbers(data, f32::from_le_bytes)),
        Dtype::F64 => fill(to, numbers(data, f64::from_le_bytes).map(|x| x as f32)),
        Dtype::BF16 => {
            fill(to, numbers(data, u16::from_le_bytes).map(|b| f32::from_bits(u32::from(b) << 16)))
        }
        Dtype::F16 => fill(to, numbers(data, u16::from_le_bytes).map(half)),
        _ => return wrong_type("F32 (or F64, F16, BF16)"),
    }
    Ok(())
}

/// The numbers of `K` bytes each.
fn numbers<const K: usize, T>(bytes: &[u8], parse: fn([u8; K]) -> T) -> impl Iterator<Item = T> {
    bytes.as_chunks::<K>().0.iter().map(move |&chunk| parse(chunk))
}

fn fill(to: &mut [f32], from: impl Iterator<Item = f32>) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = from;
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

/// What a file that is no safetensors file is, as far as one can tell.
fn describe(bytes: &[u8], error: &SafeTensorError) -> String {
    let found = bytes.len();
    let Some(&header) = bytes.first_chunk() else {
        return format!("{found} bytes, too few for the header's length of 8 bytes");
    };
    let header = u64::from_le_bytes(header);
    match error {
        SafeTensorError::InvalidHeaderLength | SafeTensorError::HeaderTooLarge => {
            format!("{found} bytes that begin with a header's length of {header}")
        }
        SafeTensorError::MetadataIncompleteBuffer => match claim(bytes, header) {
            Some(expected) => format!("{found} bytes where the header says {expected}"),
            None => format!("{found} bytes where the header says another number"),
        },
        other => format!("{found} bytes with a damaged header ({other})"),
    }
}

/// The length that the header gives the whole file.
fn claim(bytes: &[u8], header: u64) -> Option<u64> {
    let start = usize::try_from(header).ok()?.checked_add(8)?;
    let text = std::str::from_utf8(bytes.get(8..start)?).ok()?;
    let ends = text.split("\"data_offsets\"").skip(1).filter_map(|rest| {
        let numbers = rest.split_once('[')?.1.split_once(']')?.0;
        numbers.split_once(',')?.1.trim().parse::<u64>().ok()
    });
    ends.max()?.checked_add(start as u64)
}
