//! A file that takes another's place once it is complete.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

/// A new file beside the one that it shall replace; it goes away with this value unless it did.
pub(super) struct Partial {
    pub(super) file: File,
    /// Where it is now.
    path: PathBuf,
    folder: PathBuf,
}

impl Partial {
    /// In the folder of `path`, so that it can take its place in one step.
    pub(super) fn beside(path: &Path) -> Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut attempt = 0;
        loop {
            // A name of its own for each process; `create_new` refuses what is there all the same.
            let mut name = OsString::from(".");
            name.push(path.file_name().unwrap_or_default());
            name.push(format!(".{}.{attempt}.partial", std::process::id()));
            let path = folder.join(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path, folder: folder.to_owned() }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts it in the place of `path`, complete and on the disk.
    pub(super) fn persist(self, path: &Path) -> Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        // The new name is durable once the folder is; not every system can sync a folder.
        if let Ok(folder) = File::open(&self.folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Not there any more if it was persisted.
        let _ = fs::remove_file(&self.path);
    }
}
