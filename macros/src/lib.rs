//! The `cnn!` macro: a shim over [`cnn_compiler`], which is an ordinary library so that tests and
//! tools can link it.

use proc_macro::TokenStream;

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
    cnn_compiler::expand(tokens.into()).into()
}
