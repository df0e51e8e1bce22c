//! Whether an ONNX file is one: names, shapes, tensors. Nothing here runs it; with `CNN_ONNX_CASES=DIR`, the networks
//! and what they compute go there, and `reference/onnx_out.py` compares other engines.

use cnn::ndarray::ArrayD;
use cnn::{Network, Role, Shape};
use cnn_onnx::export::{BATCH, IR_VERSION, OPSET};
use cnn_onnx::proto::{ModelProto, Size, ValueInfoProto, element};
use prost::Message;
use safetensors::{Dtype, tensor::TensorView};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// The dimensions of a value after the batch.
fn dims(value: &ValueInfoProto) -> Vec<usize> {
    let tensor = value.r#type.as_ref().and_then(|t| t.tensor_type.as_ref()).expect("a tensor");
    let mut sizes = tensor.shape.as_ref().expect("a shape").dim.iter().map(|d| d.size.as_ref());
    assert_eq!(sizes.next(), Some(Some(&Size::Param(BATCH.to_owned()))), "{}", value.name);
    let number = |size| match size {
        Some(&Size::Value(n)) => usize::try_from(n).expect("a size"),
        other => panic!("{}: {other:?}", value.name),
    };
    sizes.map(number).collect()
}

fn expected(shape: Shape) -> Vec<usize> {
    match shape {
        Shape::Volume { channels, height, width } => vec![channels, height, width],
        Shape::Vector(n) => vec![n],
    }
}

/// Exports a network and checks the file. Where the files are asked for, it is written with the inputs and what the
/// network makes of them.
pub(crate) fn check<N: Network>(
    name: &str,
    net: &N,
    inputs: &[ArrayD<f32>],
    outputs: impl FnOnce() -> Vec<ArrayD<f32>>,
) {
    let bytes = net.to_onnx().expect("a network of the language's layers");
    check_file::<N>(&bytes, net.normalization().is_some());
    let Some(folder) = std::env::var_os("CNN_ONNX_CASES").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("a folder to write to");
    let outputs = outputs();
    let arrays =
        [("input", inputs), ("output", &outputs)].into_iter().flat_map(|(word, arrays)| {
            arrays.iter().enumerate().map(move |(i, array)| (format!("{word}.{i}"), array))
        });
    let arrays: Vec<(String, &[usize], Vec<u8>)> = arrays
        .map(|(key, array)| {
            (key, array.shape(), array.iter().flat_map(|x| x.to_le_bytes()).collect())
        })
        .collect();
    let views = arrays.iter().map(|(key, dims, bytes)| {
        (key, TensorView::new(Dtype::F32, dims.to_vec(), bytes).expect("all of its elements"))
    });
    let arrays = safetensors::serialize(views, None).expect("tensors of their sizes");
    for (ending, bytes) in [("onnx", bytes), ("safetensors", arrays)] {
        std::fs::write(folder.join(name).with_extension(ending), bytes).expect("a file");
    }
}

/// Checks the file of an `N`.
fn check_file<N: Network>(bytes: &[u8], normalizes: bool) {
    let model = ModelProto::decode(bytes).expect("an ONNX file");
    assert_eq!((model.ir_version, model.opset_import[0].version), (IR_VERSION, OPSET));
    let graph = model.graph.as_ref().expect("a graph");
    assert_eq!(graph.name, N::NAME);
    let shapes = |values: &[ValueInfoProto]| values.iter().map(dims).collect::<Vec<_>>();
    let wanted = |shapes: &[Shape]| shapes.iter().copied().map(expected).collect::<Vec<_>>();
    assert_eq!(shapes(&graph.input), wanted(N::INPUTS));
    assert_eq!(shapes(&graph.output), wanted(N::OUTPUTS));
    let names: Vec<&str> = graph.output.iter().map(|value| &*value.name).collect();
    match N::OUTPUT_NAMES {
        [] => assert_eq!(names, ["output"]),
        all => assert_eq!(names, all[..names.len()]),
    }

    // Values in an order in which each comes before its readers; each has one maker.
    let mut known: HashSet<&str> = graph.input.iter().map(|value| &*value.name).collect();
    let mut sizes = HashMap::new();
    for tensor in &graph.initializer {
        assert!(known.insert(&tensor.name), "two values `{}`", tensor.name);
        let len: i64 = tensor.dims.iter().product();
        let width = if tensor.data_type == element::FLOAT { 4 } else { 8 };
        assert_eq!(tensor.raw_data.len(), len as usize * width, "{}", tensor.name);
        sizes.insert(&*tensor.name, len as usize);
    }
    let mut read = HashSet::new();
    let mut nodes = HashSet::new();
    for node in &graph.node {
        assert!(nodes.insert(&*node.name), "two nodes `{}`", node.name);
        for input in node.input.iter().filter(|input| !input.is_empty()) {
            assert!(known.contains(&**input), "{}: `{input}` comes from nowhere", node.name);
            read.insert(&**input);
        }
        for output in &node.output {
            assert!(known.insert(output), "two values `{output}`");
        }
    }
    for value in &graph.output {
        assert!(known.contains(&*value.name), "`{}` comes from nowhere", value.name);
        read.insert(&value.name);
    }
    for tensor in &graph.initializer {
        assert!(read.contains(&*tensor.name), "nobody reads `{}`", tensor.name);
    }

    // Shapes of all layers' values are there, and of nothing that is not.
    for value in &graph.value_info {
        assert!(known.contains(&*value.name), "`{}` is no value", value.name);
        dims(value);
    }
    let described: HashSet<&str> =
        graph.value_info.iter().chain(&graph.output).map(|value| &*value.name).collect();
    for layer in graph.node.iter().filter(|node| !node.doc_string.is_empty()) {
        assert!(described.contains(&*layer.output[0]), "{} has no shape", layer.name);
    }

    // The tensors of evaluation by their paths; a table's has zeros besides.
    let tables = N::GRAPH
        .nodes
        .iter()
        .filter(|node| node.op.convolution().is_some_and(|c| c.table.is_some()));
    let tables: HashSet<String> = tables.map(|node| format!("{}.weight", node.path)).collect();
    let layers = N::GRAPH.nodes.iter().zip(N::LAYERS).filter(|(_, layer)| !layer.training_only);
    let paths = layers.flat_map(|(node, _)| node.tensors.iter().map(move |t| (node.path, t.name)));
    let paths: HashSet<String> = paths
        .map(
            |(path, name)| if name.is_empty() { path.to_owned() } else { format!("{path}.{name}") },
        )
        .collect();
    for spec in N::TENSORS.iter().filter(|spec| spec.role != Role::Counter) {
        let found = sizes.get(spec.path).copied();
        match paths.contains(spec.path) {
            true if tables.contains(spec.path) => {
                assert!(found >= Some(spec.len()), "{}", spec.path)
            }
            true => assert_eq!(found, Some(spec.len()), "{}", spec.path),
            false => assert_eq!(found, None, "{} is for training only", spec.path),
        }
    }
    assert_eq!(nodes.contains("normalize/sub"), normalizes);
}
