//! Everything that can be wrong with what comes from outside: files, arrays, paths.

mod list;
mod names;
mod problem;
mod text;

use cnn_ir::Shape;
use std::fmt;
use std::path::{Path, PathBuf};
use text::{Batch, Bytes, Classes, Dims, Help, Hint, Images, Place, Wanted, Words};

/// Why a network cannot be an ONNX file.
#[cfg(feature = "onnx")]
pub use cnn_onnx::export::Error as ExportProblem;
pub(crate) use list::{SHOWN, TensorList};
pub use problem::{FileProblem, NotFinite, TensorProblem};
pub(crate) use text::{Name, similar};

/// Where data came from: a file or bytes in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// Bytes in memory, with a word for what they are.
    Memory(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", Place(path)),
            Self::Memory(what) => f.write_str(what),
        }
    }
}

impl From<&Path> for Origin {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

/// Everything that can go wrong with input from outside. Each message names the file (where there
/// is one), what was found and what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: cannot {action}: {source}", Place(.path))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A pipe, a device, a folder: nothing that can be read to an end or be replaced.
    #[error("{}: found {found}, expected a file", Place(.path))]
    NotAFile {
        /// Where it lies.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// Not a well-formed safetensors file.
    #[error("{origin}: found {found}, expected a safetensors file{}", Help(.help))]
    Weights {
        /// The file.
        origin: Origin,
        /// What was found.
        found: String,
        /// What to do about it, if its first bytes tell what it is.
        help: Option<&'static str>,
    },
    /// Tensors of a weights file do not fit the network; all of them.
    #[error("{origin}: the tensors do not fit `{network}`, which has {tensors}:{}", TensorList(.problems))]
    Tensors {
        /// The file.
        origin: Origin,
        /// The network's name.
        network: &'static str,
        /// Tensors in the network's `state_dict`.
        tensors: usize,
        /// Every problem found: dimensions, types and counts, missing ones, then those that are not the
        /// network's.
        problems: Vec<TensorProblem>,
    },
    /// A file of weights is not the one of which a network's manifest is.
    #[error("{}: found {found}, expected {expected}, as the manifest `{manifest}` has it", Place(.path))]
    Manifest {
        /// The file.
        path: PathBuf,
        /// The manifest as the network's text names it.
        manifest: &'static str,
        /// What the file is.
        found: String,
        /// What the manifest says.
        expected: String,
    },
    /// What a network should normalize its images by is not to be understood, or is for other images than its own.
    #[error("{origin}: found {found}, expected {expected}")]
    Normalization {
        /// The file, or the network.
        origin: Origin,
        /// What was found.
        found: String,
        /// What would do.
        expected: String,
    },
    /// The network cannot be an ONNX file.
    #[cfg(feature = "onnx")]
    #[error("`{network}` as an ONNX file: {problem}")]
    Onnx {
        /// The network's name.
        network: &'static str,
        /// Why not.
        problem: ExportProblem,
    },
    /// No parameter of that path.
    #[error("found the path `{}`, expected a parameter of `{network}`{}", Name(.path), Hint(.similar))]
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
    /// A counter cannot be negative.
    #[error("`{path}` of `{network}`: found the count {found}, expected one from 0 on")]
    Count {
        /// The network's name.
        network: &'static str,
        /// The parameter path.
        path: String,
        /// The count.
        found: i64,
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
    #[error("found the label `{}`, expected one of `{network}`{}{}", Name(.label), Hint(.similar), Words(.known))]
    UnknownLabel {
        /// The network's name.
        network: &'static str,
        /// What was asked for.
        label: String,
        /// The labels that there are.
        known: Vec<&'static str>,
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
    /// The gradient with respect to the value of a label has another shape than the value.
    #[error("gradient of the label `{}` of `{network}`: found {}, expected {}", Name(.label), Batch(.found), Batch(.expected))]
    LabelShape {
        /// The network's name.
        network: &'static str,
        /// The label.
        label: String,
        /// The array's dimensions, the batch first.
        found: Vec<usize>,
        /// The value's dimensions, the batch first.
        expected: Vec<usize>,
    },
    /// What is to be explained does not exist, or the method cannot be applied to it.
    #[error("{method} of `{network}`: found {found}, expected {expected}")]
    Explanation {
        /// The network's name.
        network: &'static str,
        /// What was wanted.
        method: &'static str,
        /// What was given, or what the network is.
        found: String,
        /// What the method needs.
        expected: String,
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
    #[error("{origin}: label {index}: found class {found}, {}", Classes(*.classes))]
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
    #[error("{}: found none of {names}, expected one of them", Place(.folder))]
    NoFile {
        /// The folder.
        folder: PathBuf,
        /// The names tried, separated by commas.
        names: String,
    },
    /// The images of one batch have different sizes.
    #[error("image {index} of the data set: found {}, expected {} as of the others in its batch", Dims(.found), Dims(.expected))]
    ImageSize {
        /// Which image, from 0.
        index: usize,
        /// Its channels, height and width.
        found: Vec<usize>,
        /// Those of the first image of the batch.
        expected: Vec<usize>,
    },
    /// Code of the user's panicked on a thread that works for him.
    #[error("found a panic of {what}, expected a result")]
    Panicked {
        /// Whose code it was, and what for.
        what: &'static str,
    },
    /// More images are asked for than there are.
    #[error("split of {available} images: found {found} for the first part, expected 1 to {}", available.saturating_sub(1))]
    Split {
        /// Images asked for.
        found: usize,
        /// Images in the data set.
        available: usize,
    },
    /// A number that a loss, an optimizer or a schedule was made with is none that it can work with;
    /// the network is as it was before.
    #[error("{argument} of `{owner}`: found {found}, expected {expected}")]
    Argument {
        /// The loss, optimizer or schedule.
        owner: &'static str,
        /// Which of its numbers.
        argument: &'static str,
        /// Its value.
        found: String,
        /// What it can work with.
        expected: &'static str,
    },
    /// A file is no checkpoint, or one of another run.
    #[error("{origin}: found {found}, expected {expected}")]
    Checkpoint {
        /// The file.
        origin: Origin,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// No parameter is in a group.
    #[error("found no parameter of `{network}` that fits `{}`{}", Name(.pattern), Hint(.similar))]
    NoMembers {
        /// The network's name.
        network: &'static str,
        /// The group's pattern.
        pattern: String,
        /// The parameter with the most similar path.
        similar: Option<&'static str>,
    },
    /// A loss takes the softmax or the sigmoid of the outputs, but the network ends in one already.
    #[error(
        "output {index} of `{network}`: found what `{layer}` gives, expected logits, of which the loss takes \
         the {function} itself: leave the layer out, and take it where probabilities are wanted"
    )]
    Probabilities {
        /// The network's name.
        network: &'static str,
        /// Which output, from 0.
        index: usize,
        /// The layer that the output comes from.
        layer: &'static str,
        /// `softmax` or `sigmoid`.
        function: &'static str,
    },
    /// The schedule gave a learning rate that no step can be made at; the network is as it was before
    /// the step.
    #[error("step {step}: found a learning rate of {rate}, expected a finite number of at least 0")]
    Rate {
        /// Which training step, from 0.
        step: u64,
        /// The learning rate.
        rate: f32,
    },
    /// A batch norm would be trained on one value a channel, whose variance is 0; the network is as it
    /// was before.
    #[error(
        "`{path}` of `{network}`: found one value a channel in a batch of {images} image{}, expected at \
         least 2 to train batch norm on (`Trainer::epoch` leaves out a last batch of so few)",
        if *.images == 1 { "" } else { "s" }
    )]
    BatchNorm {
        /// The network's name.
        network: &'static str,
        /// The layer's parameter path.
        path: &'static str,
        /// Images of the batch.
        images: usize,
    },
    /// An output has several numbers for each class, so that it names no class.
    #[error(
        "output {index} of `{network}`: found the shape {found}, expected one number for each class"
    )]
    Scores {
        /// The network's name.
        network: &'static str,
        /// Which output, from 0.
        index: usize,
        /// Its shape for one image.
        found: Shape,
    },
    /// There is not the memory that an operation needs, or it is more than can be addressed.
    #[error("`{network}`: found no memory for {what}{}, expected {}", Images(*.images), Bytes(*.bytes))]
    Memory {
        /// The network's name.
        network: &'static str,
        /// What it is for.
        what: &'static str,
        /// Images of the batch; 0 where the amount does not depend on them.
        images: usize,
        /// How much it takes, unless it is more than can be addressed.
        bytes: Option<usize>,
    },
    /// The loss is NaN or infinite; the network is as it was before the step.
    #[error("step {step}: found a loss of {loss}, expected a finite number: {origin}")]
    Loss {
        /// Which training step, from 0.
        step: u64,
        /// The loss.
        loss: f32,
        /// Where it came from.
        origin: NotFinite,
    },
    /// Something that the operation before would have computed was not asked for.
    #[error("found no {what}, expected a pass before that computes it: {how}")]
    NotComputed {
        /// What is not there.
        what: &'static str,
        /// How to get it.
        how: &'static str,
    },
    /// A process that trains the network with others cannot go on with them.
    #[error("process {rank} of the group: {message}")]
    Communication {
        /// Which process says so.
        rank: usize,
        /// What happened, and what was expected.
        message: String,
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
    /// There is no memory for that number of floats.
    pub(crate) fn memory(
        network: &'static str,
        what: &'static str,
        images: usize,
        floats: usize,
    ) -> Self {
        let bytes = floats.checked_mul(size_of::<f32>());
        let bytes = bytes.filter(|&bytes| isize::try_from(bytes).is_ok());
        Self::Memory { network, what, images, bytes }
    }

    /// Wraps an input/output error: `map_err(Error::io(path, "read"))`.
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }
}
