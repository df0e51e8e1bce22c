//! Graph → plan: which kernel runs when, on which slots of one arena.
//!
//! Two plans are made of a network, one that infers and one that trains, for each layout that pays. Each
//! goes the same way: layers are rewritten, kernels and forms are chosen, what these allow is rewritten,
//! and the nodes become steps on buffers of one arena.

mod backward;
mod bands;
mod forms;
mod forward;
mod memory;
mod storage;

use crate::choose;
use crate::net::{Net, Node};
use crate::plan::{Layout, Plan};
use crate::rewrite::{Graph, Stage, rewrite};

pub use storage::Storage;

/// Floats per image of the largest value for which sixteen interleaved images still stay in
/// the caches near a core: 4 MiB a value.
const LANES_LIMIT: usize = 1 << 16;

/// How many times the work of the convolutions blocks of channels may cost: beyond, images are
/// interleaved.
const WASTE: f64 = 1.2;

/// All plans of a network.
#[derive(Clone, Debug)]
pub struct Plans {
    /// Where every parameter lies.
    pub storage: Storage,
    /// Inference, the plan for single images first.
    pub inference: Vec<Plan>,
    /// Training.
    pub training: Plan,
}

/// Plans a network.
pub fn plan(net: &Net) -> Plans {
    let storage = Storage::new(net);
    let inference = layouts(net, false).into_iter();
    let inference = inference.map(|layout| inference_in(net, &storage, layout)).collect();
    let training = training_in(net, &storage, layouts(net, true)[0]);
    Plans { storage, inference, training }
}

/// The layouts of the plans that infer, the one for single images first, or that of the plan that trains.
pub fn layouts(net: &Net, training: bool) -> Vec<Layout> {
    match (interleaving_pays(net), training) {
        (false, _) => vec![Layout::Blocked],
        (true, true) => vec![Layout::Interleaved],
        (true, false) => vec![Layout::Blocked, Layout::Interleaved],
    }
}

/// Whether batches run faster with sixteen images interleaved than with the channels in blocks of
/// sixteen: where blocks would be mostly empty.
fn interleaving_pays(net: &Net) -> bool {
    let convolves = |node: &&Node| node.layer.output.is_volume();
    let (mut useful, mut blocks) = (0, 0.0);
    for node in net.nodes.iter().filter(convolves) {
        useful += net.layer_macs(node);
        blocks += choose::in_blocks(net.layer_macs(node), node.layer.output.channels());
    }
    let fits = net.values.iter().all(|v| v.shape.len() <= LANES_LIMIT);
    fits && (useful == 0 || blocks > WASTE * useful as f64)
}

/// The graph of a plan: merged, with a kernel for each node and a form for each value.
pub fn graph(net: &Net, layout: Layout, training: bool) -> Graph<'_> {
    let mut graph = Graph::new(net, layout, training);
    rewrite(&mut graph, Stage::Layers);
    let mut graph = forms::settle(graph);
    rewrite(&mut graph, Stage::Kernels);
    graph
}

/// The plan that infers in a layout.
pub fn inference_in(net: &Net, storage: &Storage, layout: Layout) -> Plan {
    infers(&graph(net, layout, false), storage)
}

/// The plan that infers a graph for inference.
pub fn infers(graph: &Graph<'_>, storage: &Storage) -> Plan {
    let mut builder = forward::Builder::new(graph, storage);
    builder.forward();
    memory::place(bands::bands(builder.finish(), graph.net.cache))
}

/// The plan that trains in a layout.
pub fn training_in(net: &Net, storage: &Storage, layout: Layout) -> Plan {
    trains(&graph(net, layout, true), storage)
}

/// The plan that trains a graph for training.
pub fn trains(graph: &Graph<'_>, storage: &Storage) -> Plan {
    let mut builder = forward::Builder::new(graph, storage);
    builder.forward();
    let plan = backward::backward(builder);
    memory::place(plan)
}
