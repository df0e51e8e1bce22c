//! The parameters of users' own layers, whose number and shapes only rustc knows: emitted as constants
//! that it works out. They lie behind all other parameters, packed ones too.

use super::{shape, shelter};
use crate::layers::Own;
use crate::net::{Net, Node};
use crate::plan::Plan;
use crate::text::{list, tokens};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// Where the parameters of own layer number `k` start behind the others, and how many floats they take.
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
        let (paths, tensors) = (format_ident!("PATHS_{k}"), format_ident!("TENSORS_{k}"));
        let (kernel, macs) = (format_ident!("CUSTOM_{k}"), format_ident!("MACS_{k}"));
        let (ty, input, path) = (alias(k, own), &own.input, &node.path);
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
            const #paths: &[u8] = &own::paths::<{ own::paths_len(#path, #params) }>(#path, #params);
            const #tensors: &[rt::TensorSpec] =
                &own::tensors::<{ #params.len() }>(#path, #params, #paths, KNOWN + #place.0);
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

/// The tensors of a network, given those of each node.
pub(super) fn tensors(net: &Net, known: Vec<Vec<String>>) -> String {
    if layers(net).next().is_none() {
        return format!("&[{}]", list(known.into_iter().flatten()));
    }
    let (mut parts, mut lens) = (Vec::new(), Vec::new());
    for (i, known) in known.into_iter().enumerate() {
        if let Some(k) = net.own_number(i) {
            let name = format!("TENSORS_{k}");
            lens.push(format!("{name}.len()"));
            parts.push(name);
        } else if !known.is_empty() {
            lens.push(known.len().to_string());
            parts.push(format!("&[{}]", list(known)));
        }
    }
    format!("&own::join::<{{ {} }}>(&[{}])", lens.join(" + "), list(parts))
}

/// What holds of the tensors of own layers: each has a name of its own.
pub(super) fn names(net: &Net) -> TokenStream {
    let name = shelter::network();
    let check = |(k, (_, own)): (usize, (&Node, &Own))| {
        let tensors = format_ident!("TENSORS_{k}");
        let check =
            quote_spanned!(own.ty.span()=> own::apart(#tensors, <#name as rt::Network>::TENSORS));
        quote!(const _: () = #check;)
    };
    layers(net).enumerate().map(check).collect()
}

/// A number of all layers that the macro knows, and what own layers add to it.
pub(super) fn sum(net: &Net, known: usize, what: fn(usize) -> String) -> String {
    let own = layers(net).enumerate().map(|(k, _)| format!(" + {}", what(k)));
    format!("{known}{}", own.collect::<String>())
}

/// Elements of the parameters of own layer number `k`.
pub(super) fn elements(k: usize) -> String {
    format!("own::elements(PARAMS_{k})")
}

/// Multiply–adds of own layer number `k`.
pub(super) fn layer_macs(k: usize) -> String {
    format!("MACS_{k}")
}

/// Multiply–adds in evaluation, given those that the macro knows.
pub(super) fn macs(net: &Net, known: u64) -> String {
    let outputs = net.outputs.iter().filter(|o| !o.train).map(|o| o.value);
    let needed = net.needed_for(outputs);
    let own = (0..net.nodes.len()).filter(|&i| needed[i]).filter_map(|i| net.own_number(i));
    format!("{known}{}", own.map(|k| format!(" + {}", layer_macs(k))).collect::<String>())
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
