//! What is emitted after a mistake: the struct with its whole API and no program, so that
//! nothing else in the user's file turns red.
//!
//! The first error is the value of a constant, `PARAMETERS`, on which all others depend: rustc then
//! says nothing about `assert!(Net::PARAMETERS < 100_000)`.

use super::{Signature, api, shelter, weights};
use crate::ast;
use cnn_ir::Shape;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

/// The struct and its API; shapes as far as they are known. `error` is an expression that does not
/// compile.
pub fn stub(
    facade: &TokenStream,
    written: &ast::Network,
    name: &Ident,
    error: &TokenStream,
    inputs: &[Shape],
    outputs: &[Option<Shape>],
) -> TokenStream {
    let (attrs, vis) = (&written.attrs, &written.vis);
    let signature = Signature::broken(written, inputs, outputs);
    let inherent = api::inherent(name, vis, &signature);
    let file = written.file.as_ref().map(|file| file.path.as_str());
    let weights = written.weights().map(|(path, _)| path).or(file);
    let weights = weights.map(|path| weights::stub(vis, path));
    let outputs = signature.structs(name, written);
    let (holders, shapes, types) =
        (signature.holders(name), signature.shapes(), signature.types(name));
    let none = signature.constant(&quote!(&[]));
    let text = name.unraw().to_string();
    let graph = signature.constant(&quote!(rt::ir::make::graph(#text, &[], &[], &[], &[], &[])));
    let never = quote!(::core::unreachable!("the network does not compile"));
    let this = shelter::network();
    let items = quote! {
        #holders
        #inherent
        #weights
        impl rt::Describe for #this {
            const GRAPH: rt::ir::Graph<'static> = #graph;
            const NAME: &'static str = #text;
            const INPUTS: &'static [rt::Shape] = #none;
            const PARAMETERS: usize = #error;
            const MACS: u64 = Self::PARAMETERS as u64;
            const WORKSPACE: usize = Self::PARAMETERS;
            const LAYERS: &'static [rt::LayerInfo] = #none;
            const BLOCKS: &'static [rt::BlockInfo] = #none;
            const OUTPUT_LAYERS: &'static [usize] = #none;
            const TENSORS: &'static [rt::TensorSpec] = #none;
            const LABELS: &'static [(&'static str, rt::Shape)] = #none;
            const PLACES: &'static [(&'static str, usize)] = #none;
            #shapes
        }
        impl rt::Program for #this {
            const PACKING: u64 = 0;
            const INFERENCE: &'static [rt::InferencePlan] = #none;
            const TRAINING: rt::TrainingPlan = rt::TrainingPlan {
                interleaved: 1, arena: 0, rooms: &[], stats: 0, inputs: &[], outputs: &[], d_outputs: &[], d_inputs: &[], largest: 0,
                longest_row: 0, layers: &[], cumulative: &[], batch_norm: ::core::option::Option::None,
            };
            fn infer(_: usize, _: &rt::Pass<'_>, _: &[f32], _: &mut [f32]) {
                #never
            }
            fn forward_pass(_: &rt::Pass<'_>, _: rt::TrainingTensors<'_>, _: &mut dyn rt::Observer) {
                #never
            }
            __cnn_rt::train_only! {
                fn backward_pass(_: &rt::Pass<'_>, _: rt::BackwardTensors<'_>, _: &mut dyn rt::Observer) {
                    #never
                }
            }
        }
        impl rt::Network for #this {
            #types
            fn from_params(params: rt::Params) -> Self {
                Self { params }
            }
            fn params(&self) -> &rt::Params {
                &self.params
            }
            fn params_mut(&mut self) -> &mut rt::Params {
                &mut self.params
            }
            fn into_params(self) -> rt::Params {
                self.params
            }
        }
    };
    let items = shelter::sheltered(facade, written, name, &TokenStream::new(), &items);
    quote! {
        #(#attrs)*
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #name {
            params: #facade::__rt::Params,
        }
        #outputs
        #items
    }
}
