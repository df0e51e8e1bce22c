//! The `cnn!` macro: a shim over [`cnn_compiler`], which is an ordinary library so that tests and
//! tools can link it.

use proc_macro::TokenStream;
use std::path::PathBuf;

/// A documented module for each layer, for the crate `cnn` alone.
#[doc(hidden)]
#[proc_macro]
pub fn layer_documentation(_: TokenStream) -> TokenStream {
    cnn_compiler::hover::documentation().into()
}

/// Compiles convolutional networks: what the macro `cnn!` of the crate `cnn` calls with its own path first,
/// `@(path) …`.
#[proc_macro]
pub fn cnn(tokens: TokenStream) -> TokenStream {
    // That of the crate in which the call stands; rustc alone does not say it.
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    cnn_compiler::expand_in(tokens.into(), &folder).into()
}
