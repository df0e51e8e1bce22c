//! Manifests: what a file of weights says of its tensors, without the tensors.

use super::read::Header;
use crate::error::Error;
use std::path::Path;

/// What is known of a file of weights by its manifest, while compiling.
#[derive(Clone, Copy, Debug)]
pub struct Manifest {
    /// The manifest as the network's text names it.
    pub name: &'static str,
    /// Bytes of the file.
    pub len: u64,
    /// What all before its elements is known by.
    pub digest: u64,
}

impl Manifest {
    /// Refuses another file.
    pub(super) fn check(&self, header: &Header, path: &Path) -> Result<(), Error> {
        if (header.len, header.digest) == (self.len, self.digest) {
            return Ok(());
        }
        let file =
            |len: u64, digest: u64| format!("{len} bytes with a header of digest {digest:016x}");
        Err(Error::Manifest {
            path: path.to_owned(),
            manifest: self.name,
            found: file(header.len, header.digest),
            expected: file(self.len, self.digest),
        })
    }
}

/// The text of a manifest.
pub(super) fn text(header: &Header, json: &str) -> String {
    let (len, digest) = (header.len, header.digest);
    format!(
        "{{\"cnn_manifest\":1,\"bytes\":{len},\"digest\":\"{digest:016x}\",\"header\":{}}}\n",
        json.trim()
    )
}
