//! Weights of the ONNX file that a network comes from: the function that gives the network with them.

use crate::net::Net;
use crate::recipes::Recipes;
use proc_macro2::TokenStream;
use syn::Visibility;

/// Without the feature `onnx`, there are none.
#[cfg(not(feature = "onnx"))]
pub(super) fn items(_: &Visibility, _: &Net, recipes: &Recipes) -> TokenStream {
    match *recipes {}
}

/// `embedded()`.
#[cfg(feature = "onnx")]
pub(super) fn items(vis: &Visibility, net: &Net, recipes: &Recipes) -> TokenStream {
    use super::shelter;
    use crate::text::{list, tokens};
    use cnn_ir::Role;
    use quote::quote;

    let this = shelter::network();
    let mut steps = Vec::new();
    for node in &net.nodes {
        for param in &node.layer.params {
            let path = node.tensor(param);
            let found = recipes.tensors.get(&path).map(Vec::as_slice);
            debug_assert!(param.role == Role::Counter || found.is_some(), "nothing fills {path}");
            steps.push(format!("&[{}]", list(found.unwrap_or_default().iter().map(spelled))));
        }
    }
    let steps = tokens(&list(steps));
    let (paths, lengths): (Vec<&str>, Vec<TokenStream>) =
        recipes.files.iter().map(|(path, len)| (path.as_str(), tokens(&len.to_string()))).unzip();
    quote! {
        impl #this {
            /// The network with the weights of the file that it comes from, which are a part of the program.
            #vis fn embedded() -> Self {
                use __cnn_rt::ir::Element;
                use __cnn_rt::recipe::{Axes, One, Step, Two};
                static FILES: &[&[u8]] = &[#(::core::include_bytes!(#paths)),*];
                const LENGTHS: &[usize] = &[#(#lengths),*];
                const _: () = ::core::assert!(
                    __cnn_rt::onnx::are(FILES, LENGTHS),
                    "the file has changed while the network was being compiled",
                );
                static RECIPES: &[&[Step]] = &[#steps];
                <Self as rt::Network>::from_params(__cnn_rt::onnx::embedded::<Self>(FILES, RECIPES))
            }
        }
    }
}

/// A step as Rust spells it.
#[cfg(feature = "onnx")]
fn spelled(step: &cnn_onnx::recipe::Step) -> String {
    use cnn_onnx::recipe::{Axes, Step};
    let axes = |axes: &Axes| format!("Axes::new(&{:?})", axes.list());
    match step {
        Step::Stored { file, offset, kind, count } => {
            format!(
                "Step::Stored {{ file: {file}, offset: {offset}, kind: Element::{kind:?}, count: {count} }}"
            )
        }
        Step::Filled { value, count } => {
            format!("Step::Filled {{ value: f32::from_bits({}), count: {count} }}", value.to_bits())
        }
        Step::Identities { size, times } => {
            format!("Step::Identities {{ size: {size}, times: {times} }}")
        }
        Step::Permuted { dims, order } => {
            format!("Step::Permuted {{ dims: {}, order: {} }}", axes(dims), axes(order))
        }
        Step::Sliced { dims, axis, from, count } => {
            format!(
                "Step::Sliced {{ dims: {}, axis: {axis}, from: {from}, count: {count} }}",
                axes(dims)
            )
        }
        Step::Both { by, older, newest } => {
            format!(
                "Step::Both {{ by: Two::{by:?}, older: {}, newest: {} }}",
                axes(older),
                axes(newest)
            )
        }
        Step::Each(by) => format!("Step::Each(One::{by:?})"),
    }
}
