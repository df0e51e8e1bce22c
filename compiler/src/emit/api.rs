//! What a user of the struct meets.

use super::Signature;
use super::shape;
use super::shelter;
use super::signature::spelled;
use crate::text::tokens;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Visibility;

/// The inherent constants and methods.
pub(super) fn inherent(name: &Ident, vis: &Visibility, signature: &Signature) -> TokenStream {
    let (input, output) = (signature.input_type(&quote!('_)), signature.output_type(name));
    let first = signature.constant(&tokens(&shape(signature.inputs[0])));
    let last = signature.constant(&tokens(&shape(signature.outputs[0].shape)));
    let list = |shapes: Vec<_>| {
        shapes.into_iter().map(|s| format!("N×{}", spelled(s))).collect::<Vec<_>>().join(", ")
    };
    let takes = list(signature.inputs.clone());
    let gives = list(signature.in_evaluation().map(|o| o.shape).collect());
    let forward = format!(
        "Evaluates a batch: {takes} → {gives}.\n\nAllocates its workspace; [`session`](Self::session) keeps one.\n\n# Panics\nIf the input has another shape, or no images, or there is no memory for so many."
    );
    let try_forward = format!(
        "Evaluates a batch: {takes} → {gives}.\n\n# Errors\nIf the input has another shape, or no images, or there is no memory for so many."
    );
    let this = shelter::network();
    quote! {
        impl #this {
            /// Shape of one image's input.
            #vis const INPUT: rt::Shape = #first;
            /// Shape of one image's output.
            #vis const OUTPUT: rt::Shape = #last;
            /// Trainable parameters.
            #vis const PARAMETERS: usize = <Self as rt::Network>::PARAMETERS;
            /// Multiply–adds of one image's forward pass.
            #vis const MACS: u64 = <Self as rt::Network>::MACS;
            /// Bytes that inference of one image on one thread needs beside the packed weights.
            #vis const WORKSPACE: usize = <Self as rt::Network>::WORKSPACE;
            /// Every layer in order.
            #vis const LAYERS: &'static [rt::LayerInfo] = <Self as rt::Network>::LAYERS;

            /// A freshly initialized network from this seed: every layer as PyTorch's defaults, unless
            /// its `init` says otherwise.
            ///
            /// # Panics
            /// If there is no memory for its parameters.
            #[inline]
            #vis fn new(seed: u64) -> Self {
                rt::api::new(seed)
            }
            /// As [`new`](Self::new).
            ///
            /// # Errors
            /// If there is no memory for its parameters.
            #[inline]
            #vis fn try_new(seed: u64) -> ::core::result::Result<Self, rt::Error> {
                rt::api::try_new(seed)
            }
            /// Loads a `state_dict` saved as safetensors, with PyTorch's names and layouts.
            ///
            /// # Errors
            /// If the file can't be read, or a tensor is missing, surplus or of another shape or type.
            #[inline]
            #vis fn load(path: impl ::core::convert::AsRef<::std::path::Path>) -> ::core::result::Result<Self, rt::Error> {
                rt::api::load(path.as_ref())
            }
            /// Saves the `state_dict` as safetensors, whole or not at all.
            ///
            /// # Errors
            /// If the file can't be written.
            #[inline]
            #vis fn save(&self, path: impl ::core::convert::AsRef<::std::path::Path>) -> ::core::result::Result<(), rt::Error> {
                rt::api::save(self, path.as_ref())
            }
            /// Loads the bytes of such a file, which may be a part of the program: `include_bytes!`.
            ///
            /// # Errors
            /// If they are no such file, or a tensor is missing, surplus or of another shape or type.
            #[inline]
            #vis fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, rt::Error> {
                rt::api::from_bytes(bytes)
            }
            /// The bytes of the file that [`save`](Self::save) writes.
            #[inline]
            #vis fn to_bytes(&self) -> ::std::vec::Vec<u8> {
                rt::api::to_bytes(self)
            }
            /// A parameter by its path, in PyTorch's layout.
            ///
            /// # Errors
            /// If no parameter has this path.
            #[inline]
            #vis fn get(&self, path: &str) -> ::core::result::Result<rt::ndarray::ArrayViewD<'_, f32>, rt::Error> {
                rt::api::get(self, path)
            }
            /// Replaces a parameter, given in PyTorch's layout.
            ///
            /// # Errors
            /// If no parameter has this path, or it has another shape.
            #[inline]
            #vis fn set(&mut self, path: &str, value: impl rt::AsArray) -> ::core::result::Result<(), rt::Error> {
                rt::api::set(self, path, value)
            }
            #[doc = #forward]
            #[inline]
            #vis fn forward(&self, input: #input) -> #output {
                rt::api::forward(self, input)
            }
            #[doc = #try_forward]
            #[inline]
            #vis fn try_forward(&self, input: #input) -> ::core::result::Result<#output, rt::Error> {
                rt::api::try_forward(self, input)
            }
            /// The value of a label for a batch.
            ///
            /// # Errors
            /// If there is no such label, or the input has another shape.
            #[inline]
            #vis fn features(&self, label: &str, input: #input) -> ::core::result::Result<rt::ndarray::ArrayD<f32>, rt::Error> {
                rt::api::features(self, label, input)
            }
            /// A session for up to `batch` images: weights packed and all memory allocated once.
            ///
            /// # Panics
            /// If there is no memory for so many images.
            #[inline]
            #vis fn session(&self, batch: usize) -> rt::Session<Self> {
                rt::api::session(self, batch)
            }
            /// As [`session`](Self::session).
            ///
            /// # Errors
            /// If there is no memory for so many images.
            #[inline]
            #vis fn try_session(&self, batch: usize) -> ::core::result::Result<rt::Session<Self>, rt::Error> {
                rt::api::try_session(self, batch)
            }
            /// A session that takes the network over and keeps no second copy of its weights.
            ///
            /// # Panics
            /// If there is no memory for so many images.
            #[inline]
            #vis fn into_session(self, batch: usize) -> rt::Session<Self> {
                rt::api::into_session(self, batch)
            }
            /// As [`into_session`](Self::into_session); the network is gone after an error, too.
            ///
            /// # Errors
            /// If there is no memory for so many images.
            #[inline]
            #vis fn try_into_session(self, batch: usize) -> ::core::result::Result<rt::Session<Self>, rt::Error> {
                rt::api::try_into_session(self, batch)
            }
            /// Bytes that a session for `batch` images on `threads` threads needs beside the packed
            /// weights and the outputs; the largest number if they are more than it.
            #vis const fn workspace(batch: usize, threads: usize) -> usize {
                rt::workspace(<Self as rt::Network>::INFERENCE, batch, threads)
            }
            /// The network as a table.
            #[inline]
            #vis fn summary() -> ::std::string::String {
                rt::api::summary::<Self>()
            }
            /// The network as a drawing: `svg()`, or `dot()` for Graphviz.
            #[inline]
            #vis fn graph() -> rt::Graph {
                rt::Graph::of::<Self>()
            }
        }
    }
}
