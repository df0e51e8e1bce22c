//! What can go wrong.

use std::path::{Path, PathBuf};

/// What keeps a log or a report from being written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{path}: cannot {action}: {source}", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A run has logged to this folder before, which nothing overwrites.
    #[error(
        "{path}: found the log of an earlier run, expected a folder without one \
         (`Log::resume` goes on with it)", path = .path.display()
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file is no log that [`Log`](crate::Log) wrote.
    #[error("{path}: found {found}, expected {expected}", path = .path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// A picture for the report can't be read from its data set.
    #[error(transparent)]
    Data(#[from] cnn::Error),
}

impl Error {
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }
}
