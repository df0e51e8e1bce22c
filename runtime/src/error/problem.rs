//! The particulars of damaged files.

use crate::error::text::{Dims, Hint, Known, Name};
use std::fmt;

/// What is wrong with one tensor of a weights file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorProblem {
    /// The network has it, the file doesn't.
    #[error("`{}` ({}) is missing", Name(.path), Dims(.expected))]
    Missing {
        /// Its parameter path.
        path: String,
        /// Its dimensions in the network.
        expected: Vec<usize>,
    },
    /// The file has it, the network doesn't.
    #[error("`{}` ({}) is in the file, but not in the network{}", Name(.path), Dims(.found), Hint(.similar))]
    Surplus {
        /// Its name in the file.
        path: String,
        /// Its dimensions in the file.
        found: Vec<usize>,
        /// A missing parameter with a similar name.
        similar: Option<&'static str>,
    },
    /// The dimensions differ.
    #[error("`{}`: found {}, expected {}", Name(.path), Dims(.found), Dims(.expected))]
    Shape {
        /// Its parameter path.
        path: String,
        /// Its dimensions in the file.
        found: Vec<usize>,
        /// Its dimensions in the network.
        expected: Vec<usize>,
    },
    /// The element type cannot be converted.
    #[error("`{}`: found elements of type {found}, expected {expected}", Name(.path))]
    Type {
        /// Its parameter path.
        path: String,
        /// The type in the file.
        found: String,
        /// The types that would do.
        expected: &'static str,
    },
    /// A counter's number does not fit.
    #[error("`{}`: found the count {found}, expected a whole number from 0 to {}", Name(.path), i64::MAX)]
    Count {
        /// Its parameter path.
        path: String,
        /// The number in the file.
        found: String,
    },
    /// Two tensors of the file get the same name when they are renamed.
    #[error("`{}` and `{}` both become `{}`", Name(&.names[0]), Name(&.names[1]), Name(.path))]
    Twice {
        /// The name that they get.
        path: String,
        /// Their names in the file.
        names: [String; 2],
    },
}

impl TensorProblem {
    /// Which of the kinds that messages tell apart, in their order there.
    pub(super) fn kind(&self) -> usize {
        match self {
            Self::Shape { .. } => 0,
            Self::Type { .. } | Self::Count { .. } => 1,
            Self::Missing { .. } => 2,
            Self::Surplus { .. } => 3,
            Self::Twice { .. } => 4,
        }
    }
}

/// What is wrong with a binary data file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// The file ends within its header.
    #[error("found {found} bytes, expected at least the {expected} bytes of the header")]
    Header {
        /// Bytes present.
        found: u64,
        /// Bytes of the header.
        expected: u64,
    },
    /// The first bytes name another kind of file.
    #[error("found the magic number {found:#010x}{}, expected {expected:#010x} ({what})", Known(.kind))]
    Magic {
        /// The first four bytes, big-endian.
        found: u32,
        /// The kind of file, if its first bytes tell.
        kind: Option<&'static str>,
        /// What they should be.
        expected: u32,
        /// The kind of file expected.
        what: &'static str,
    },
    /// The file does not hold a whole number of images.
    #[error("found {found} bytes, expected whole images of {expected} bytes each")]
    Records {
        /// Bytes present.
        found: u64,
        /// Bytes of an image with its class.
        expected: u64,
    },
    /// The sizes in the header multiply to more than can be addressed.
    #[error("the header's sizes {} overflow: expected a file of less than 2^63 bytes", Dims(.found))]
    Overflow {
        /// The sizes in the header.
        found: Vec<usize>,
    },
    /// The file is shorter than its header says.
    #[error("found {found} bytes, expected {expected} as the header's sizes {} say: the file is truncated", Dims(.dims))]
    Truncated {
        /// Bytes present.
        found: u64,
        /// Bytes that the header asks for, itself included.
        expected: u64,
        /// The sizes in the header.
        dims: Vec<usize>,
    },
    /// The file is longer than its header says.
    #[error("found more than the {expected} bytes that the header's sizes {} say", Dims(.dims))]
    Trailing {
        /// Bytes that the header asks for, itself included.
        expected: u64,
        /// The sizes in the header.
        dims: Vec<usize>,
    },
    /// The sizes ask for more than the compressed file can hold.
    #[error("found {found} compressed bytes, expected enough for the {expected} bytes that the header's sizes {} say", Dims(.dims))]
    Implausible {
        /// Compressed bytes present.
        found: u64,
        /// Bytes that the header asks for.
        expected: u64,
        /// The sizes in the header.
        dims: Vec<usize>,
    },
    /// The gzip stream is damaged or cut off.
    #[error(
        "found a damaged gzip stream after {found} decompressed bytes, expected {expected}: {message}"
    )]
    Gzip {
        /// Bytes decompressed before the damage.
        found: u64,
        /// Bytes expected so far.
        expected: u64,
        /// What the decoder says.
        message: String,
    },
    /// The file's content is not what it should be.
    #[error("found {found}, expected {expected}")]
    Malformed {
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// A pixel is out of its range.
    #[error("image {index}: found a pixel of {found}, expected at most {expected}")]
    Pixel {
        /// Which image.
        index: usize,
        /// Its value.
        found: u8,
        /// The largest value allowed.
        expected: u8,
    },
}

/// Where the first number that is not finite was in a step of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotFinite {
    /// In an input.
    Input {
        /// Which input, from 0.
        index: usize,
        /// Which image of the batch, or of the part of it that was computed, from 0.
        image: usize,
    },
    /// In a parameter, before the step.
    Parameter {
        /// Its path.
        path: &'static str,
    },
    /// In the output of a layer whose inputs and parameters are finite.
    Layer {
        /// Its parameter path.
        path: &'static str,
        /// The layer in short.
        text: &'static str,
    },
    /// In the loss itself: outputs and parameters are finite.
    Loss,
    /// In the part of the batch that another process computes.
    Elsewhere,
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { index, image } => {
                write!(f, "image {image} of input {index} has a number that is NaN or infinite")
            }
            Self::Parameter { path } => write!(
                f,
                "the parameter `{path}` had a number that is NaN or infinite before the step (a smaller \
                 learning rate may help)"
            ),
            Self::Layer { path, text } => write!(
                f,
                "the first numbers that are NaN or infinite are in the output of `{path}`, {text} (a smaller \
                 learning rate may help)"
            ),
            Self::Loss => f.write_str(
                "all outputs are finite, so the targets are not, or the loss is beyond what an f32 can hold \
                 (a smaller learning rate may help)",
            ),
            Self::Elsewhere => f.write_str("another process knows where in its images it began"),
        }
    }
}
