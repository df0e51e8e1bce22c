//! A folder for each class.

use crate::picture::decode_from;
use cnn::Error;
use cnn::data::{Dataset, Sample};
use std::fs;
use std::path::{Path, PathBuf};

/// Pictures in a folder for each class, read when they are asked for: `FOLDER/CLASS/…​.png`, `.jpg` or `.jpeg`.
///
/// Classes are numbered in the order of their names, and the pictures of a class in the order of theirs.
/// Values are from 0 to 1. What lies in a folder and is neither a folder nor such a file is passed over, as is
/// what begins with a dot.
#[derive(Clone, Debug)]
pub struct Folder {
    classes: Vec<String>,
    files: Vec<(PathBuf, usize)>,
    channels: usize,
}

impl Folder {
    /// The pictures of a folder, in color: three channels, red, green and blue.
    ///
    /// # Errors
    /// The folder can't be read, has no folders, or one of them has no pictures.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut classes = Vec::new();
        let mut files = Vec::new();
        for class in entries(path)?.into_iter().filter(|entry| entry.is_dir()) {
            let pictures = entries(&class)?.into_iter().filter(|file| is_picture(file));
            let before = files.len();
            files.extend(pictures.map(|file| (file, classes.len())));
            if files.len() == before {
                return Err(Error::EmptyDataset { origin: class.as_path().into() });
            }
            let name = class.file_name().unwrap_or_default();
            classes.push(name.to_string_lossy().into_owned());
        }
        if classes.is_empty() {
            return Err(Error::NoFile {
                folder: path.to_owned(),
                names: "a folder for each class".to_owned(),
            });
        }
        Ok(Self { classes, files, channels: 3 })
    }

    /// In gray: one channel.
    pub fn gray(mut self) -> Self {
        self.channels = 1;
        self
    }

    /// The names of the classes, in the order of their numbers.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The files, each with its class.
    pub fn paths(&self) -> &[(PathBuf, usize)] {
        &self.files
    }
}

impl Dataset for Folder {
    type Target = usize;

    fn len(&self) -> usize {
        self.files.len()
    }

    fn sample(&self, index: usize) -> Result<Sample<usize>, Error> {
        let (path, target) = &self.files[index];
        let bytes = fs::read(path).map_err(|source| Error::Io {
            path: path.clone(),
            action: "read",
            source,
        })?;
        let image = decode_from(path, &bytes, self.channels)?;
        Ok(Sample { image, target: *target })
    }

    fn target(&self, index: usize) -> Result<usize, Error> {
        Ok(self.files[index].1)
    }
}

/// What lies in a folder and is not hidden, in the order of the names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let io = |source| Error::Io { path: folder.to_owned(), action: "read", source };
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            all.push(entry.path());
        }
    }
    all.sort_unstable();
    Ok(all)
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    path.is_file() && ["png", "jpg", "jpeg"].iter().any(|known| ending == *known)
}
