//! Reading a graph while the user's crate compiles: each list has as many elements as the graph says,
//! which is a constant.

use super::{LayerInfo, TensorSpec};
use cnn_ir::{Graph, Init, Node, Op, Receptive, Role, Shape, Tensor};

/// Tensors start at multiples of this many floats, a cache line.
pub(crate) const ALIGN: usize = 16;

/// Trainable parameters of a network.
pub const fn parameters(graph: &Graph<'_>) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < graph.nodes.len() {
        n += graph.nodes[i].parameters();
        i += 1;
    }
    n
}

/// Multiply–adds of evaluation.
pub const fn macs(layers: &[LayerInfo]) -> u64 {
    let (mut n, mut i) = (0, 0);
    while i < layers.len() {
        if !layers[i].training_only {
            n += layers[i].macs;
        }
        i += 1;
    }
    n
}

/// The layers of a network.
pub(super) const fn layer_list<const N: usize>(graph: &Graph<'static>) -> [LayerInfo; N] {
    const BLANK: LayerInfo = LayerInfo {
        path: "",
        keyword: "",
        text: "",
        inputs: &[],
        input: Shape::Vector(0),
        output: Shape::Vector(0),
        parameters: 0,
        macs: 0,
        memory: 0,
        receptive_field: (1, 1),
        jump: (1.0, 1.0),
        start: (0, 0),
        training_only: false,
    };
    let (evaluated, fields) = (graph.evaluated::<N>(), graph.receptive_fields::<N>());
    let (mut layers, mut i) = ([BLANK; N], 0);
    while i < N {
        let (node, Receptive { size, jump, start }) = (&graph.nodes[i], fields[i]);
        layers[i] = LayerInfo {
            path: node.path,
            keyword: node.op.keyword(),
            text: node.text,
            inputs: node.inputs,
            input: graph.input(i),
            output: node.output,
            parameters: node.parameters(),
            macs: graph.macs(i),
            memory: graph.memory(i),
            receptive_field: (size[0], size[1]),
            jump: (jump[0].value(), jump[1].value()),
            start: (start[0], start[1]),
            training_only: !evaluated[i],
        };
        i += 1;
    }
    layers
}

/// For each output, the layer that gives it.
pub(super) const fn output_layers<const N: usize>(graph: &Graph<'_>) -> [usize; N] {
    let (mut layers, mut i) = ([0; N], 0);
    while i < N {
        layers[i] = graph.outputs[i].layer;
        i += 1;
    }
    layers
}

/// The labels with the shapes of their values.
pub(super) const fn label_list<const N: usize>(
    graph: &Graph<'static>,
) -> [(&'static str, Shape); N] {
    let (mut labels, mut i) = ([("", Shape::Vector(0)); N], 0);
    while i < N {
        let label = graph.labels[i];
        labels[i] = (label.path, graph.shape(label.source));
        i += 1;
    }
    labels
}

/// Tensors of the `state_dict`.
pub const fn tensor_count(graph: &Graph<'_>) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < graph.nodes.len() {
        n += graph.nodes[i].tensors.len();
        i += 1;
    }
    n
}

/// Bytes of the paths of all tensors; none for one whose layer's path is its own.
pub const fn path_bytes(graph: &Graph<'_>) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < graph.nodes.len() {
        let Node { path, tensors, .. } = graph.nodes[i];
        let mut t = 0;
        while t < tensors.len() {
            n += joined(path, tensors[t].name);
            t += 1;
        }
        i += 1;
    }
    n
}

/// Bytes of a tensor's path.
const fn joined(layer: &str, name: &str) -> usize {
    if name.is_empty() { 0 } else { layer.len() + 1 + name.len() }
}

/// The paths of all tensors, one after the other.
pub(super) const fn paths<const LEN: usize>(graph: &Graph<'_>) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    let (mut rest, mut i) = (&mut bytes as &mut [u8], 0);
    while i < graph.nodes.len() {
        let Node { path, tensors, .. } = graph.nodes[i];
        let mut t = 0;
        while t < tensors.len() {
            let name = tensors[t].name;
            if !name.is_empty() {
                rest = put(put(put(rest, path), "."), name);
            }
            t += 1;
        }
        i += 1;
    }
    bytes
}

/// Writes a text, and returns what is left after it.
const fn put<'a>(bytes: &'a mut [u8], text: &str) -> &'a mut [u8] {
    let (place, rest) = bytes.split_at_mut(text.len());
    place.copy_from_slice(text.as_bytes());
    rest
}

/// Path and offset of each tensor, in the buffer of its role; `paths` are [`paths`]. Those of users' own layers
/// lie after all others.
pub(super) const fn places<const N: usize>(
    graph: &Graph<'static>,
    mut paths: &'static [u8],
) -> [(&'static str, usize); N] {
    let mut places = [("", 0); N];
    let mut ends = Ends { trainable: 0, own: known_floats(graph), buffers: 0, counters: 0 };
    let (mut n, mut i) = (0, 0);
    while i < graph.nodes.len() {
        let Node { path: layer, op, tensors, .. } = graph.nodes[i];
        let mut t = 0;
        while t < tensors.len() {
            let (mut path, name) = (layer, tensors[t].name);
            if !name.is_empty() {
                let (bytes, rest) = paths.split_at(joined(layer, name));
                (path, paths) = match core::str::from_utf8(bytes) {
                    Ok(path) => (path, rest),
                    Err(_) => panic!("names joined by a full stop are text"),
                };
            }
            places[n] = (path, ends.take(&tensors[t], matches!(op, Op::Custom { .. })));
            n += 1;
            t += 1;
        }
        i += 1;
    }
    places
}

/// The tensors of a network, whose paths and offsets are `places`.
pub(super) const fn tensors<const N: usize>(
    graph: &Graph<'static>,
    places: &[(&'static str, usize)],
) -> [TensorSpec; N] {
    const BLANK: TensorSpec = TensorSpec::new("", &[], Role::Counter, 0, Init::Constant(0.0));
    let mut specs = [BLANK; N];
    let (mut n, mut i) = (0, 0);
    while i < graph.nodes.len() {
        let tensors = graph.nodes[i].tensors;
        let mut t = 0;
        while t < tensors.len() {
            let (Tensor { dims, role, init, .. }, (path, offset)) = (tensors[t], places[n]);
            specs[n] = TensorSpec { path, dims, role, offset, init };
            n += 1;
            t += 1;
        }
        i += 1;
    }
    specs
}

/// The ends of what lies in the buffer of each role.
struct Ends {
    trainable: usize,
    /// Of the tensors of users' own layers.
    own: usize,
    buffers: usize,
    counters: usize,
}

impl Ends {
    /// A place for a tensor, which is `own` if a user's own layer has it.
    const fn take(&mut self, tensor: &Tensor<'_>, own: bool) -> usize {
        let floats = tensor.len().next_multiple_of(ALIGN);
        let (end, step) = match tensor.role {
            Role::Trainable if own => (&mut self.own, floats),
            Role::Trainable => (&mut self.trainable, floats),
            Role::Buffer => (&mut self.buffers, floats),
            Role::Counter => (&mut self.counters, 1),
        };
        let offset = *end;
        *end += step;
        offset
    }
}

/// Floats of the trainable tensors but for those of users' own layers.
const fn known_floats(graph: &Graph<'_>) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < graph.nodes.len() {
        let Node { op, tensors, .. } = graph.nodes[i];
        let mut t = 0;
        while t < tensors.len() && !matches!(op, Op::Custom { .. }) {
            if matches!(tensors[t].role, Role::Trainable) {
                n += tensors[t].len().next_multiple_of(ALIGN);
            }
            t += 1;
        }
        i += 1;
    }
    n
}
