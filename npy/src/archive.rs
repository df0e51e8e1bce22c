//! Several arrays in a zip archive.

use crate::array::{Npy, named};
use crate::header::{Failure, Header};
use cnn::{Error, FileProblem};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// Deflate cannot make data smaller than by this factor.
const MOST_COMPRESSION: u64 = 1032;
const END: &str = ".npy";

/// A `.npz` file, as `numpy.savez` and `numpy.savez_compressed` write.
#[derive(Debug)]
pub struct Npz {
    path: PathBuf,
    archive: ZipArchive<BufReader<File>>,
}

impl Npz {
    /// Opens a file and reads its table of contents.
    ///
    /// # Errors
    /// It can't be read, or is no zip archive.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let io = |source| Error::Io { path: path.to_owned(), action: "read", source };
        if !fs::metadata(path).map_err(io)?.is_file() {
            let found = "a folder, pipe or device";
            return Err(Error::NotAFile { path: path.to_owned(), found });
        }
        let file = BufReader::new(File::open(path).map_err(io)?);
        let archive = ZipArchive::new(file).map_err(|error| damaged(path, error))?;
        Ok(Self { path: path.to_owned(), archive })
    }

    /// The names of its arrays, in the archive's order.
    pub fn names(&self) -> Vec<String> {
        let names = self.archive.file_names().filter_map(Result::ok);
        names.filter_map(|name| name.strip_suffix(END).map(str::to_owned)).collect()
    }

    /// Reads an array into memory.
    ///
    /// # Errors
    /// There is none of that name, it is damaged, it has elements that are no numbers, or there is no memory for
    /// it.
    pub fn array(&mut self, name: &str) -> Result<Npy, Error> {
        let entry = format!("{name}{END}");
        if self.archive.index_for_name(&entry).is_none() {
            let names: Vec<String> =
                self.names().iter().map(|name| crate::header::quoted(name)).collect();
            let found = format!("no array {}", crate::header::quoted(name));
            let expected = if names.is_empty() {
                "one, but there are none".to_owned()
            } else {
                format!("one of {}", names.join(", "))
            };
            let problem = FileProblem::Malformed { found, expected };
            return Err(Error::File { origin: self.path.as_path().into(), problem });
        }
        let path = self.path.join(&entry);
        let mut entry = self.archive.by_name(&entry).map_err(|error| damaged(&path, error))?;
        let (len, packed) = (entry.size(), entry.compressed_size());
        let header = Header::read(&mut entry, len).map_err(|failure| named(&path, failure))?;
        let (expected, dims) = (header.start + header.body, header.dims.clone());
        let refuse = |problem| Err(named(&path, Failure::File(problem)));
        if expected / MOST_COMPRESSION > packed {
            return refuse(FileProblem::Implausible { found: packed, expected, dims });
        }
        let io = |source| named(&path, Failure::Io(source));
        let mut elements = Vec::new();
        let body = usize::try_from(header.body).unwrap_or(usize::MAX);
        elements.try_reserve_exact(body).map_err(io::Error::from).map_err(io)?;
        // One byte more than there should be shows whether anything follows, and the checksum is compared.
        entry.take(header.body.saturating_add(1)).read_to_end(&mut elements).map_err(io)?;
        let found = elements.len() as u64;
        match found.cmp(&header.body) {
            std::cmp::Ordering::Less => {
                let found = header.start + found;
                refuse(FileProblem::Truncated { found, expected, dims })
            }
            std::cmp::Ordering::Greater => refuse(FileProblem::Trailing { expected, dims }),
            std::cmp::Ordering::Equal => Ok(Npy::in_memory(path, header, elements)),
        }
    }
}

fn damaged(path: &Path, error: ZipError) -> Error {
    match error {
        ZipError::Io(source) => named(path, Failure::Io(source)),
        other => {
            let problem = FileProblem::Malformed {
                found: other.to_string(),
                expected: "a zip archive of NumPy arrays (.npz)".to_owned(),
            };
            Error::File { origin: path.into(), problem }
        }
    }
}
