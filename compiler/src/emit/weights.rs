//! Weights that are known while compiling: the function that gives the network with them.

use super::shelter;
use crate::net::Net;
use crate::schedule::{Plans, Storage};
use crate::text::{list, tokens};
use crate::weights::{Weights, is_manifest};
use cnn_ir::file::digest;
use cnn_ir::{Element, Role};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Visibility;
use syn::spanned::Spanned;

/// Bytes of a cache line.
const LINE: u64 = 64;

/// `embedded()`, or, of a manifest, `load_checked(path)`.
pub(super) fn items(vis: &Visibility, net: &Net, plans: &Plans, weights: &Weights) -> TokenStream {
    let storage = &plans.storage;
    let this = shelter::network();
    let Weights { name, path, len, start, digest, .. } = weights;
    let [len, start, digest] = [len, start, digest].map(|n| tokens(&n.to_string()));
    if weights.manifest {
        return quote! {
            impl #this {
                __cnn_rt::load_checked!(#vis, #name, #path, #len, #digest);
            }
        };
    }
    // What is packed is read most.
    let first = weights.packed.as_ref().and_then(|(_, packed)| packed.first());
    let first = first.map_or(weights.start, |&(start, _)| start);
    let pad = tokens(&(first.wrapping_neg() % LINE).to_string());
    let [trainable, buffers] =
        [Role::Trainable, Role::Buffer].map(|role| tokens(&table(net, storage, weights, role)));
    let packed = tokens(&packed(plans, weights));
    let counters = tokens(&format!("&[{}]", list(&weights.counters)));
    let normalization = tokens(&match &weights.normalization {
        Some(of) => {
            let [mean, deviation] =
                of.each_ref().map(|all| list(all.iter().map(|x| format!("{x:?}"))));
            format!("::core::option::Option::Some((&[{mean}], &[{deviation}]))")
        }
        None => "::core::option::Option::None".to_owned(),
    });
    let own = own(net);
    quote! {
        #own
        impl #this {
            __cnn_rt::embedded!(
                #vis, #name, #path, #pad, #len, #start, #digest, #trainable, #buffers, #packed,
                #counters, #normalization
            );
        }
    }
}

/// Where the tensors of a role lie in the file, in the order of their offsets.
fn table(net: &Net, storage: &Storage, weights: &Weights, role: Role) -> String {
    let mut table = Vec::new();
    let nodes = net.nodes.iter().zip(&storage.places).zip(&weights.tensors);
    for ((node, places), tensors) in nodes {
        for ((param, place), tensor) in node.layer.params.iter().zip(places).zip(tensors) {
            if let Some((start, element)) = tensor.filter(|_| param.role == role) {
                let (offset, len, element) = (place.offset, place.len, spelled(element));
                table.push(format!("tensor({offset}, {len}, {start}, Element::{element})"));
            }
        }
    }
    format!("{{ use __cnn_rt::embedded::tensor; use __cnn_rt::ir::Element; &[{}] }}", list(table))
}

/// A number for the way in which the weights are packed: another network, and another version of this crate,
/// have another.
pub(super) fn packing(plans: &Plans) -> u64 {
    let plans = plans.inference.iter().map(|plan| (&plan.packs, plan.packed));
    digest(format!("{} {:?}", env!("CARGO_PKG_VERSION"), plans.collect::<Vec<_>>()).as_bytes())
}

/// Where in the file the weights are that are packed ahead, if they are packed as the plans have it.
fn packed(plans: &Plans, weights: &Weights) -> String {
    let same = |(how, packed): &&(u64, Vec<(u64, u64)>)| {
        let floats = packed.iter().map(|(_, len)| *len);
        *how == packing(plans) && floats.eq(plans.inference.iter().map(|p| p.packed as u64))
    };
    let places = weights
        .packed
        .as_ref()
        .filter(same)
        .map(|(_, packed)| list(packed.iter().map(|(start, len)| format!("({start}, {len})"))));
    format!("&[{}]", places.unwrap_or_default())
}

fn spelled(element: Element) -> String {
    format!("{element:?}")
}

/// What holds of users' own layers: only rustc knows their parameters, so the compiler has not looked for them.
fn own(net: &Net) -> TokenStream {
    let own = net.nodes.iter().filter_map(|node| node.layer.own.as_ref());
    let check = own.enumerate().map(|(k, own)| {
        let params = format_ident!("PARAMS_{k}");
        let text = "the weights of this layer are known to rustc alone: `embedded()` can't have them, but `load(path)?` can";
        quote_spanned!(own.ty.span()=> const _: () = ::core::assert!(#params.is_empty(), #text);)
    });
    check.collect()
}

/// The same function after a mistake.
pub(super) fn stub(vis: &Visibility, path: &str) -> TokenStream {
    let this = shelter::network();
    let function = match is_manifest(path) {
        true => quote! {
            #vis fn load_checked(
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> ::core::result::Result<Self, rt::Error> {
                Self::load(path)
            }
        },
        false => quote! {
            #vis const PACKED_AHEAD: bool = true;
            #[doc = "As of a network without a mistake."]
            #vis fn embedded() -> Self {
                Self::new(0)
            }
        },
    };
    quote!(impl #this { #[doc = "As of a network without a mistake."] #function })
}
