//! The graph of a file, as it grows.

use super::error::Error;
use super::names::{self, Names};
use super::{BATCH, IR_VERSION, Network, OPSET};
use crate::proto::{
    AttributeProto, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, Size,
    TensorProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, element,
};
use bytes::Bytes;
use cnn_ir::{Graph, Op, Shape, Source};
use std::collections::HashMap;

/// For each layer, whether evaluation needs it.
pub(super) fn evaluated(graph: &Graph<'_>) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    graph.find_evaluated(&mut needed);
    needed
}

/// The graph of a file, and the names of its values.
pub(super) struct Builder<'a> {
    pub(super) network: Network<'a>,
    graph: GraphProto,
    names: Names,
    /// Those of the nodes, which are names of their own.
    nodes: Names,
    /// The names of the inputs, as the layers see them.
    inputs: Vec<String>,
    /// The names of the layers' values, as far as they have some.
    layers: Vec<Option<String>>,
    /// For each pool that an `unpool` names, where its maxima lie.
    pub(super) places: HashMap<usize, Places>,
}

/// Where the maxima of a pool lie.
#[derive(Clone)]
pub(super) struct Places {
    /// The value with their numbers among all elements of the image that the pool saw.
    pub(super) indices: String,
    /// That image, padded where the operator cannot do it itself.
    pub(super) image: String,
    /// Its dimensions.
    pub(super) dims: Vec<usize>,
    /// What of it is padding: top, bottom, left, right.
    pub(super) pad: [usize; 4],
}

/// The dimensions of a shape.
pub(super) fn dims(shape: Shape) -> Vec<usize> {
    match shape {
        Shape::Volume { channels, height, width } => vec![channels, height, width],
        Shape::Vector(n) => vec![n],
    }
}

/// Dimensions in which one number for each channel is repeated over the shape's positions.
pub(super) fn per_channel(shape: Shape) -> Vec<usize> {
    let channels = shape.channels();
    if shape.is_volume() { vec![channels, 1, 1] } else { vec![channels] }
}

/// Where a layer without a node has its value from: one that does nothing in evaluation, or nothing to this input.
pub(super) fn passes_on(graph: &Graph<'_>, layer: usize) -> Option<Source> {
    let node = &graph.nodes[layer];
    let input = graph.input(layer);
    let same = node.op.is_view(input) && input == node.output;
    (same || node.op.trains_only()).then(|| node.inputs[0])
}

/// The same, however many of them follow one another.
fn origin(graph: &Graph<'_>, mut source: Source) -> Source {
    while let Source::Layer(i) = source
        && let Some(from) = passes_on(graph, i)
    {
        source = from;
    }
    source
}

impl<'a> Builder<'a> {
    /// A graph without nodes.
    pub(super) fn new(network: &Network<'a>) -> Self {
        let graph = network.graph;
        Self {
            network: *network,
            graph: GraphProto { name: graph.name.to_owned(), ..GraphProto::default() },
            names: Names::default(),
            nodes: Names::default(),
            inputs: Vec::new(),
            layers: vec![None; graph.nodes.len()],
            places: HashMap::new(),
        }
    }
}

impl Builder<'_> {
    /// No value may have the name of a tensor.
    pub(super) fn keep_tensor_names(&mut self) {
        for node in self.network.graph.nodes {
            for tensor in node.tensors {
                self.names.keep(names::tensor(node, tensor.name));
            }
        }
    }

    /// The inputs, by the names of their chains, and the normalization of the first.
    pub(super) fn add_inputs(&mut self) -> Result<(), Error> {
        let graph = self.network.graph;
        for (i, &shape) in graph.inputs.iter().enumerate() {
            let label = names::label(graph, |source| source == Source::Input(i));
            let name = self.names.take(label.unwrap_or("input"));
            self.graph.input.push(value(&name, element::FLOAT, &dims(shape)));
            self.inputs.push(name);
        }
        let Some(normalization) = self.network.normalization else { return Ok(()) };
        let (shape, image) = (graph.inputs[0], self.inputs[0].clone());
        let mut at = image;
        for (what, numbers, step, op) in [
            ("means", normalization.mean, "mean", "Sub"),
            ("deviations", normalization.deviation, "deviation", "Div"),
        ] {
            let (found, expected) = (numbers.len(), shape.channels());
            if found != expected {
                return Err(Error::Normalization { what, found, expected });
            }
            let tensor = self.names.take(&format!("normalize/{step}"));
            self.floats(&tensor, &per_channel(shape), numbers);
            let output = self.names.take(&format!("normalize/{}", op.to_lowercase()));
            self.value(&output, element::FLOAT, &dims(shape));
            self.node(output.clone(), op, &[&at, &tensor], &[&output], Vec::new(), "");
            at = output;
        }
        self.inputs[0] = at;
        Ok(())
    }

    /// Gives values that are outputs their names, and says which value each output is.
    pub(super) fn name_outputs(&mut self, names: &[&str]) -> Vec<(String, Source)> {
        let graph = self.network.graph;
        let outputs = graph.outputs.iter().filter(|output| !output.training_only);
        let mut named = Vec::new();
        for (output, wanted) in outputs.zip(names) {
            let name = self.names.take(wanted);
            let source = origin(graph, Source::Layer(output.layer));
            if let Source::Layer(i) = source {
                self.layers[i].get_or_insert_with(|| name.clone());
            }
            named.push((name, source));
        }
        named
    }

    /// The name of a layer's value: that of an output, of a label, or the layer's own.
    pub(super) fn name_of_layer(&mut self, layer: usize) -> String {
        if let Some(name) = &self.layers[layer] {
            return name.clone();
        }
        let graph = self.network.graph;
        let label = names::label(graph, |source| origin(graph, source) == Source::Layer(layer));
        let own = names::layer(&graph.nodes[layer]);
        let wanted = label.unwrap_or(&own);
        // A bare scale's path is its weight's.
        let apart = format!("{wanted}/output");
        let name = self.names.take(if self.names.has(wanted) { &apart } else { wanted });
        self.value(&name, element::FLOAT, &dims(graph.nodes[layer].output));
        self.layers[layer] = Some(name.clone());
        name
    }

    /// The outputs; one that is an input, or another output, too, is a copy of it.
    pub(super) fn add_outputs(&mut self, outputs: Vec<(String, Source)>) {
        for (name, source) in outputs {
            let from = self.name_of(source);
            if from != name {
                self.node(format!("{name}/copy"), "Identity", &[&from], &[&name], Vec::new(), "");
            }
            let shape = self.network.graph.shape(source);
            self.graph.output.push(value(&name, element::FLOAT, &dims(shape)));
        }
    }

    /// The name of a value that is there.
    pub(super) fn name_of(&self, source: Source) -> String {
        match origin(self.network.graph, source) {
            Source::Input(i) => self.inputs[i].clone(),
            Source::Layer(i) => self.layers[i].clone().unwrap_or_default(),
        }
    }

    /// Whether an `unpool` of evaluation wants to know where the maxima of this pool lie.
    pub(super) fn wants_places(&self, pool: usize) -> bool {
        let graph = self.network.graph;
        let mut nodes = graph.nodes.iter().zip(evaluated(graph));
        nodes.any(|(node, needed)| {
            let of_it = node.inputs.get(1) == Some(&Source::Layer(pool));
            needed && of_it && matches!(node.op, Op::Unpool { .. })
        })
    }

    /// A name of its own for a value or a tensor.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        self.names.take(wanted)
    }

    /// A name of its own for a layer's nodes.
    pub(super) fn take_node(&mut self, wanted: &str) -> String {
        self.nodes.take(wanted)
    }

    /// Says what a value between layers is.
    pub(super) fn value(&mut self, name: &str, elements: i32, dims: &[usize]) {
        self.graph.value_info.push(value(name, elements, dims));
    }

    /// Adds a node.
    pub(super) fn node(
        &mut self,
        name: String,
        op: &str,
        inputs: &[&str],
        outputs: &[&str],
        attribute: Vec<AttributeProto>,
        text: &str,
    ) {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        self.graph.node.push(NodeProto {
            input: owned(inputs),
            output: owned(outputs),
            name,
            op_type: op.to_owned(),
            attribute,
            doc_string: text.to_owned(),
            ..NodeProto::default()
        });
    }

    /// Adds a tensor of floats.
    pub(super) fn floats(&mut self, name: &str, dims: &[usize], numbers: &[f32]) {
        // Weights are many: one copy, whatever this crate is optimized for.
        let bytes = if cfg!(target_endian = "little") {
            bytemuck::cast_slice(numbers).to_vec()
        } else {
            numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
        };
        self.tensor(name, element::FLOAT, dims, bytes.into());
    }

    /// Adds a list of whole numbers.
    pub(super) fn integers(&mut self, name: &str, numbers: &[i64]) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.tensor(name, element::INT64, &[numbers.len()], bytes.into());
    }

    fn tensor(&mut self, name: &str, data_type: i32, dims: &[usize], raw_data: Bytes) {
        let dims = dims.iter().map(|&d| d as i64).collect();
        let name = name.to_owned();
        let tensor = TensorProto { dims, data_type, name, raw_data, ..TensorProto::default() };
        self.graph.initializer.push(tensor);
    }

    pub(super) fn model(self) -> ModelProto {
        ModelProto {
            ir_version: IR_VERSION,
            producer_name: "cnn".to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            graph: Some(self.graph),
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
            ..ModelProto::default()
        }
    }
}

/// What a value is: its name, its elements and, after the batch, its dimensions.
fn value(name: &str, elem_type: i32, dims: &[usize]) -> ValueInfoProto {
    let batch = Dimension { size: Some(Size::Param(BATCH.to_owned())) };
    let dims = dims.iter().map(|&d| Dimension { size: Some(Size::Value(d as i64)) });
    let shape = TensorShapeProto { dim: [batch].into_iter().chain(dims).collect() };
    let tensor_type = TensorTypeProto { elem_type, shape: Some(shape) };
    let r#type = Some(TypeProto { tensor_type: Some(tensor_type) });
    ValueInfoProto { name: name.to_owned(), r#type }
}
