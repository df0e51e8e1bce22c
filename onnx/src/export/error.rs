//! What keeps a network from being a file.

/// Why a network cannot be exported; each message names what was found and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A layer whose code is the user's own, which no file can hold.
    #[error(
        "layer `{layer}`: found `custom({path})`, expected a layer of the language: ONNX has no operator for \
         code of your own"
    )]
    Custom {
        /// The layer's path.
        layer: String,
        /// Its type, as it was written.
        path: String,
    },
    /// A tensor of the network without its numbers.
    #[error("tensor `{path}`: found none, expected {expected} numbers")]
    Missing {
        /// Its path in the `state_dict`.
        path: String,
        /// Elements that its dimensions say.
        expected: usize,
    },
    /// A tensor with more or fewer numbers than the network says.
    #[error("tensor `{path}`: found {found} numbers, expected {expected}")]
    Length {
        /// Its path in the `state_dict`.
        path: String,
        /// Elements given.
        found: usize,
        /// Elements that its dimensions say.
        expected: usize,
    },
    /// Means or deviations that are not one for each channel of the first input.
    #[error(
        "{what} of the normalization: found {found}, expected {expected}, one for each channel"
    )]
    Normalization {
        /// `means` or `deviations`.
        what: &'static str,
        /// How many were given.
        found: usize,
        /// Channels of the first input.
        expected: usize,
    },
    /// Another number of names than the network has outputs in evaluation.
    #[error(
        "found {found} names of outputs, expected {expected}, or none for a network with one output"
    )]
    OutputNames {
        /// Names given.
        found: usize,
        /// Outputs of evaluation.
        expected: usize,
    },
    /// More bytes than a file of this format has at most.
    #[error(
        "found a network of {found} bytes, expected at most {expected}, the most that an ONNX file holds"
    )]
    TooLarge {
        /// Bytes that the file would have.
        found: usize,
        /// The most.
        expected: usize,
    },
}
