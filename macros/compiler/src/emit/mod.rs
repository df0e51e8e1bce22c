//! Plan → code. Emitted code names nothing but the facade's hidden path, `::cnn::__rt`.

mod api;
mod describe;
mod own;
mod signature;
mod steps;
mod stub;

use crate::ast;
use crate::layers::{Body, Init, Role};
use crate::net::Net;
use crate::plan::{Layout, Plan, Plans, Storage};
use crate::shape::Shape;
use crate::summary;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use signature::Signature;
use steps::{Items, Pass, function, packs, rooms};

pub use stub::stub;

/// The struct, its API and its program.
pub fn network(written: &ast::Network, name: &Ident, net: &Net, plans: &Plans) -> TokenStream {
    let (attrs, vis) = (&written.attrs, &written.vis);
    let table = summary::rustdoc(net, plans);
    let mut items = Items::default();
    let program = program(&mut items, net, plans);
    let checks = checks(net);
    let own_layers = own::items(net, plans.storage.trainable);
    let signature = Signature::of(written, net);
    let consts = constants(net, &plans.storage);
    let (outputs, types) = (signature.structs(name, vis), signature.types(name));
    let inherent = api::inherent(name, vis, &signature);
    let items = items.into_tokens();
    quote! {
        #(#attrs)*
        #[doc = #table]
        #[derive(Clone)]
        #vis struct #name {
            params: ::cnn::__rt::Params,
        }
        #outputs
        #[allow(clippy::all, clippy::pedantic, unused_variables, unused_imports, unused_braces, dead_code)]
        const _: () = {
            use ::cnn::__rt as rt;
            use rt::step::{NONE, part, whole};
            #checks
            #own_layers
            #items
            #inherent
            impl rt::Network for #name {
                #consts
                #types
                #program
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
            impl ::core::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    rt::api::debug::<Self>(f)
                }
            }
        };
    }
}

/// The runtime's `Shape`.
pub(crate) fn shape(shape: Shape) -> TokenStream {
    match shape {
        Shape::Volume { channels, height, width } => {
            quote!(rt::Shape::volume(#channels, #height, #width))
        }
        Shape::Vector(n) => quote!(rt::Shape::Vector(#n)),
    }
}

/// What rustc must check because the macro can't see it.
fn checks(net: &Net) -> TokenStream {
    let checks = net.nodes.iter().filter_map(|n| match &n.layer.body {
        Body::Kernel(kernel) => kernel.check.as_ref(),
        Body::View | Body::Activation(_) => None,
    });
    quote!(#(const _: () = #checks;)*)
}

/// The constants that describe the network.
fn constants(net: &Net, storage: &Storage) -> TokenStream {
    let inputs = net.inputs.iter().map(|&v| shape(net.shape(v)));
    let (name, parameters, macs) = (&net.name, net.parameters(), net.macs());
    let parameters = own::sum(net, quote!(#parameters), own::elements);
    let macs = own::macs(net, macs);
    let (layers, blocks, output_layers) = describe::constants(net);
    let labels = net.labels.iter().map(|label| {
        let (path, shape) = (&label.path, shape(net.shape(label.value)));
        quote!((#path, #shape))
    });
    let tensors = own::tensors(net, tensors(net, storage));
    let summary = summary::table(net);
    quote! {
        const NAME: &'static str = #name;
        const INPUTS: &'static [rt::Shape] = &[#(#inputs),*];
        const PARAMETERS: usize = #parameters;
        const MACS: u64 = #macs;
        const LAYERS: &'static [rt::LayerInfo] = #layers;
        const BLOCKS: &'static [rt::BlockInfo] = #blocks;
        const OUTPUT_LAYERS: &'static [usize] = #output_layers;
        const TENSORS: &'static [rt::TensorSpec] = #tensors;
        const LABELS: &'static [(&'static str, rt::Shape)] = &[#(#labels),*];
        const SUMMARY: &'static str = #summary;
    }
}

/// The tensors of the `state_dict` of each node.
fn tensors(net: &Net, storage: &Storage) -> Vec<Vec<TokenStream>> {
    let mut all = Vec::new();
    for (node, places) in net.nodes.iter().zip(&storage.places) {
        let mut tensors = Vec::new();
        for (param, place) in node.layer.params.iter().zip(places) {
            let path = match param.name {
                "" => node.path.clone(),
                name => format!("{}.{name}", node.path),
            };
            let (dims, offset) = (&param.dims, place.offset);
            let role = match param.role {
                Role::Trainable => quote!(Trainable),
                Role::Buffer => quote!(Buffer),
                Role::Counter => quote!(Counter),
            };
            let init = match param.init {
                Init::FanIn(n) | Init::Connected { inputs: n, .. } => {
                    let bound = (1.0 / (n as f64).sqrt()) as f32;
                    let low = -bound;
                    quote!(Uniform(#low, #bound))
                }
                Init::Uniform { low, high } => {
                    let [low, high] = [low, high].map(|x| x as f32);
                    quote!(Uniform(#low, #high))
                }
                Init::Normal { mean, std } => {
                    let [mean, std] = [mean, std].map(|x| x as f32);
                    quote!(Normal(#mean, #std))
                }
                Init::TruncatedNormal { std } => {
                    let std = std as f32;
                    quote!(TruncatedNormal(#std))
                }
                Init::Constant(value) => quote!(Constant(#value)),
            };
            tensors.push(quote!(rt::TensorSpec {
                path: #path, dims: &[#(#dims),*], role: rt::Role::#role, offset: #offset, init: rt::Init::#init,
            }));
        }
        all.push(tensors);
    }
    all
}

/// Slots of some buffers of a plan.
fn slots(plan: &Plan, buffers: &[usize]) -> Vec<TokenStream> {
    let slot = |&b: &usize| {
        let (offset, len) = (plan.buffers[b].offset, plan.buffers[b].len);
        quote!(rt::Slot::new(#offset, #len))
    };
    buffers.iter().map(slot).collect()
}

/// The plans' constants and functions, as items of the `Network` implementation.
fn program(items: &mut Items, net: &Net, plans: &Plans) -> TokenStream {
    let mut functions = TokenStream::new();
    let (mut infos, mut infer_arms) = (Vec::new(), Vec::new());
    for (index, plan) in plans.inference.iter().enumerate() {
        let name = format_ident!("infer_{index}");
        functions.extend(function(items, &name, plan, Pass::Infer, &plan.forward));
        infer_arms.push(quote!(#index => #name(cx, packed, arena)));
        let mut packs = packs(items, &plan.packs);
        packs.extend(own::packs(net, plan));
        let (lanes, arena, packed) = (plan.layout.lanes(), plan.arena, plan.packed);
        let packed = own::sum(net, quote!(#packed), own::floats);
        let rooms = rooms(items, &plan.forward);
        let (inputs, outputs) = (slots(plan, &plan.inputs), slots(plan, &plan.outputs));
        infos.push(quote!(rt::InferencePlan {
            index: #index, lanes: #lanes, arena: #arena, rooms: &[#(#rooms),*],
            inputs: &[#(#inputs),*], outputs: &[#(#outputs),*],
            packs: &[#(#packs),*], packed: #packed,
        }));
    }
    let training = training(items, net, plans);
    debug_assert_eq!(plans.inference[0].layout, Layout::Blocked);
    quote! {
        const WORKSPACE: usize = rt::workspace(Self::INFERENCE, 1, 1);
        const INFERENCE: &'static [rt::InferencePlan] = &[#(#infos),*];
        #training
        fn infer(plan: usize, cx: &rt::Pass<'_>, packed: &[f32], arena: &mut [f32]) {
            #functions
            match plan {
                #(#infer_arms,)*
                _ => rt::no_such_plan(plan),
            }
        }
    }
}

fn training(items: &mut Items, net: &Net, plans: &Plans) -> TokenStream {
    let plan = &plans.training;
    let forward = function(items, &format_ident!("run"), plan, Pass::TrainForward, &plan.forward);
    let backward =
        function(items, &format_ident!("run"), plan, Pass::TrainBackward, &plan.backward);
    let (lanes, arena, stats) = (plan.layout.lanes(), plan.arena, plan.stats);
    let (there, back) = (rooms(items, &plan.forward), rooms(items, &plan.backward));
    let [inputs, outputs, d_outputs, d_inputs] =
        [&plan.inputs, &plan.outputs, &plan.d_outputs, &plan.d_inputs].map(|b| slots(plan, b));
    let trainable =
        net.nodes.iter().flat_map(|n| &n.layer.params).filter(|p| p.role == Role::Trainable);
    let largest = trainable.clone().map(|p| p.len()).max().unwrap_or(0);
    let longest_row = trainable.map(|p| p.len() / p.dims[0]).max().unwrap_or(0);
    let [largest, longest_row] = [largest, longest_row].map(|n| own::largest(net, n));
    quote! {
        const TRAINING: rt::TrainingPlan = rt::TrainingPlan {
            lanes: #lanes, arena: #arena, rooms: &[#(#there,)* #(#back),*], stats: #stats,
            inputs: &[#(#inputs),*], outputs: &[#(#outputs),*],
            d_outputs: &[#(#d_outputs),*], d_inputs: &[#(#d_inputs),*],
            largest: #largest, longest_row: #longest_row,
        };
        fn forward_pass(cx: &rt::Pass<'_>, mut t: rt::TrainingTensors<'_>, tap: &mut dyn rt::Tap) {
            #forward
            run(cx, &mut t, tap)
        }
        rt::train_only! {
            fn backward_pass(cx: &rt::Pass<'_>, mut t: rt::BackwardTensors<'_>, tap: &mut dyn rt::Tap) {
                #backward
                run(cx, &mut t, tap)
            }
        }
    }
}
