//! Where emitted code stands: in a scope in which nothing of the user's has a name that the code uses.
//!
//! An item of the user's module is in the way of emitted code if it is called as a primitive type, as the
//! runtime is, or, being a constant, as a parameter or variable, which then is a pattern. All these names
//! mean something else in a block of their own, in which only what the user wrote has another name.

use crate::ast;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// The parameters and variables of emitted code. A function may be shadowed by them, a constant may not.
pub const LOCALS: &[&str] = &[
    "arena", "at", "batch", "bytes", "cx", "f", "first", "from", "images", "index", "input",
    "kept", "kernels", "label", "n", "output", "packed", "params", "path", "plan", "seed",
    "shapes", "slices", "step", "t", "tap", "threads", "to", "value", "view", "w",
];

/// The name of a network in its implementations.
pub(super) fn network() -> Ident {
    Ident::new("__Network", Span::call_site())
}

/// The items in a block, after the types that the user wrote.
pub(super) fn sheltered(
    facade: &TokenStream,
    written: &ast::Network,
    name: &Ident,
    types: &TokenStream,
    items: &TokenStream,
) -> TokenStream {
    let (conditions, network) = (written.conditions(), network());
    let locals = LOCALS.iter().map(|name| Ident::new(name, Span::call_site()));
    // A path in a `use` or before a macro must not begin with a name that the user's module has too.
    quote! {
        #(#conditions)*
        #[allow(clippy::all, clippy::pedantic, unused_variables, unused_imports, unused_braces, dead_code)]
        const _: () = {
            #types
            #[allow(deprecated)]
            type #network = #name;
            #[allow(deprecated)]
            const _: () = {
                use #facade::__rt as rt;
                use #facade::__rt as __cnn_rt;
                use __cnn_rt::primitives::*;
                #(fn #locals() {})*
                #items
            };
        };
    }
}
