//! Small files, made of the format's messages.

#![allow(dead_code, reason = "each test needs some of it")]

use cnn_onnx::import::{Network, Problem, Request, read};
use cnn_onnx::proto::{
    AttributeProto, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, Size,
    TensorProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, attribute, element,
};
use prost::Message;
use std::path::Path;

/// A value of an attribute.
#[derive(Clone, Debug)]
pub(crate) enum Is {
    Int(i64),
    Ints(Vec<i64>),
    Float(f32),
    Floats(Vec<f32>),
    Word(&'static str),
    Tensor(Box<TensorProto>),
}

pub(crate) fn attribute(name: &str, is: Is) -> AttributeProto {
    let mut made = AttributeProto { name: name.to_owned(), ..Default::default() };
    match is {
        Is::Int(i) => (made.i, made.kind) = (i, attribute::INT),
        Is::Ints(ints) => (made.ints, made.kind) = (ints, attribute::INTS),
        Is::Float(f) => (made.f, made.kind) = (f, attribute::FLOAT),
        Is::Floats(floats) => (made.floats, made.kind) = (floats, attribute::FLOATS),
        Is::Word(s) => (made.s, made.kind) = (s.as_bytes().into(), attribute::STRING),
        Is::Tensor(t) => (made.t, made.kind) = (Some(*t), attribute::TENSOR),
    }
    made
}

/// `Conv x w -> y`: the operator, its inputs, its outputs; `-` is an input that is not given.
pub(crate) fn node(text: &str, attributes: &[(&str, Is)]) -> NodeProto {
    let (left, right) = text.split_once("->").expect("an arrow");
    let word = |w: &str| if w == "-" { String::new() } else { w.to_owned() };
    let mut words = left.split_whitespace().map(word);
    NodeProto {
        op_type: words.next().expect("an operator"),
        input: words.collect(),
        output: right.split_whitespace().map(word).collect(),
        attribute: attributes.iter().map(|(n, is)| attribute(n, is.clone())).collect(),
        ..Default::default()
    }
}

pub(crate) fn floats(name: &str, dims: &[i64], numbers: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: element::FLOAT,
        raw_data: numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>().into(),
        ..Default::default()
    }
}

/// Numbers that count up from 1.
pub(crate) fn counted(name: &str, dims: &[i64]) -> TensorProto {
    let count = dims.iter().product::<i64>();
    floats(name, dims, &(1..=count).map(|n| n as f32).collect::<Vec<_>>())
}

pub(crate) fn single(name: &str, number: f32) -> TensorProto {
    floats(name, &[], &[number])
}

pub(crate) fn ints(name: &str, numbers: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: vec![numbers.len() as i64],
        data_type: element::INT64,
        raw_data: numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>().into(),
        ..Default::default()
    }
}

/// A single whole number, of no axes.
pub(crate) fn int(name: &str, number: i64) -> TensorProto {
    TensorProto { dims: Vec::new(), ..ints(name, &[number]) }
}

/// An input or output; a length of 0 is open.
pub(crate) fn info(name: &str, dims: &[i64]) -> ValueInfoProto {
    let dim = |&n: &i64| Dimension {
        size: Some(if n == 0 { Size::Param("N".to_owned()) } else { Size::Value(n) }),
    };
    let shape = TensorShapeProto { dim: dims.iter().map(dim).collect() };
    let tensor_type = TensorTypeProto { elem_type: element::FLOAT, shape: Some(shape) };
    let r#type = TypeProto { tensor_type: Some(tensor_type) };
    ValueInfoProto { name: name.to_owned(), r#type: Some(r#type) }
}

/// A file of these nodes, from an input `x` to an output `y`.
pub(crate) fn model(input: &[i64], nodes: Vec<NodeProto>, tensors: Vec<TensorProto>) -> ModelProto {
    ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 17 }],
        graph: Some(GraphProto {
            name: "net".to_owned(),
            node: nodes,
            initializer: tensors,
            input: vec![info("x", input)],
            output: vec![info("y", &[])],
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Reads bytes as a file in a folder of its own.
pub(crate) fn read_bytes(bytes: &[u8]) -> Result<Network, Vec<Problem>> {
    let folder = tempfile::tempdir().expect("a folder");
    read_in(folder.path(), bytes)
}

pub(crate) fn read_in(folder: &Path, bytes: &[u8]) -> Result<Network, Vec<Problem>> {
    let path = folder.join("net.onnx");
    std::fs::write(&path, bytes).expect("a file");
    read(&path, &Request::default())
}

pub(crate) fn read_model(model: &ModelProto) -> Result<Network, Vec<Problem>> {
    read_bytes(&model.encode_to_vec())
}

/// All problems of a file, one a line.
pub(crate) fn problems(model: &ModelProto) -> String {
    lines(read_model(model))
}

pub(crate) fn lines(result: Result<Network, Vec<Problem>>) -> String {
    let problems = result.expect_err("a file that can't be read");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What is done with every network: its text is written, its tensors' recipes are followed if they are of few numbers.
pub(crate) fn used(network: &Network, bytes: &[u8]) {
    let source = cnn_onnx::source::write(network);
    let plain = cnn_onnx::source::write_plain(network);
    assert_eq!(source.tensors.len(), plain.tensors.len());
    for (name, steps) in source.tensors {
        let count = cnn_onnx::recipe::count(&steps);
        if count <= 1 << 16 {
            let made = cnn_onnx::recipe::follow(&steps, &[bytes]);
            assert_eq!(made.map(|m| m.len()), Some(count), "{name}: {steps:?}");
        }
    }
}

#[track_caller]
pub(crate) fn says(text: &str, words: &str) {
    assert!(text.contains(words), "{text}");
}
