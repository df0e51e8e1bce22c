//! Plan → code. Emitted code names nothing but the facade's hidden path, `cnn::__rt`.

mod api;
mod ends;
mod graph;
mod kernels;
mod own;
mod recipes;
mod rooms;
mod shelter;
mod signature;
mod steps;
mod stub;
mod units;
mod weights;

use crate::ast;
use crate::net::{Net, Node};
use crate::plan::{Action, Layout, Plan};
use crate::recipes::Recipes;
use crate::schedule::{Plans, Storage};
use crate::summary;
use crate::text::{list, tokens};
use crate::weights::Weights;
use cnn_ir::{Op, Role, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use rooms::Rooms;
use signature::Signature;
use std::fmt::Write;
use steps::{Items, Pass, function, packs};

pub use kernels::kernel_type;
pub use rooms::room_numbers;
pub use shelter::LOCALS;
pub use stub::stub;

/// Where the weights of a network are known to come from.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// A file of weights.
    Weights(&'a Weights),
    /// The file that the network itself comes from.
    Recipes(&'a Recipes),
}

/// The struct, its API and its program.
pub fn network(
    facade: &TokenStream,
    written: &ast::Network,
    name: &Ident,
    net: &Net,
    plans: &Plans,
    weights: Option<Known<'_>>,
) -> TokenStream {
    let (attrs, vis) = (&written.attrs, &written.vis);
    let table = summary::rustdoc(net, facade);
    let mut items = Items::default();
    let program = tokens(&program(&mut items, net, plans));
    let own_layers = own::items(net, plans.storage.trainable);
    let own_names = own::names(net);
    let signature = Signature::of(written, net);
    let graph = tokens(&graph::constant(net));
    let lengths = tokens(&graph::lengths(net, &plans.storage));
    let totals = tokens(&graph::totals(net));
    let outputs = signature.structs(name, written);
    let (holders, shapes, types) =
        (signature.holders(name), signature.shapes(), signature.types(name));
    let inherent = api::inherent(name, vis, &signature);
    let weights = weights.map(|known| match known {
        Known::Weights(weights) => weights::items(vis, net, plans, weights),
        Known::Recipes(recipes) => recipes::items(vis, net, recipes),
    });
    let (items, own_types, this) =
        (tokens(&items.into_text()), own::types(net), shelter::network());
    let items = quote! {
        #own_layers
        #own_names
        #items
        #holders
        #inherent
        #weights
        impl rt::Describe for #this {
            const GRAPH: rt::ir::Graph<'static> = #graph;
            #totals
            const WORKSPACE: usize = rt::workspace(<Self as rt::Program>::INFERENCE, 1, 1);
            #shapes
            __cnn_rt::lists!(#this #lengths);
        }
        impl rt::Program for #this {
            #program
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
        impl ::core::fmt::Debug for #this {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                rt::run::debug::<Self>(f)
            }
        }
    };
    let items = shelter::sheltered(facade, written, name, &own_types, &items);
    quote! {
        #(#attrs)*
        #[doc = #table]
        #[derive(::core::clone::Clone)]
        #vis struct #name {
            params: #facade::__rt::Params,
        }
        #outputs
        #items
    }
}

/// The runtime's `Shape`.
fn shape(shape: Shape) -> String {
    match shape {
        Shape::Volume { channels, height, width } => {
            format!("rt::Shape::volume({channels}, {height}, {width})")
        }
        Shape::Vector(n) => format!("rt::Shape::Vector({n})"),
    }
}

/// Slots of some buffers of a plan.
fn slots(plan: &Plan, buffers: &[usize]) -> String {
    let slot = |&b: &usize| {
        let (offset, len) = (plan.buffers[b].offset, plan.buffers[b].len);
        format!("rt::Slot::new({offset}, {len})")
    };
    list(buffers.iter().map(slot))
}

/// The plans' constants and functions, as items of the `Program` implementation.
fn program(items: &mut Items, net: &Net, plans: &Plans) -> String {
    let (mut functions, mut infos, mut arms) = (String::new(), Vec::new(), String::new());
    for (index, plan) in plans.inference.iter().enumerate() {
        let name = format!("infer_{index}");
        functions.push_str(&function(items, &name, plan, Pass::Infer, &plan.forward));
        let _ = write!(arms, "{index} => {name}(cx, packed, arena),");
        let mut packs = packs(items, &plan.packs);
        packs.extend(own::packs(net, plan));
        let (interleaved, arena, packs) = (plan.layout.interleaved(), plan.arena, list(packs));
        let packed = own::sum(net, plan.packed, own::floats);
        let mut rooms = Rooms::default();
        rooms.add(items, &plan.forward);
        let rooms = list(rooms.rooms);
        let (inputs, outputs) = (slots(plan, &plan.inputs), slots(plan, &plan.outputs));
        infos.push(format!(
            "rt::InferencePlan {{
                index: {index}, interleaved: {interleaved}, arena: {arena}, rooms: &[{rooms}],
                inputs: &[{inputs}], outputs: &[{outputs}], packs: &[{packs}], packed: {packed},
            }}"
        ));
    }
    let (infos, training) = (list(infos), training(items, net, plans));
    let packing = weights::packing(plans);
    debug_assert_eq!(plans.inference[0].layout, Layout::Blocked);
    format!(
        "const PACKING: u64 = {packing};
        const INFERENCE: &'static [rt::InferencePlan] = &[{infos}];
        {training}
        fn infer(plan: usize, cx: &rt::Pass<'_>, packed: &[f32], arena: &mut [f32]) {{
            {functions}
            match plan {{
                {arms}
                _ => rt::no_such_plan(plan),
            }}
        }}"
    )
}

/// The running statistics that are the means of all passes.
fn cumulative(net: &Net, storage: &Storage) -> Vec<String> {
    let mut all = Vec::new();
    for (i, node) in net.nodes.iter().enumerate() {
        // Running statistics whose newest batch has no weight of its own.
        let Op::BatchNorm { momentum: None, .. } = node.layer.op else { continue };
        let counters = storage.of(net, i, Role::Counter);
        for s in storage.of(net, i, Role::Buffer).iter() {
            let (offset, len, counter) = (s.offset, s.len, counters[0].offset);
            all.push(format!(
                "rt::Cumulative {{ statistics: ({offset}, {len}), counter: {counter} }}"
            ));
        }
    }
    all
}

fn training(items: &mut Items, net: &Net, plans: &Plans) -> String {
    let plan = &plans.training;
    let forward = function(items, "run", plan, Pass::TrainForward, &plan.forward);
    let backward = function(items, "run", plan, Pass::TrainBackward, &plan.backward);
    let (interleaved, arena, stats) = (plan.layout.interleaved(), plan.arena, plan.stats);
    let mut rooms = Rooms::default();
    rooms.add(items, &plan.forward);
    rooms.add(items, &plan.backward);
    let rooms = list(rooms.rooms);
    let [inputs, outputs, d_outputs, d_inputs] =
        [&plan.inputs, &plan.outputs, &plan.d_outputs, &plan.d_inputs].map(|b| slots(plan, b));
    let trainable =
        net.nodes.iter().flat_map(|n| &n.layer.params).filter(|p| p.role == Role::Trainable);
    let largest = trainable.clone().map(|p| p.len()).max().unwrap_or(0);
    let longest_row = trainable.map(|p| p.len() / p.dims[0]).max().unwrap_or(0);
    let [largest, longest_row] = [largest, longest_row].map(|n| own::largest(net, n));
    let cumulative = list(cumulative(net, &plans.storage));
    let batch_norm = batch_norm(net);
    let layers = list(kernel_layers(plan));
    format!(
        "const TRAINING: rt::TrainingPlan = rt::TrainingPlan {{
            interleaved: {interleaved}, arena: {arena}, rooms: &[{rooms}], stats: {stats},
            inputs: &[{inputs}], outputs: &[{outputs}],
            d_outputs: &[{d_outputs}], d_inputs: &[{d_inputs}],
            largest: {largest}, longest_row: {longest_row}, layers: &[{layers}],
            cumulative: &[{cumulative}], batch_norm: {batch_norm},
        }};
        fn forward_pass(cx: &rt::Pass<'_>, mut t: rt::TrainingTensors<'_>, tap: &mut dyn rt::Observer) {{
            {forward}
            run(cx, &mut t, tap)
        }}
        __cnn_rt::train_only! {{
            fn backward_pass(cx: &rt::Pass<'_>, mut t: rt::BackwardTensors<'_>, tap: &mut dyn rt::Observer) {{
                {backward}
                run(cx, &mut t, tap)
            }}
        }}"
    )
}

/// For each kernel that the forward pass calls, the first layer that it computes; one that only moves numbers
/// counts to the layer before.
fn kernel_layers(plan: &Plan) -> Vec<usize> {
    let mut layers = Vec::new();
    for step in &plan.forward {
        if let Action::Forward(f) = &step.action {
            let before = layers.last().copied().unwrap_or(0);
            layers.push(f.layers.first().copied().unwrap_or(before));
        }
    }
    layers
}

/// Of the layers that compute statistics over the batch, the one with the fewest positions.
fn batch_norm(net: &Net) -> String {
    let statistics = |node: &&Node| matches!(node.layer.op, Op::BatchNorm { .. });
    let positions = |node: &Node| node.layer.output.positions();
    let fewest = net.nodes.iter().filter(statistics).min_by_key(|node| positions(node));
    fewest.map_or("::core::option::Option::None".to_owned(), |node| {
        format!("::core::option::Option::Some(({:?}, {}))", node.path, positions(node))
    })
}
