//! The parameters of users' own layers, whose number and shapes only rustc knows: emitted as constants
//! that it works out. They lie after all other parameters, packed ones too.

use super::{shape, shelter};
use crate::layers::Own;
use crate::net::{Net, Node};
use crate::plan::Plan;
use crate::text::tokens;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// Where the parameters of own layer number `k` start after the others, and how many floats they take.
pub(super) fn place(k: usize) -> String {
    format!("OWN_{k}")
}

/// The kernel of own layer number `k`.
pub(super) fn kernel(k: usize) -> String {
    format!("CUSTOM_{k}")
}

/// The own layers of a network, in order.
pub(super) fn layers(net: &Net) -> impl Iterator<Item = (&Node, &Own)> {
    net.nodes.iter().filter_map(|node| Some((node, node.layer.own.as_ref()?)))
}

/// The user's types, under names that only emitted code uses.
pub(super) fn types(net: &Net) -> TokenStream {
    let types = layers(net).enumerate().map(|(k, (_, own))| {
        let (name, ty) = (alias(k, own), &own.ty);
        quote!(type #name = #ty;)
    });
    types.collect()
}

/// The name of the type of own layer number `k`.
fn alias(k: usize, own: &Own) -> Ident {
    format_ident!("__Own{k}", span = own.ty.span())
}

/// The constants that describe them; `trainable` floats come before their parameters.
pub(super) fn items(net: &Net, trainable: usize) -> TokenStream {
    let mut items = TokenStream::new();
    let mut before = quote!(0);
    for (k, (node, own)) in layers(net).enumerate() {
        let (params, place) = (format_ident!("PARAMS_{k}"), format_ident!("OWN_{k}"));
        let (kernel, macs) = (format_ident!("CUSTOM_{k}"), format_ident!("MACS_{k}"));
        let (ty, input) = (alias(k, own), &own.input);
        let (name, stated) = (node.layer.op.to_string(), tokens(&shape(node.layer.output)));
        // All else reads its fields, so that a layer for other shapes is one error.
        let value = quote_spanned!(own.ty.span()=> rt::custom::<#ty, #input>());
        let shape =
            quote_spanned!(own.ty.span()=> rt::custom_check(#name, #kernel.output, #stated));
        let check = quote_spanned!(own.ty.span()=> own::check(#params));
        items.extend(quote! {
            const #kernel: rt::Custom = #value;
            const _: () = #shape;
            const #params: &[own::Parameter] = #kernel.params;
            const #macs: u64 = #kernel.macs;
            const _: () = #check;
            const #place: (usize, usize) = (#before, own::space(#params));
        });
        before = quote!(#place.0 + #place.1);
    }
    if items.is_empty() {
        return items;
    }
    quote! {
        use __cnn_rt::layers::custom::params as own;
        /// Floats of the parameters that the macro knows.
        const KNOWN: usize = #trainable;
        #items
    }
}

/// What only rustc knows of own layer number `k`.
pub(super) fn constant(k: usize) -> String {
    format!(
        "rt::ir::code::Own {{
            macs: MACS_{k}, tensors: &own::tensors::<{{ PARAMS_{k}.len() }}>(PARAMS_{k}),
        }}"
    )
}

/// What holds of the tensors of own layers: each has a name of its own.
pub(super) fn names(net: &Net) -> TokenStream {
    let name = shelter::network();
    let check = |(k, (node, own)): (usize, (&Node, &Own))| {
        let (path, params) = (&node.path, format_ident!("PARAMS_{k}"));
        let check = quote_spanned!(own.ty.span()=>
            own::apart(#path, #params, <#name as rt::Describe>::TENSORS));
        quote!(const _: () = #check;)
    };
    layers(net).enumerate().map(check).collect()
}

/// A number of all layers that the macro knows, and what own layers add to it.
pub(super) fn sum(net: &Net, known: usize, what: fn(usize) -> String) -> String {
    let own = layers(net).enumerate().map(|(k, _)| format!(" + {}", what(k)));
    format!("{known}{}", own.collect::<String>())
}

/// Floats that the parameters of own layer number `k` take.
pub(super) fn floats(k: usize) -> String {
    format!("{}.1", place(k))
}

/// The largest of a number and the floats of each own layer's parameters.
pub(super) fn largest(net: &Net, known: usize) -> String {
    layers(net)
        .enumerate()
        .fold(known.to_string(), |most, (k, _)| format!("own::larger({most}, {})", floats(k)))
}

/// How the packed parameters of own layers come to be: they stay as they are.
pub(super) fn packs(net: &Net, plan: &Plan) -> Vec<String> {
    let packed = plan.packed;
    let pack = |(k, _)| {
        let place = place(k);
        format!(
            "rt::Pack {{ params: &[(KNOWN + {place}.0, {place}.1)], state: &[], \
             to: ({packed} + {place}.0, {place}.1), by: rt::Packing::PLAIN }}"
        )
    };
    layers(net).enumerate().map(pack).collect()
}
