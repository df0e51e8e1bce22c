//! Weights files: safetensors with the names and layouts of a PyTorch `state_dict`.
//!
//! The format: eight bytes with the length of a JSON header, the header (name, element type,
//! dimensions and byte range of each tensor), the elements, little-endian.
//! <https://github.com/huggingface/safetensors>
//!
//! Files are read and written a piece at a time, so that memory holds the parameters once.

mod about;
#[cfg(feature = "train")]
mod bundle;
mod manifest;
mod order;
mod partial;
mod pretrained;
mod read;
mod write;

use crate::error::Error;
use crate::params::Params;
use crate::program::Program;
use crate::{file, pack};
#[cfg(feature = "train")]
pub(crate) use bundle::Bundle;
use cnn_ir::file::PACKED;
#[doc(hidden)]
pub use manifest::Manifest;
use partial::Partial;
pub use pretrained::{LoadReport, Pretrained, Taken};
use read::{Header, Source};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
pub(crate) use write::Elements;
pub(crate) use write::Entry;
#[cfg(feature = "train")]
pub(crate) use write::entries;

/// Bytes that are read or written at a time.
const PIECE: usize = 1 << 16;

/// Reads the parameters of an `N` from a file.
///
/// Floats may be stored as F32, F64, F16 or BF16. Counters may have any type, and may be missing: then
/// they are 0.
///
/// # Errors
/// The file cannot be read, is a pipe or a device, is no safetensors file, or its tensors are not
/// exactly the network's: all tensors that are missing, surplus, misshapen or of another type are in the
/// one error. Of a file of another kind that is often taken for one of weights, the error says which it
/// is and what to do.
pub fn load<N: Program>(path: &Path) -> Result<Params, Error> {
    let (file, _) = file::open(path)?;
    parse::<N>(&mut Source::File(file, path.to_owned()))
}

/// As [`load`], from the bytes of a file.
///
/// # Errors
/// As [`load`].
pub fn from_bytes<N: Program>(bytes: &[u8]) -> Result<Params, Error> {
    parse::<N>(&mut Source::Memory(bytes))
}

/// As [`load`], of the file that a manifest is of, which was compared with the network while it was compiled.
///
/// # Errors
/// As [`load`], or it is another file.
#[doc(hidden)]
pub fn load_checked<N: Program>(path: &Path, manifest: &Manifest) -> Result<Params, Error> {
    let (file, _) = file::open(path)?;
    let mut source = Source::File(file, path.to_owned());
    let header = read::header(&mut source)?;
    manifest.check(&header, path)?;
    read_all::<N>(&mut source, &header)
}

fn parse<N: Program>(source: &mut Source<'_>) -> Result<Params, Error> {
    let header = read::header(source)?;
    read_all::<N>(source, &header)
}

fn read_all<N: Program>(source: &mut Source<'_>, header: &Header) -> Result<Params, Error> {
    let tensors = read::check(source, header, N::NAME, N::TENSORS)?;
    let normalization = about::normalization(header, source.origin())?;
    let mut params = Params::blank::<N>()?;
    if let Some(normalization) = normalization {
        let channels = N::INPUTS[0].channels();
        about::check(&normalization, channels, source.origin())?;
        params.keep_normalization(Some(normalization));
    }
    read::fill(source, &tensors, &mut params)?;
    Ok(params)
}

/// Writes the parameters to a file. A file that is there is replaced in one step once the new one
/// is complete on the disk; if anything fails before, it stays as it was. Its mode stays the same, and
/// where a symbolic link leads to it, so does the link.
///
/// Any number of threads and processes may save to one path at the same time, and others load from it:
/// they find one of the files whole. What a process left behind that was killed while it saved is removed
/// by the next save to the same path.
///
/// # Errors
/// The folder or the file cannot be written, or the path is that of a folder, a pipe or a device.
pub fn save(params: &Params, path: &Path) -> Result<(), Error> {
    save_all(&write::entries(params, "").collect::<Vec<_>>(), &words(params), path)
}

/// As [`save`], with what is packed for each inference plan as one more tensor, which whoever loads the
/// file does not see.
///
/// # Errors
/// As [`save`], or there is no memory for what is packed.
pub fn save_packed<N: Program>(params: &Params, path: &Path) -> Result<(), Error> {
    let plans = N::INFERENCE.iter().enumerate();
    let packed = plans.map(|(i, plan)| params.packed(i, |params| pack::copy(plan, params)));
    let packed = packed.collect::<Result<Vec<_>, _>>()?;
    let dims: Vec<[usize; 1]> = packed.iter().map(|floats| [floats.len()]).collect();
    let ahead = packed.iter().zip(&dims).enumerate().map(|(i, (floats, dims))| Entry {
        name: format!("{PACKED}{i}"),
        dims,
        elements: Elements::Floats(floats),
    });
    let mut words = words(params);
    words.insert("cnn_packed".to_owned(), format!("{:016x}", N::PACKING));
    save_all(&write::entries(params, "").chain(ahead).collect::<Vec<_>>(), &words, path)
}

/// What a file of weights says of itself: as PyTorch's do, and how images are normalized.
pub(crate) fn words(params: &Params) -> BTreeMap<String, String> {
    let mut words = about::of(params.normalization());
    words.insert("format".to_owned(), "pt".to_owned());
    words
}

/// Writes tensors to a file as [`save`] does, with a text for each word of `about`.
pub(crate) fn save_all(
    entries: &[Entry<'_>],
    about: &BTreeMap<String, String>,
    path: &Path,
) -> Result<(), Error> {
    replace(path, |file| write::write(entries, about, file))
}

/// Writes a file as [`save`] does.
pub(crate) fn replace(
    path: &Path,
    write: impl Fn(&mut File) -> std::io::Result<()>,
) -> Result<(), Error> {
    /// Times that a file is written again after another machine removed it.
    const MOST_REPEATS: usize = 8;
    let to = partial::destination(path)?;
    let all = || {
        for _ in 0..MOST_REPEATS {
            let mut partial = Partial::beside(&to)?;
            write(&mut partial.file)?;
            if partial.persist(&to)? {
                return Ok(());
            }
        }
        Err(std::io::Error::other("others remove the file again and again while it is written"))
    };
    all().map_err(Error::io(path, "write"))
}

/// The bytes of a weights file.
pub fn to_bytes(params: &Params) -> Vec<u8> {
    let mut bytes = Vec::new();
    match write::write(&write::entries(params, "").collect::<Vec<_>>(), &words(params), &mut bytes)
    {
        Ok(()) => bytes,
        Err(error) => unreachable!("memory takes all bytes: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::TensorSpec;
    use cnn_ir::{Init, Role};

    const SPECS: &[TensorSpec] = &[TensorSpec {
        path: "weight",
        dims: &[3, 40_000],
        role: Role::Trainable,
        offset: 0,
        init: Init::Constant(2.0),
    }];

    #[test]
    fn a_file_that_shrinks_while_it_is_read_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("weights");
        let mut params = Params::of("Small", SPECS, &[]).expect("a little memory");
        params.trainable_mut()[..120_000].fill(2.0);
        save(&params, &path).expect("a folder to write to");

        let file = std::fs::File::options().read(true).write(true).open(&path).expect("the file");
        let mut source = Source::File(file.try_clone().expect("a handle"), path.clone());
        let header = read::header(&mut source).expect("a good file");
        let tensors = read::check(&mut source, &header, "Small", SPECS).expect("a good file");
        let mut found = Params::of("Small", SPECS, &[]).expect("a little memory");
        read::fill(&mut source, &tensors, &mut found).expect("a good file");
        assert_eq!(found.trainable(), params.trainable());

        file.set_len(300_000).expect("a file to cut");
        let error = read::fill(&mut source, &tensors, &mut found).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: cannot read: ", path.display())), "{error}");
    }
}
