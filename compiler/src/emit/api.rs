//! What a user of the struct meets. The constants and methods themselves stand in the runtime, once.

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
    let evaluates = format!("Evaluates a batch: {takes} → {gives}.");
    let this = shelter::network();
    quote! {
        impl #this {
            __cnn_rt::inherent!(#vis, #evaluates, #input => #output, #first => #last);
        }
    }
}
