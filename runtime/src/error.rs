//! Everything that can be wrong with what comes from outside: files, arrays, paths.

use crate::shape::Shape;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where data came from: a file or bytes in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// Bytes in memory, with a word for what they are.
    Memory(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Memory(what) => f.write_str(what),
        }
    }
}

impl From<&Path> for Origin {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

/// What is wrong with one tensor of a weights file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorProblem {
    /// The network has it, the file doesn't.
    #[error("`{path}` ({}) is missing", Dims(.expected))]
    Missing {
        /// Its parameter path.
        path: String,
        /// Its dimensions in the network.
        expected: Vec<usize>,
    },
    /// The file has it, the network doesn't.
    #[error("`{path}` ({}) is in the file, but not in the network{}", Dims(.found), Hint(.similar))]
    Surplus {
        /// Its name in the file.
        path: String,
        /// Its dimensions in the file.
        found: Vec<usize>,
        /// A missing parameter with a similar name.
        similar: Option<&'static str>,
    },
    /// The dimensions differ.
    #[error("`{path}`: found {}, expected {}", Dims(.found), Dims(.expected))]
    Shape {
        /// Its parameter path.
        path: String,
        /// Its dimensions in the file.
        found: Vec<usize>,
        /// Its dimensions in the network.
        expected: Vec<usize>,
    },
    /// The element type cannot be converted.
    #[error("`{path}`: found elements of type {found}, expected {expected}")]
    Type {
        /// Its parameter path.
        path: String,
        /// The type in the file.
        found: String,
        /// The types that would do.
        expected: &'static str,
    },
    /// A counter's number does not fit.
    #[error("`{path}`: found the count {found}, expected one from 0 to {}", i64::MAX)]
    Count {
        /// Its parameter path.
        path: String,
        /// The number in the file.
        found: String,
    },
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
    #[error("found the magic number {found:#010x}, expected {expected:#010x} ({what})")]
    Magic {
        /// The first four bytes, big-endian.
        found: u32,
        /// What they should be.
        expected: u32,
        /// The kind of file expected.
        what: &'static str,
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

/// Everything that can go wrong with input from outside. Each message names the file (where there
/// is one), what was found and what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a well-formed safetensors file.
    #[error("{origin}: found {found}, expected a safetensors file")]
    Weights {
        /// The file.
        origin: Origin,
        /// What was found.
        found: String,
    },
    /// Tensors of a weights file do not fit the network; all of them.
    #[error("{origin}: the tensors do not fit `{network}`, which has {tensors}:{}", List(.problems))]
    Tensors {
        /// The file.
        origin: Origin,
        /// The network's name.
        network: &'static str,
        /// Tensors in the network's `state_dict`.
        tensors: usize,
        /// Every problem found, the network's tensors first.
        problems: Vec<TensorProblem>,
    },
    /// No parameter of that path.
    #[error("found the path `{path}`, expected a parameter of `{network}`{}", Hint(.similar))]
    UnknownParameter {
        /// The network's name.
        network: &'static str,
        /// What was asked for.
        path: String,
        /// The parameter with the most similar path.
        similar: Option<&'static str>,
    },
    /// The tensor is of another kind: a counter where floats were asked for, or so.
    #[error("`{path}` of `{network}`: found {found}, expected {expected}")]
    ParameterKind {
        /// The network's name.
        network: &'static str,
        /// The parameter path.
        path: String,
        /// What it is.
        found: &'static str,
        /// What was asked for.
        expected: &'static str,
    },
    /// An array to set a parameter to has other dimensions.
    #[error("`{path}` of `{network}`: found an array of {}, expected {}", Dims(.found), Dims(.expected))]
    ParameterShape {
        /// The network's name.
        network: &'static str,
        /// The parameter path.
        path: String,
        /// The array's dimensions.
        found: Vec<usize>,
        /// The parameter's dimensions.
        expected: Vec<usize>,
    },
    /// No label of that name.
    #[error("found the label `{label}`, expected one of `{network}`{}", Hint(.similar))]
    UnknownLabel {
        /// The network's name.
        network: &'static str,
        /// What was asked for.
        label: String,
        /// The label with the most similar name.
        similar: Option<&'static str>,
    },
    /// Images of another size than the network's input.
    #[error("input {index} of `{network}`: found {}, expected {}", Batch(.found), Wanted(.expected))]
    InputShape {
        /// The network's name.
        network: &'static str,
        /// Which input, from 0.
        index: usize,
        /// The array's dimensions, the batch first.
        found: Vec<usize>,
        /// The shape of one image.
        expected: Shape,
    },
    /// The network takes another number of inputs, or gives another number of outputs.
    #[error("`{network}`: found {found} {what}, expected {expected}")]
    Arity {
        /// The network's name.
        network: &'static str,
        /// `inputs` or `outputs`.
        what: &'static str,
        /// How many the network has.
        found: usize,
        /// How many the operation can deal with.
        expected: usize,
    },
    /// The inputs of one batch have different numbers of images.
    #[error(
        "input {index} of `{network}`: found {found} images, expected {expected} as in input 0"
    )]
    BatchMismatch {
        /// The network's name.
        network: &'static str,
        /// Which input, from 0.
        index: usize,
        /// Its images.
        found: usize,
        /// The first input's images.
        expected: usize,
    },
    /// A batch without images.
    #[error("`{network}`: found a batch of 0 images, expected at least 1")]
    EmptyBatch {
        /// The network's name.
        network: &'static str,
    },
    /// More images than the session was made for.
    #[error("session of `{network}`: found a batch of {found} images, expected 1 to {expected}")]
    BatchTooLarge {
        /// The network's name.
        network: &'static str,
        /// Images given.
        found: usize,
        /// The session's batch.
        expected: usize,
    },
    /// The gradients with respect to the outputs have another shape than the outputs.
    #[error("gradient of output {index} of `{network}`: found {}, expected {}", Batch(.found), Batch(.expected))]
    OutputShape {
        /// The network's name.
        network: &'static str,
        /// Which output, from 0.
        index: usize,
        /// The array's dimensions, the batch first.
        found: Vec<usize>,
        /// The output's dimensions, the batch first.
        expected: Vec<usize>,
    },
    /// Targets do not fit the outputs they are compared with.
    #[error("targets: found {found}, expected {expected}")]
    Targets {
        /// What was given.
        found: String,
        /// What the outputs ask for.
        expected: String,
    },
    /// A class label that does not exist.
    #[error("{origin}: label {index}: found class {found}, expected one of 0 to {}", classes - 1)]
    Label {
        /// The file or batch.
        origin: Origin,
        /// Which label, from 0.
        index: usize,
        /// Its value.
        found: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A binary data file is damaged or lies.
    #[error("{origin}: {problem}")]
    File {
        /// The file.
        origin: Origin,
        /// What is wrong with it.
        problem: FileProblem,
    },
    /// A data set without images.
    #[error("{origin}: found no images, expected at least 1")]
    EmptyDataset {
        /// The file.
        origin: Origin,
    },
    /// As many labels as images are needed.
    #[error("{origin}: found {labels} labels, expected {images}, one for each image")]
    Counts {
        /// The file with the labels.
        origin: Origin,
        /// Images present.
        images: usize,
        /// Labels present.
        labels: usize,
    },
    /// None of the names under which a file may lie exists.
    #[error("{}: found none of {names}, expected one of them", folder.display())]
    NoFile {
        /// The folder.
        folder: PathBuf,
        /// The names tried, separated by commas.
        names: String,
    },
    /// More images are asked for than there are.
    #[error("split of {available} images: found {found} for the first part, expected 1 to {}", available.saturating_sub(1))]
    Split {
        /// Images asked for.
        found: usize,
        /// Images in the data set.
        available: usize,
    },
    /// The loss is NaN or infinite; the network is as it was before the step.
    #[error(
        "step {step}: found a loss of {loss}, expected a finite number (a smaller learning rate may help)"
    )]
    Loss {
        /// Which training step, from 0.
        step: u64,
        /// The loss.
        loss: f32,
    },
    /// The optimiser's state was made for another number of parameters.
    #[error("optimiser: found {found} parameters, expected the {expected} of the steps before")]
    Optimiser {
        /// Parameters of this step.
        found: usize,
        /// Parameters of earlier steps.
        expected: usize,
    },
    /// Something that the operation before would have computed was not asked for.
    #[error("found no {what}, expected a pass before that computes it: {how}")]
    NotComputed {
        /// What is not there.
        what: &'static str,
        /// How to get it.
        how: &'static str,
    },
    /// Threads could not be started.
    #[error("found no way to start {threads} threads, expected a pool of them: {message}")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        message: String,
    },
}

impl Error {
    /// Wraps an input/output error: `map_err(Error::io(path, "read"))`.
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }
}

/// The candidate most like `word`, if any is close enough to have been meant.
pub(crate) fn similar<'c>(
    word: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    candidates
        .map(|c| (distance(word, c), c))
        .min_by_key(|&(d, _)| d)
        .filter(|&(d, c)| d <= (c.len().max(word.len()) / 3).max(1))
        .map(|(_, c)| c)
}

/// Levenshtein's edit distance in bytes; long words count as far.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 256;
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let next = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

/// Dimensions as `6×1×5×5`; a scalar's as `a scalar`.
struct Dims<'a>(&'a [usize]);

impl fmt::Display for Dims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("a scalar");
        }
        for (i, d) in self.0.iter().enumerate() {
            write!(f, "{}{d}", if i == 0 { "" } else { "×" })?;
        }
        Ok(())
    }
}

/// The dimensions of a batch.
struct Batch<'a>(&'a [usize]);

impl fmt::Display for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of {}", Dims(self.0))
    }
}

/// The dimensions of a batch of any number of images.
struct Wanted<'a>(&'a Shape);

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self.0 {
            Shape::Volume { channels, height, width } => write!(f, "N×{channels}×{height}×{width}"),
            Shape::Vector(n) => write!(f, "N×{n}"),
        }
    }
}

/// ` (did you mean …?)`, or nothing.
struct Hint<'a>(&'a Option<&'static str>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |similar| write!(f, " (did you mean `{similar}`?)"))
    }
}

/// Problems one a line, the first few of them.
struct List<'a>(&'a [TensorProblem]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 12;
        for problem in self.0.iter().take(SHOWN) {
            write!(f, "\n  {problem}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            rest => write!(f, "\n  and {rest} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let paths = || ["0.weight", "0.bias", "layer1.0.conv1.weight"].into_iter();
        assert_eq!(similar("0.wieght", paths()), Some("0.weight"));
        assert_eq!(similar("layer1.0.conv.weight", paths()), Some("layer1.0.conv1.weight"));
        assert_eq!(similar("completely different", paths()), None);
    }

    #[test]
    fn long_lists_of_tensors_are_cut() {
        let problems = (0..15)
            .map(|i| TensorProblem::Missing { path: format!("{i}.weight"), expected: vec![6, 1] })
            .collect();
        let error = Error::Tensors {
            origin: Origin::Memory("bytes"),
            network: "LeNet",
            tensors: 10,
            problems,
        };
        let text = error.to_string();
        assert!(text.contains("`11.weight` (6×1) is missing\n  and 3 more"), "{text}");
        assert!(!text.contains("12.weight"), "{text}");
    }
}
