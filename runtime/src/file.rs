//! Files that come from outside: opened only if they have an end.

use crate::error::Error;
use std::fs::{self, File, FileType};
use std::path::Path;

/// Opens a file to read it, and says how many bytes it has. A pipe has no end that can be relied on,
/// and a device perhaps none at all; both are refused before they are opened, which could wait for ever.
pub(crate) fn open(path: &Path) -> Result<(File, u64), Error> {
    regular(path, &fs::metadata(path).map_err(Error::io(path, "read"))?)?;
    let file = File::open(path).map_err(Error::io(path, "read"))?;
    // Another file may lie there by now.
    let found = file.metadata().map_err(Error::io(path, "read"))?;
    regular(path, &found)?;
    Ok((file, found.len()))
}

/// Refuses what is no regular file.
pub(crate) fn regular(path: &Path, found: &fs::Metadata) -> Result<(), Error> {
    if found.is_file() {
        return Ok(());
    }
    Err(Error::NotAFile { path: path.to_owned(), found: what(found.file_type()) })
}

fn what(found: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if found.is_fifo() {
            return "a pipe";
        }
        if found.is_socket() {
            return "a socket";
        }
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
    }
    if found.is_dir() { "a folder" } else { "something else" }
}
