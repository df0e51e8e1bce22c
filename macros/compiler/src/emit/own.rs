//! The parameters of users' own layers, whose number and shapes only rustc knows: emitted as constants
//! that it works out. They lie behind all other parameters, packed ones too.

use crate::layers::{Body, Own};
use crate::net::{Net, Node};
use crate::plan::Plan;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// Where the parameters of own layer number `k` start behind the others, and how many floats they take.
pub(super) fn place(k: usize) -> Ident {
    format_ident!("OWN_{k}")
}

fn parameters(k: usize) -> Ident {
    format_ident!("PARAMS_{k}")
}

/// The own layers of a network, in order.
pub(super) fn layers(net: &Net) -> impl Iterator<Item = (&Node, &Own)> {
    net.nodes.iter().filter_map(|node| match &node.layer.body {
        Body::Kernel(kernel) => Some((node, kernel.own.as_ref()?)),
        Body::View | Body::Activation(_) => None,
    })
}

/// The constants that describe them; `trainable` floats come before their parameters.
pub(super) fn items(net: &Net, trainable: usize) -> TokenStream {
    let mut items = TokenStream::new();
    let mut before = quote!(0);
    for (k, (node, own)) in layers(net).enumerate() {
        let (params, place, path) = (parameters(k), place(k), &node.path);
        let (paths, tensors) = (format_ident!("PATHS_{k}"), format_ident!("TENSORS_{k}"));
        let (ty, input) = (&own.ty, &own.input);
        let check = quote_spanned!(ty.span()=> own::check(#params));
        items.extend(quote! {
            const #params: &[own::Parameter] = own::of::<#ty, #input>();
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
        use rt::layers::custom::params as own;
        /// Floats of the parameters that the macro knows.
        const KNOWN: usize = #trainable;
        #items
    }
}

/// The tensors of a network, given those of each node.
pub(super) fn tensors(net: &Net, known: Vec<Vec<TokenStream>>) -> TokenStream {
    if layers(net).next().is_none() {
        let known = known.into_iter().flatten();
        return quote!(&[#(#known),*]);
    }
    let (mut parts, mut lens, mut k) = (Vec::new(), Vec::new(), 0);
    for (node, known) in net.nodes.iter().zip(known) {
        let own = matches!(&node.layer.body, Body::Kernel(kernel) if kernel.own.is_some());
        if own {
            let name = format_ident!("TENSORS_{k}");
            lens.push(quote!(#name.len()));
            parts.push(quote!(#name));
            k += 1;
        } else if !known.is_empty() {
            let n = known.len();
            lens.push(quote!(#n));
            parts.push(quote!(&[#(#known),*]));
        }
    }
    quote!(&own::join::<{ #(#lens)+* }>(&[#(#parts),*]))
}

/// A number of all layers that the macro knows, and what own layers add to it.
pub(super) fn sum(
    net: &Net,
    known: TokenStream,
    what: fn(usize, &Own) -> TokenStream,
) -> TokenStream {
    let own = layers(net).enumerate().map(|(k, (_, own))| what(k, own));
    quote!(#known #(+ #own)*)
}

/// Elements of the parameters of own layer number `k`.
pub(super) fn elements(k: usize, _: &Own) -> TokenStream {
    let params = parameters(k);
    quote!(own::elements(#params))
}

/// Multiply–adds of an own layer.
pub(super) fn layer_macs(own: &Own) -> TokenStream {
    let (ty, input) = (&own.ty, &own.input);
    quote!(<#ty as rt::CustomLayer<#input>>::MACS)
}

/// Multiply–adds in evaluation, given those that the macro knows.
pub(super) fn macs(net: &Net, known: u64) -> TokenStream {
    let outputs = net.outputs.iter().filter(|o| !o.train).map(|o| o.value);
    let needed = net.needed_for(outputs);
    let own = net.nodes.iter().zip(needed).filter_map(|(node, needed)| match &node.layer.body {
        Body::Kernel(kernel) if needed => kernel.own.as_ref().map(layer_macs),
        _ => None,
    });
    quote!(#known #(+ #own)*)
}

/// Floats that the parameters of own layer number `k` take.
pub(super) fn floats(k: usize, _: &Own) -> TokenStream {
    let place = place(k);
    quote!(#place.1)
}

/// The largest of a number and the floats of each own layer's parameters.
pub(super) fn largest(net: &Net, known: usize) -> TokenStream {
    layers(net).enumerate().fold(quote!(#known), |most, (k, _)| {
        let place = place(k);
        quote!(own::larger(#most, #place.1))
    })
}

/// How the packed parameters of own layers come to be: they stay as they are.
pub(super) fn packs(net: &Net, plan: &Plan) -> Vec<TokenStream> {
    let packed = plan.packed;
    let pack = |(k, (_, own)): (usize, (&Node, &Own))| {
        let (place, ty, input) = (place(k), &own.ty, &own.input);
        quote!(rt::Pack {
            params: &[(KNOWN + #place.0, #place.1)],
            state: &[],
            to: (#packed + #place.0, #place.1),
            plain: true,
            pack: |from, to| {
                rt::Kernel::<rt::Nchw>::pack(&<rt::Custom<#ty, #input>>::new(), from, to)
            },
        })
    };
    layers(net).enumerate().map(pack).collect()
}
