//! What users call: the methods of every network, in one list.

use crate::program::Program;
use crate::tensor::{Inputs, Outputs};

/// The methods of a network, written once: the trait [`Network`] has them, and every generated struct has
/// them as its own, so that nobody must import the trait to call them.
///
/// `$one` says how those are spelled that each struct has to have, `$vis` is their visibility, `$evaluates` says in a line what `forward` does, and `$input` and `$output` are its
/// types. What stands in a body is found from any crate, and its parameters have names that a module of the
/// user's cannot be in the way of: those of the compiler's list `LOCALS`.
#[doc(hidden)]
#[macro_export]
macro_rules! methods {
    ($vis:vis, $one:ident, $evaluates:literal, $input:ty => $output:ty) => {
        $crate::$one! { $vis,
            /// Wraps parameters into the network.
            from_params(params: $crate::Params) -> Self, params
        }
        $crate::$one! { $vis,
            /// The parameters.
            params(&self) -> &$crate::Params, self
        }
        $crate::$one! { $vis,
            /// The parameters, to change them.
            params_mut(&mut self) -> &mut $crate::Params, self
        }
        $crate::$one! { $vis,
            /// Gives the parameters up.
            into_params(self) -> $crate::Params, self
        }

        /// A fresh network from this seed: every layer as PyTorch's defaults, unless its `init` says
        /// otherwise.
        ///
        /// # Panics
        /// If there is no memory for its parameters.
        #[inline]
        $vis fn new(seed: u64) -> Self {
            <Self as $crate::Network>::from_params($crate::Params::init::<Self>(seed))
        }

        /// As [`new`](Self::new).
        ///
        /// # Errors
        /// If there is no memory for its parameters.
        #[inline]
        $vis fn try_new(seed: u64) -> ::core::result::Result<Self, $crate::Error> {
            $crate::Params::try_init::<Self>(seed).map(<Self as $crate::Network>::from_params)
        }

        /// Loads a `state_dict` saved as safetensors, with PyTorch's names and layouts.
        ///
        /// # Errors
        /// If the file can't be read, or a tensor is missing, surplus or of another shape or type.
        #[inline]
        $vis fn load(
            path: impl ::core::convert::AsRef<::std::path::Path>,
        ) -> ::core::result::Result<Self, $crate::Error> {
            $crate::weights::load::<Self>(path.as_ref()).map(<Self as $crate::Network>::from_params)
        }

        /// Saves the `state_dict` as safetensors, whole or not at all.
        ///
        /// # Errors
        /// If the file can't be written.
        #[inline]
        $vis fn save(
            &self,
            path: impl ::core::convert::AsRef<::std::path::Path>,
        ) -> ::core::result::Result<(), $crate::Error> {
            $crate::weights::save(<Self as $crate::Network>::params(self), path.as_ref())
        }

        /// As [`save`](Self::save), and with the weights as they are packed for inference beside them: a network
        /// that is written `with weights="…"` of this file needs no memory for its weights.
        ///
        /// # Errors
        /// If the file can't be written, or there is no memory for the packed weights.
        #[inline]
        $vis fn save_packed(
            &self,
            path: impl ::core::convert::AsRef<::std::path::Path>,
        ) -> ::core::result::Result<(), $crate::Error> {
            $crate::weights::save_packed::<Self>(<Self as $crate::Network>::params(self), path.as_ref())
        }

        /// Loads the bytes of such a file, which may be a part of the program: `include_bytes!`.
        ///
        /// # Errors
        /// If they are no such file, or a tensor is missing, surplus or of another shape or type.
        #[inline]
        $vis fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, $crate::Error> {
            $crate::weights::from_bytes::<Self>(bytes).map(<Self as $crate::Network>::from_params)
        }

        /// The bytes of the file that [`save`](Self::save) writes.
        #[inline]
        $vis fn to_bytes(&self) -> ::std::vec::Vec<u8> {
            $crate::weights::to_bytes(<Self as $crate::Network>::params(self))
        }

        /// Takes what fits of weights from elsewhere, such as all but the head; the report says what was taken and
        /// what not, and why.
        ///
        /// # Errors
        /// If the file can't be read or nothing of it fits, or what it was opened with is none that it can work with;
        /// the network is then as before.
        #[inline]
        $vis fn load_partial(
            &mut self,
            from: $crate::weights::Pretrained<'_>,
        ) -> ::core::result::Result<$crate::weights::LoadReport, $crate::Error> {
            from.load_into::<Self>(<Self as $crate::Network>::params_mut(self))
        }

        /// A parameter by its path, in PyTorch's layout.
        ///
        /// # Errors
        /// If no parameter has this path.
        #[inline]
        $vis fn get(
            &self,
            path: &str,
        ) -> ::core::result::Result<$crate::ndarray::ArrayViewD<'_, f32>, $crate::Error> {
            <Self as $crate::Network>::params(self).get(path)
        }

        /// Replaces a parameter, given in PyTorch's layout.
        ///
        /// # Errors
        /// If no parameter has this path, or it has another shape.
        #[inline]
        $vis fn set(
            &mut self,
            path: &str,
            value: impl $crate::AsArray,
        ) -> ::core::result::Result<(), $crate::Error> {
            <Self as $crate::Network>::params_mut(self).set(path, value)
        }

        /// How the network normalizes the images of its first input before all else, if it does.
        #[inline]
        $vis fn normalization(&self) -> ::core::option::Option<&$crate::Normalize> {
            <Self as $crate::Network>::params(self).normalization()
        }

        /// From now on, the network takes the images of its first input as they are, and normalizes them itself:
        /// in `forward`, in sessions, in training, everywhere. Files keep it with the weights, so that whoever loads
        /// them need not know; `None` ends it. A network that was trained on normalized images is given it after
        /// its training.
        ///
        /// # Errors
        /// If there is neither one mean nor one for each channel, or so of the deviations; if a number is not
        /// finite, or a deviation is negative.
        #[inline]
        $vis fn set_normalization(
            &mut self,
            value: ::core::option::Option<$crate::Normalize>,
        ) -> ::core::result::Result<(), $crate::Error> {
            <Self as $crate::Network>::params_mut(self).set_normalization::<Self>(value)
        }

        #[doc = $evaluates]
        ///
        /// Allocates at every call, and packs the weights at the first one since they changed; a
        /// [`session`](Self::session) does both once.
        ///
        /// # Panics
        /// If the inputs have other shapes, differ in their number of images, or have no images; if
        /// there is no memory for the batch.
        #[inline]
        $vis fn forward(&self, input: $input) -> $output {
            $crate::run::forward(self, input)
        }

        #[doc = $evaluates]
        ///
        /// # Errors
        /// If the inputs have other shapes, differ in their number of images, or have no images; if
        /// there is no memory for the batch.
        #[inline]
        $vis fn try_forward(
            &self,
            input: $input,
        ) -> ::core::result::Result<$output, $crate::Error> {
            $crate::run::try_forward(self, input)
        }

        /// The value of a label for a batch, in evaluation mode: N×C×H×W or N×elements.
        ///
        /// # Errors
        /// If there is no such label, or as [`try_forward`](Self::try_forward).
        #[inline]
        $vis fn features(
            &self,
            label: &str,
            input: $input,
        ) -> ::core::result::Result<$crate::ndarray::ArrayD<f32>, $crate::Error> {
            $crate::run::features(self, label, input)
        }

        /// A session for up to `batch` images: weights packed and all memory allocated once.
        ///
        /// # Panics
        /// If there is no memory for the batch.
        #[inline]
        $vis fn session(&self, batch: usize) -> $crate::Session<Self> {
            $crate::Session::new(self, batch)
        }

        /// As [`session`](Self::session).
        ///
        /// # Errors
        /// If there is no memory for the batch.
        #[inline]
        $vis fn try_session(
            &self,
            batch: usize,
        ) -> ::core::result::Result<$crate::Session<Self>, $crate::Error> {
            $crate::Session::try_new(self, batch)
        }

        /// The weights packed for inference: sessions on any threads share them.
        ///
        /// # Panics
        /// If there is no memory for them.
        #[inline]
        $vis fn pack(&self) -> $crate::PackedWeights<Self> {
            match Self::try_pack(self) {
                ::core::result::Result::Ok(packed) => packed,
                ::core::result::Result::Err(error) => ::core::panic!("{error}"),
            }
        }

        /// As [`pack`](Self::pack).
        ///
        /// # Errors
        /// If there is no memory for them.
        #[inline]
        $vis fn try_pack(&self) -> ::core::result::Result<$crate::PackedWeights<Self>, $crate::Error> {
            $crate::PackedWeights::of(self)
        }

        /// A session that takes the network over and keeps no second copy of its weights.
        ///
        /// # Panics
        /// If there is no memory for the batch.
        #[inline]
        $vis fn into_session(self, batch: usize) -> $crate::Session<Self> {
            $crate::Session::from_network(self, batch)
        }

        /// As [`into_session`](Self::into_session); the network is gone after an error, too.
        ///
        /// # Errors
        /// If there is no memory for the batch.
        #[inline]
        $vis fn try_into_session(
            self,
            batch: usize,
        ) -> ::core::result::Result<$crate::Session<Self>, $crate::Error> {
            $crate::Session::try_from_network(self, batch)
        }

        /// The network as a table, with a line on the memory that inference needs.
        #[inline]
        $vis fn summary() -> ::std::string::String {
            $crate::run::summary::<Self>()
        }

        /// The network as a drawing: `svg()`, or `dot()` for Graphviz.
        #[inline]
        $vis fn graph() -> $crate::Graph {
            $crate::Graph::of::<Self>()
        }

        $crate::onnx_only! {
            /// Writes the network as evaluation computes it to an ONNX file, whole or not at all: for ONNX Runtime,
            /// OpenVINO, browsers, telephones.
            ///
            /// The file's inputs are N×C×H×W or N×elements as those of `forward`, of any N, and are normalized in
            /// it where the network does that. They are called what the network's chains are called, or `input`,
            /// and its outputs what stands after `=>`, or `output`.
            ///
            /// # Errors
            /// If the file can't be written; if evaluation needs a `custom` layer, or there are more than 2 GiB of
            /// weights, which no such file holds.
            $vis fn export_onnx(
                &self,
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> ::core::result::Result<(), $crate::Error> {
                $crate::onnx::export::<Self>(<Self as $crate::Network>::params(self), path.as_ref())
            }

            /// The bytes of the file that [`export_onnx`](Self::export_onnx) writes.
            ///
            /// # Errors
            /// If evaluation needs a `custom` layer, or there are more than 2 GiB of weights.
            $vis fn to_onnx(&self) -> ::core::result::Result<::std::vec::Vec<u8>, $crate::Error> {
                $crate::onnx::to_bytes::<Self>(<Self as $crate::Network>::params(self))
            }
        }
    };
}

/// The function that a generated struct has of its own for one of the trait.
#[doc(hidden)]
#[macro_export]
macro_rules! forwarded {
    ($vis:vis, $(#[$doc:meta])* $name:ident($($arg:tt)*) -> $out:ty, $($passed:ident)?) => {
        $(#[$doc])*
        #[inline]
        $vis fn $name($($arg)*) -> $out {
            <Self as $crate::Network>::$name($($passed)?)
        }
    };
}

/// Of a generated struct, all that is its own: constants and methods, with the shapes of its first input and
/// output.
#[doc(hidden)]
#[macro_export]
macro_rules! inherent {
    (
        $vis:vis, $evaluates:literal, $input:ty => $output:ty, $first:expr => $last:expr
    ) => {
        /// Shape of one image's input.
        $vis const INPUT: $crate::Shape = $first;
        /// Shape of one image's output.
        $vis const OUTPUT: $crate::Shape = $last;
        $crate::constants!($vis, own);
        $crate::methods!($vis, forwarded, $evaluates, $input => $output);
        /// Bytes that a session for `batch` images on `threads` threads needs beside the packed
        /// weights and the outputs; the largest number if they are more than it.
        $vis const fn workspace(batch: usize, threads: usize) -> usize {
            $crate::workspace(<Self as $crate::Program>::INFERENCE, batch, threads)
        }
        $crate::train_only! {
            /// Bytes that a step of training on `batch` images needs on `threads` threads, beside the network
            /// and what the optimizer keeps: values, gradients and scratch; the largest number if they are
            /// more than it. Where a trainer computes a batch in parts, the images are those of a part, and
            /// the sum of the gradients comes on top.
            $vis const fn train_workspace(batch: usize, threads: usize) -> usize {
                $crate::train_workspace::<Self>(batch, threads)
            }
        }
    };
}

/// Of a generated struct, the function that gives the network with the weights that are a part of the program.
///
/// `$name` is the file as it is written in the network's text and `$path` where it lies, `$pad` as in
/// [`Aligned`](crate::embedded::Aligned), and what [`is`](crate::embedded::is) asks.
#[doc(hidden)]
#[macro_export]
macro_rules! embedded {
    (
        $vis:vis, $name:literal, $path:literal, $pad:literal, $len:literal, $start:literal, $digest:literal,
        $trainable:expr, $buffers:expr, $packed:expr, $counters:expr, $normalization:expr
    ) => {
        /// Whether the file holds the weights as they are packed for this network by this version of the crate, so
        /// that its sessions use them where they lie: see [`save_packed`](Self::save_packed).
        $vis const PACKED_AHEAD: bool = $crate::embedded::is_ahead($packed);
        #[doc = ::core::concat!("The network with the weights of `", $name, "`, which are a part of the program.")]
        ///
        /// Floats of 32 bits are used where they lie in the program, and copied only once somebody changes them or
        /// asks for all of them in one slice; sessions and passes of all networks that come from here share one
        /// copy that is packed for inference, once.
        $vis fn embedded() -> Self {
            static FILE: &$crate::embedded::Aligned<$pad, [u8]> =
                &$crate::embedded::Aligned { pad: [0; $pad], bytes: *::core::include_bytes!($path) };
            #[allow(long_running_const_eval)]
            const _: () = ::core::assert!(
                $crate::embedded::is(&FILE.bytes, $len, $start, $digest),
                ::core::concat!("`", $name, "` has changed while the network was compiled: build it again")
            );
            static WEIGHTS: $crate::embedded::Embedded = $crate::embedded::Embedded {
                bytes: &FILE.bytes,
                trainable: $trainable,
                buffers: $buffers,
                packed: $packed,
                counters: $counters,
                normalization: $normalization,
            };
            static PARAMS: ::std::sync::OnceLock<$crate::Params> = ::std::sync::OnceLock::new();
            let params = PARAMS.get_or_init(|| $crate::Params::embedded::<Self>(&WEIGHTS));
            <Self as $crate::Network>::from_params(::core::clone::Clone::clone(params))
        }
    };
}

/// Of a generated struct, the function that loads the file of a manifest.
///
/// `$name` is the manifest as it is written in the network's text and `$path` where it lies.
#[doc(hidden)]
#[macro_export]
macro_rules! load_checked {
    ($vis:vis, $name:literal, $path:literal, $len:literal, $digest:literal) => {
        #[doc = ::core::concat!("Loads the file of weights of which `", $name, "` is the manifest.")]
        ///
        /// # Errors
        /// If the file can't be read, or is another one.
        $vis fn load_checked(
            path: impl ::core::convert::AsRef<::std::path::Path>,
        ) -> ::core::result::Result<Self, $crate::Error> {
            // Another manifest is another network.
            const _: &[u8] = ::core::include_bytes!($path);
            const MANIFEST: $crate::weights::Manifest =
                $crate::weights::Manifest { name: $name, len: $len, digest: $digest };
            $crate::weights::load_checked::<Self>(path.as_ref(), &MANIFEST)
                .map(<Self as $crate::Network>::from_params)
        }
    };
}

/// A network made by `cnn!`.
///
/// Trainers, evaluators and your own functions can be generic over it. What it is stands in the constants of
/// [`Describe`](crate::Describe).
pub trait Network: Program {
    /// The input type of `forward`: `ArrayView4` (N×C×H×W), `ArrayView2` (N×elements), or a tuple
    /// of them where the network has several inputs.
    type Input<'a>: Inputs;
    /// The output type of `forward`: `Array4`, `Array2`, or a struct with one of them for each
    /// name after `=>`.
    type Output: Outputs;
    /// As [`Network::Output`], with the outputs that exist in training only.
    type TrainOutput: Outputs;

    crate::methods!(, declared, "Evaluates a batch.", Self::Input<'_> => Self::Output);
}
