//! Files that lie: each kind is an error that says what was found.

mod common;

use cnn_ir::Shape;
use cnn_onnx::import::{Request, read};
use cnn_onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, SparseTensorProto, TensorProto, attribute,
    element,
};
use common::single;
use common::{
    Is, counted, floats, info, int, ints, lines, model, node, problems, read_bytes, says,
};
use prost::Message;

/// The problems of a file whose only node this is.
fn of_node(text: &str, attributes: &[(&str, Is)], tensors: Vec<TensorProto>) -> String {
    problems(&model(&[0, 4, 6, 6], vec![node(text, attributes)], tensors))
}

#[test]
fn other_formats_are_named() {
    let cases: [(&[u8], &str); 8] = [
        (b"", "an empty file"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x80\x04rest", "a Python pickle"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"\x93NUMPY", "a NumPy file"),
        (b"\x08\0\0\0\0\0\0\0{}", "a safetensors file"),
        (b"\x1c\0\0\0TFL3", "a TensorFlow Lite file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
    ];
    for (bytes, words) in cases {
        says(&lines(read_bytes(bytes)), words);
    }
    says(&lines(read_bytes(b"some text")), "no whole ONNX file");
    says(&lines(read_bytes(&ModelProto::default().encode_to_vec())), "an empty file");
    let bare = ModelProto { ir_version: 8, ..Default::default() };
    says(&lines(read_bytes(&bare.encode_to_vec())), "holds no graph");
}

#[test]
fn every_end_is_an_error() {
    let bytes = model(&[0, 1, 3, 3], vec![node("Relu x -> y", &[])], vec![]).encode_to_vec();
    assert!(read_bytes(&bytes).is_ok());
    for end in 0..bytes.len() - 6 {
        assert!(read_bytes(&bytes[..end]).is_err(), "{end} bytes of {}", bytes.len());
    }
}

#[test]
fn graphs_that_run_in_circles_read_what_nobody_gives() {
    let circle =
        vec![node("Add x b -> a", &[]), node("Relu a -> b", &[]), node("Relu b -> y", &[])];
    says(&problems(&model(&[0, 1, 3, 3], circle, vec![])), "reads `b`, which no earlier node");
    says(&of_node("Relu y -> y", &[], vec![]), "reads `y`");
    says(&of_node("Relu x -> z", &[], vec![]), "output `y`: no node gives it");
}

#[test]
fn names_stand_for_one_thing() {
    let twice = vec![node("Relu x -> y", &[]), node("Tanh x -> y", &[])];
    says(&problems(&model(&[0, 1, 3, 3], twice, vec![])), "two nodes give `y`");
    let relu = || vec![node("Relu x -> y", &[])];
    let tensors = vec![single("w", 1.0), single("w", 2.0)];
    says(&problems(&model(&[0, 1, 3, 3], relu(), tensors)), "two tensors are called `w`");
    let with = |change: fn(&mut GraphProto)| {
        let mut made = model(&[0, 1, 3, 3], relu(), vec![]);
        change(made.graph.as_mut().unwrap());
        problems(&made)
    };
    says(&with(|g| g.input.push(info("x", &[0, 1, 3, 3]))), "two inputs are called `x`");
    says(&with(|g| g.output.push(info("y", &[]))), "two outputs are called `y`");
    says(&with(|g| g.output.clear()), "no outputs");
    says(&with(|g| g.sparse_initializer.push(SparseTensorProto::default())), "is sparse");
    let attributes = [("axis", Is::Int(1)), ("axis", Is::Int(2))];
    says(&of_node("Concat x x -> y", &attributes, vec![]), "two attributes `axis`");
}

#[test]
fn opsets_and_domains_must_be_known() {
    for version in [0, -1, 29, i64::MAX, i64::MIN] {
        let mut made = model(&[0, 1, 3, 3], vec![node("Relu x -> y", &[])], vec![]);
        made.opset_import[0].version = version;
        says(&problems(&made), &format!("version {version} of the operators"));
    }
    let other = NodeProto { domain: "com.other".to_owned(), ..node("Relu x -> y", &[]) };
    says(&problems(&model(&[0, 1, 3, 3], vec![other], vec![])), "operators of `com.other`");
}

#[test]
fn attributes_are_what_they_should_be() {
    says(&of_node("Concat x x -> y", &[("axis", Is::Ints(vec![1]))], vec![]), "another kind");
    says(&of_node("Relu x -> y", &[("alpha", Is::Int(1))], vec![]), "`alpha` is not known");
    says(&of_node("Elu x -> y", &[("alpha", Is::Float(f32::NAN))], vec![]), "its `alpha` is NaN");
    let graph = AttributeProto {
        name: "then_branch".to_owned(),
        g: Some(GraphProto::default()),
        ..Default::default()
    };
    let branch = NodeProto { attribute: vec![graph], ..node("If x -> y", &[]) };
    says(&problems(&model(&[0, 1, 3, 3], vec![branch], vec![])), "holds graphs of its own");
    let function = AttributeProto {
        name: "alpha".to_owned(),
        ref_attr_name: "a".to_owned(),
        kind: attribute::FLOAT,
        ..Default::default()
    };
    let elu = NodeProto { attribute: vec![function], ..node("Elu x -> y", &[]) };
    says(&problems(&model(&[0, 1, 3, 3], vec![elu], vec![])), "a function's attribute");
}

#[test]
fn graphs_inside_one_another_end() {
    let mut inner = GraphProto::default();
    for _ in 0..400 {
        let attribute = AttributeProto { g: Some(inner), ..Default::default() };
        let node = NodeProto { attribute: vec![attribute], ..Default::default() };
        inner = GraphProto { node: vec![node], ..Default::default() };
    }
    let deep = ModelProto { graph: Some(inner), ..Default::default() };
    says(&problems(&deep), "no whole ONNX file");
}

#[test]
fn tensors_have_the_shape_that_they_say() {
    let of = |tensor: TensorProto| {
        let add = vec![node("Add x w -> y", &[])];
        problems(&model(&[0, 1, 3, 3], add, vec![TensorProto { name: "w".to_owned(), ..tensor }]))
    };
    says(&of(floats("", &[3], &[1.0])), "takes 12 bytes, but the file has 4");
    says(&of(floats("", &[-1], &[1.0])), "its shape is [-1]");
    for dims in [vec![i64::MAX], vec![1 << 62, 4], vec![1 << 31, 2], vec![0, 1 << 62, 1 << 62]] {
        says(&of(floats("", &dims, &[1.0])), "their product at most");
    }
    says(&of(floats("", &[1; 9], &[1.0])), "9 axes");
    says(&of(TensorProto { data_type: 99, ..floats("", &[1], &[1.0]) }), "of type unknown");
    says(
        &of(TensorProto { data_type: element::STRING, ..floats("", &[1], &[]) }),
        "of type string",
    );
    let empty = TensorProto { dims: vec![2], data_type: element::FLOAT, ..Default::default() };
    says(&of(empty), "takes 8 bytes, but the file has 0");
    let unended = TensorProto {
        dims: vec![1],
        data_type: element::INT64,
        int64_data: vec![0xff].into(),
        ..Default::default()
    };
    says(&of(unended), "lacks its 1 numbers");
}

#[test]
fn inputs_have_shapes_that_images_can_have() {
    let of = |dims: &[i64]| problems(&model(dims, vec![node("Relu x -> y", &[])], vec![]));
    for dims in [[0, i64::MAX, 3, 3], [0, 1 << 31, 2, 1], [1, 1 << 62, 1 << 62, 4]] {
        says(&of(&dims), "an image has 1 to 2147483648 elements");
    }
    says(&of(&[0, 0, 3, 3]), "leaves its shape open");
    says(&of(&[]), "does not say its shape");
    says(&of(&[1, 2, 3]), "an image is batch");
    let request = Request { inputs: vec![(None, Shape::volume(0, 3, 3))] };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.onnx");
    let open = model(&[0, 0, 0, 0], vec![node("Relu x -> y", &[])], vec![]);
    std::fs::write(&path, open.encode_to_vec()).unwrap();
    says(&lines(read(&path, &request)), "its shape is 0x3x3");
}

#[test]
fn windows_have_sizes_that_can_be_added() {
    let conv = |name: &str, list: Vec<i64>| {
        of_node("Conv x w -> y", &[(name, Is::Ints(list))], vec![counted("w", &[1, 4, 2, 2])])
    };
    for n in [0, -1, i64::MIN, i64::MAX, 1 << 31] {
        says(&conv("strides", vec![n; 2]), "its `strides` is");
        says(&conv("dilations", vec![n; 2]), "its `dilations` is");
    }
    says(&conv("pads", vec![i64::MAX; 4]), "its `pads` are");
    says(&conv("pads", vec![1 << 29; 4]), "an image has 1 to");
    says(&conv("kernel_shape", vec![i64::MAX; 2]), "its `kernel_shape` is");
    let group = |operator: &str, n: i64| {
        let tensors = vec![counted("w", &[4, 4, 2, 2])];
        of_node(&format!("{operator} x w -> y"), &[("group", Is::Int(n))], tensors)
    };
    says(&group("Conv", 0), "its `group` is 0");
    says(&group("Conv", i64::MAX), "does not fit 4 channels");
    says(&group("ConvTranspose", i64::MAX), "does not fit 4 channels");
    let empty = || vec![floats("w", &[4, 4, 0, 0], &[])];
    says(&of_node("ConvTranspose x w -> y", &[], empty()), "its kernel is 0x0");
    says(&of_node("Conv x w -> y", &[], vec![floats("w", &[0, 4, 1, 1], &[])]), "it gives 0x6x6");
    let shape = [("output_shape", Is::Ints(vec![i64::MAX; 2]))];
    let text = of_node("ConvTranspose x w -> y", &shape, vec![counted("w", &[4, 1, 1, 1])]);
    says(&text, "an image has 1 to");
}

#[test]
fn axes_are_those_of_the_input() {
    for list in [vec![i64::MIN], vec![i64::MAX], vec![4], vec![-5]] {
        let axes = || [("axes", Is::Ints(list.clone()))];
        says(&of_node("ReduceMean x -> y", &axes(), vec![]), "its axes are");
        says(&of_node("Squeeze x -> y", &axes(), vec![]), "its axes are");
        let a = list[0];
        says(&of_node("Concat x x -> y", &[("axis", Is::Int(a))], vec![]), "its axis is");
        says(&of_node("Softmax x -> y", &[("axis", Is::Int(a))], vec![]), "its axis is");
    }
    let twice = [("axes", Is::Ints(vec![2; 64]))];
    says(&of_node("ReduceMean x -> y", &twice, vec![]), "name one twice");
    let split = [("axis", Is::Int(1)), ("split", Is::Ints(vec![i64::MAX, i64::MAX]))];
    says(&of_node("Split x -> y z", &split, vec![]), "its parts");
    // Columns from the middle on, and around: no border is that wide.
    let nodes = vec![node("Conv x w -> a", &[]), node("Gather a i -> y", &[("axis", Is::Int(3))])];
    let tensors = vec![counted("w", &[4, 4, 1, 1]), ints("i", &[1, 2, 3, 4, 5, 0, 1])];
    says(&problems(&model(&[0, 4, 6, 6], nodes, tensors)), "it picks 7 of 6");
}

#[test]
fn constants_stay_small() {
    // Each doubles the steps of the one before.
    let mut nodes = vec![node("Add w w -> c0", &[])];
    nodes.extend((1..60).map(|i| node(&format!("Add c{0} c{0} -> c{i}", i - 1), &[])));
    nodes.push(node("Add x c59 -> y", &[]));
    let sums = model(&[0, 1, 3, 3], nodes, vec![floats("w", &[1, 1, 3], &[1.0, 2.0, 3.0])]);
    says(&problems(&sums), "32 are the most");
    let mut nodes = vec![node("Concat w w -> c0", &[("axis", Is::Int(0))])];
    let join =
        |i: usize| node(&format!("Concat c{0} c{0} -> c{i}", i - 1), &[("axis", Is::Int(0))]);
    nodes.extend((1..60).map(join));
    nodes.push(node("Reshape x c59 -> y", &[]));
    let joined = model(&[0, 1, 3, 3], nodes, vec![ints("w", &[1, 1])]);
    says(&problems(&joined), "more than 4096 whole numbers");
    let large = |size: i64| {
        let nodes = vec![
            node("ConstantOfShape s -> a", &[]),
            node("Reshape a column -> b", &[]),
            node("Add a b -> c", &[]),
            node("Add x c -> y", &[]),
        ];
        problems(&model(&[0, 1, 3, 3], nodes, vec![ints("s", &[size]), ints("column", &[-1, 1])]))
    };
    says(&large(1 << 22), "it makes a constant of [4194304, 4194304]");
    says(&large(i64::MAX), "too many elements");
    let expand = |dims: &[i64]| {
        let nodes = vec![node("Expand one s -> a", &[]), node("Add x a -> y", &[])];
        problems(&model(&[0, 1, 3, 3], nodes, vec![single("one", 1.0), ints("s", dims)]))
    };
    says(&expand(&[1 << 40, 1 << 40]), "or too often");
    says(&expand(&[1; 9]), "9 axes");
}

#[test]
fn few_bytes_make_few_numbers() {
    // A dense layer of 2²² zeros, again and again.
    let mut nodes = vec![node("ConstantOfShape s -> w", &[])];
    let name = |i: usize| if i == 0 { "x".to_owned() } else { format!("v{i}") };
    nodes.extend((0..100).map(|i| node(&format!("MatMul {} w -> v{}", name(i), i + 1), &[])));
    nodes.push(node("Relu v100 -> y", &[]));
    let zeros = model(&[0, 2048], nodes, vec![ints("s", &[2048, 2048])]);
    says(&problems(&zeros), "make 419430400 numbers of layers");
}

#[test]
fn numbers_that_are_none_are_no_factors() {
    let add = |x: f32| of_node("Add x c -> y", &[], vec![single("c", x)]);
    says(&add(f32::INFINITY), "it calculates with inf");
    says(&of_node("Div x c -> y", &[], vec![single("c", 0.0)]), "it calculates with inf");
    says(
        &of_node(
            "Pad x p c -> y",
            &[],
            vec![ints("p", &[0, 0, 1, 1, 0, 0, 1, 1]), single("c", f32::NAN)],
        ),
        "its value is no number",
    );
    let scales = floats("s", &[4], &[1.0, 1.0, f32::NAN, 2.0]);
    says(&of_node("Resize x - s -> y", &[], vec![scales]), "its scale of NaN");
}

#[test]
fn outputs_are_layers() {
    says(
        &of_node("Dropout x -> z y", &[], vec![]),
        "output `y`: no layer of the language gives it",
    );
    says(&of_node("Constant -> y", &[("value_int", Is::Int(1))], vec![]), "does not depend");
    let nodes = vec![node("Shape x -> a", &[]), node("Gather a i -> y", &[])];
    says(&problems(&model(&[0, 1, 3, 3], nodes, vec![int("i", 1)])), "does not depend");
}
