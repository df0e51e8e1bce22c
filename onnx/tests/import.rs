//! What the idioms of files become: layers, the text around them, and the numbers of their tensors.

mod common;

use cnn_ir::{Op, Shape};
use cnn_onnx::import::{Network, Request, read};
use cnn_onnx::proto::{ModelProto, NodeProto, StringStringEntryProto, TensorProto};
use cnn_onnx::recipe::follow;
use common::{Is, counted, floats, info, int, ints, model, node, read_bytes, read_model, single};
use prost::Message;

/// The body of a network's text, in one line.
fn text(model: &ModelProto) -> String {
    let network = read_model(model).unwrap_or_else(|problems| panic!("{problems:?}"));
    line(&cnn_onnx::source::write(&network).body)
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The numbers of a tensor by its name.
fn numbers(model: &ModelProto, name: &str) -> Vec<f32> {
    let bytes = model.encode_to_vec();
    let source = cnn_onnx::source::write(&read_bytes(&bytes).expect("a network"));
    let all: Vec<&String> = source.tensors.iter().map(|(name, _)| name).collect();
    let found = source.tensors.iter().find(|(n, _)| n == name);
    let (_, steps) = found.unwrap_or_else(|| panic!("{name} is none of {all:?}"));
    follow(steps, &[&bytes]).expect("numbers")
}

/// On images of 2×4×4: nodes, one a line, and what they become after the input's shape.
#[track_caller]
fn becomes(nodes: &str, tensors: Vec<TensorProto>, wanted: &str) {
    let nodes = nodes.split(';').map(|text| node(text.trim(), &[])).collect();
    assert_eq!(text(&model(&[0, 2, 4, 4], nodes, tensors)), wanted);
}

/// A padding of three rows and columns in all is one and two.
#[test]
fn what_is_odd_of_a_padding_goes_to_the_side_that_the_file_says() {
    for (side, pad) in [("SAME_UPPER", "(1, 2, 1, 2)"), ("SAME_LOWER", "(2, 1, 2, 1)")] {
        let attributes = [("auto_pad", Is::Word(side))];
        let conv = model(
            &[0, 2, 8, 8],
            vec![node("Conv x w -> y", &attributes)],
            vec![counted("w", &[2, 2, 4, 4])],
        );
        assert!(
            text(&conv).contains(&format!("conv(2, 4x4, pad={pad}, bias=false)")),
            "{}",
            text(&conv)
        );
        let attributes = [("auto_pad", Is::Word(side)), ("strides", Is::Ints(vec![1, 1]))];
        let nodes = vec![node("ConvTranspose x w -> y", &attributes)];
        let deconv = model(&[0, 2, 8, 8], nodes, vec![counted("w", &[2, 2, 4, 4])]);
        assert!(
            text(&deconv).contains(&format!("deconv(2, 4x4, pad={pad}, bias=false)")),
            "{}",
            text(&deconv)
        );
    }
}

#[test]
fn one_number_for_each_channel_is_added_by_any_operator_of_sums() {
    for operator in ["Add", "Sum"] {
        becomes(
            &format!("{operator} x c -> y"),
            vec![counted("c", &[2, 1, 1])],
            "2x4x4 -> scale0: scale(bias=true)",
        );
    }
}

#[test]
fn activations_in_parts_are_one_layer() {
    let numbers = || {
        vec![
            single("half", 0.5),
            single("one", 1.0),
            single("two", 2.0),
            single("three", 3.0),
            single("six", 6.0),
            single("sixth", 1.0 / 6.0),
            single("zero", 0.0),
            single("root", std::f32::consts::SQRT_2),
        ]
    };
    let cases = [
        ("Sigmoid x -> a; Mul x a -> y", "silu"),
        ("Sigmoid x -> a; Mul a x -> y", "silu"),
        ("Add x three -> a; Clip a zero six -> b; Mul x b -> c; Div c six -> y", "hardswish"),
        ("Add x three -> a; Clip a zero six -> b; Mul b x -> c; Mul c sixth -> y", "hardswish"),
        ("Add x three -> a; Clip a zero six -> b; Div b six -> c; Mul x c -> y", "hardswish"),
        ("HardSwish x -> y", "hardswish"),
        ("Add x three -> a; Clip a zero six -> b; Div b six -> y", "hardsigmoid"),
        ("Softplus x -> a; Tanh a -> b; Mul x b -> y", "mish"),
        ("Div x root -> a; Erf a -> b; Add b one -> c; Mul x c -> d; Mul d half -> y", "gelu"),
        ("Mul x half -> h; Div x root -> a; Erf a -> b; Add b one -> c; Mul h c -> y", "gelu"),
        ("Clip x zero six -> y", "relu6"),
        ("Clip x zero -> y", "relu"),
        ("Max x zero -> y", "relu"),
        ("Min x zero -> y", "rescale(-1.0) -> relu -> rescale(-1.0)"),
        ("Neg x -> y", "rescale(-1.0)"),
        ("Mul x one -> a; Add a zero -> b; Relu b -> y", "relu"),
    ];
    for (nodes, wanted) in cases {
        becomes(nodes, numbers(), &format!("2x4x4 -> {wanted}"));
    }
}

#[test]
fn any_clip_is_shifted_and_rescaled() {
    becomes(
        "Clip x low high -> y",
        vec![single("low", -1.0), single("high", 2.0)],
        "2x4x4 -> scale0: scale(bias=true) -> rescale(2.0) -> relu6 -> rescale(0.5) -> scale4: scale(bias=true)",
    );
}

#[test]
fn normalizations_in_parts_are_one_layer() {
    let last = Is::Ints(vec![-1]);
    let made = model(
        &[0, 2, 4, 4],
        vec![
            node("Transpose x -> l", &[("perm", Is::Ints(vec![0, 2, 3, 1]))]),
            node("ReduceMean l -> m", &[("axes", last.clone())]),
            node("Sub l m -> d", &[]),
            node("Pow d two -> s", &[]),
            node("ReduceMean s -> v", &[("axes", last)]),
            node("Add v eps -> e", &[]),
            node("Sqrt e -> r", &[]),
            node("Div d r -> n", &[]),
            node("Mul n g -> p", &[]),
            node("Add p h -> o", &[]),
            node("Transpose o -> y", &[("perm", Is::Ints(vec![0, 3, 1, 2]))]),
        ],
        vec![
            single("two", 2.0),
            single("eps", 1e-6),
            counted("g", &[2]),
            floats("h", &[2], &[5.0, 6.0]),
        ],
    );
    let text = text(&made);
    assert!(text.starts_with("2x4x4 -> ") && text.contains("ln(eps=1e-6)"), "{text}");
    assert!(!text.contains("scale"), "{text}");
    let name = |end: &str| {
        let network = read_model(&made).unwrap();
        let tensors = cnn_onnx::source::write(&network).tensors;
        tensors.into_iter().map(|(n, _)| n).find(|n| n.ends_with(end)).expect("the tensor")
    };
    assert_eq!(numbers(&made, &name("weight")), [1.0, 2.0]);
    assert_eq!(numbers(&made, &name("bias")), [5.0, 6.0]);
}

/// Channels last from the input to the flattening, as TensorFlow's files have it.
#[test]
fn a_dense_layer_after_channels_last_sees_its_columns_in_order() {
    let made = model(
        &[0, 2, 2, 2],
        vec![
            node("Transpose x -> l", &[("perm", Is::Ints(vec![0, 2, 3, 1]))]),
            node("Relu l -> r", &[]),
            node("Reshape r shape -> f", &[]),
            node("MatMul f w -> m", &[]),
            node("Add m b -> y", &[]),
        ],
        vec![ints("shape", &[-1, 8]), counted("w", &[8, 1]), floats("b", &[1], &[9.0])],
    );
    assert_eq!(text(&made), "2x2x2 -> relu -> flatten -> dense2: dense(1)");
    // The file's elements are row, column, channel: those of the first channel are 1, 3, 5, 7.
    assert_eq!(numbers(&made, "dense2.weight"), [1.0, 3.0, 5.0, 7.0, 2.0, 4.0, 6.0, 8.0]);
    assert_eq!(numbers(&made, "dense2.bias"), [9.0]);
}

#[test]
fn a_flattening_that_calculates_its_shape_is_one() {
    let made = model(
        &[0, 2, 2, 2],
        vec![
            node("Shape x -> s", &[]),
            node("Gather s zero -> n", &[("axis", Is::Int(0))]),
            node("Unsqueeze n axes -> u", &[]),
            node("Concat u rest -> t", &[("axis", Is::Int(0))]),
            node("Reshape x t -> f", &[]),
            node("Gemm f w b -> y", &[("transB", Is::Int(1))]),
        ],
        vec![
            int("zero", 0),
            ints("axes", &[0]),
            ints("rest", &[-1]),
            counted("w", &[3, 8]),
            counted("b", &[3]),
        ],
    );
    assert_eq!(text(&made), "2x2x2 -> flatten -> dense1: dense(3)");
    assert_eq!(numbers(&made, "dense1.weight"), (1..=24).map(|n| n as f32).collect::<Vec<_>>());
}

#[test]
fn a_bias_apart_is_the_layers_own_where_nobody_else_sees_it() {
    let conv = |last: Vec<NodeProto>| {
        let mut nodes = vec![node("Conv x w -> a", &[])];
        nodes.extend(last);
        model(&[0, 2, 4, 4], nodes, vec![counted("w", &[2, 2, 1, 1]), counted("b", &[1, 2, 1, 1])])
    };
    let own = conv(vec![node("Add a b -> y", &[])]);
    assert_eq!(text(&own), "2x4x4 -> conv0: conv(2, 1x1)");
    assert_eq!(numbers(&own, "conv0.bias"), [1.0, 2.0]);
    // Under another name, the value without the bias is read, too.
    let seen = conv(vec![
        node("Identity a -> c", &[]),
        node("Identity a -> d", &[]),
        node("Add c b -> e", &[]),
        node("Mul d e -> y", &[]),
    ]);
    let text = text(&seen);
    assert!(text.contains("bias=false") && text.contains("scale(bias=true)"), "{text}");
}

#[test]
fn a_convolution_and_its_normalization_stay_apart() {
    let tensors = vec![
        counted("w", &[2, 2, 1, 1]),
        floats("g", &[2], &[1.0, 2.0]),
        floats("m", &[2], &[3.0, 4.0]),
    ];
    let nodes = vec![
        node("Conv x w -> a", &[]),
        node("BatchNormalization a g m m g -> y", &[("momentum", Is::Float(0.9))]),
    ];
    let made = model(&[0, 2, 4, 4], nodes, tensors);
    assert_eq!(text(&made), "2x4x4 -> conv0: conv(2, 1x1, bias=false) -> bn1: bn");
    assert_eq!(numbers(&made, "bn1.running_mean"), [3.0, 4.0]);
    assert_eq!(numbers(&made, "bn1.weight"), [1.0, 2.0]);
}

#[test]
fn of_old_an_attribute_says_where_a_bias_lies() {
    let add = node("Add a b -> y", &[("axis", Is::Int(1)), ("broadcast", Is::Int(1))]);
    let nodes = vec![node("Conv x w -> a", &[]), add];
    let mut made =
        model(&[1, 2, 4, 4], nodes, vec![counted("w", &[2, 2, 1, 1]), counted("b", &[2])]);
    made.opset_import[0].version = 6;
    assert_eq!(text(&made), "2x4x4 -> conv0: conv(2, 1x1)");
    assert_eq!(numbers(&made, "conv0.bias"), [1.0, 2.0]);
}

/// The operations of a network, by their keywords.
fn keywords(network: &Network) -> Vec<&'static str> {
    network.layers.iter().map(|layer| layer.op.keyword()).collect()
}

#[test]
fn pixels_become_channels_and_back() {
    let moved = |input: &[i64], apart: &[i64], order: &[i64], together: &[i64]| {
        let nodes = vec![
            node("Reshape x apart -> a", &[]),
            node("Transpose a -> b", &[("perm", Is::Ints(order.to_vec()))]),
            node("Reshape b together -> y", &[]),
        ];
        let tensors = vec![ints("apart", apart), ints("together", together)];
        read_model(&model(input, nodes, tensors)).unwrap()
    };
    let shuffled = moved(&[0, 8, 3, 3], &[-1, 2, 2, 2, 3, 3], &[0, 1, 4, 2, 5, 3], &[-1, 2, 6, 6]);
    assert_eq!(keywords(&shuffled), ["deconv"]);
    assert_eq!(shuffled.layers[0].output, Shape::volume(2, 6, 6));
    let back = moved(&[0, 2, 6, 6], &[-1, 2, 3, 2, 3, 2], &[0, 1, 3, 5, 2, 4], &[-1, 8, 3, 3]);
    assert_eq!(back.layers.last().unwrap().output, Shape::volume(8, 3, 3));
    assert_eq!(keywords(&back).iter().filter(|k| **k == "maxpool").count(), 4);
    let channels = moved(&[0, 6, 5, 5], &[-1, 2, 3, 5, 5], &[0, 2, 1, 3, 4], &[-1, 6, 5, 5]);
    assert_eq!(
        channels.layers.iter().map(|l| l.op).collect::<Vec<_>>(),
        [Op::Shuffle { groups: 2 }]
    );
}

/// The first layer of detectors: every other row and column, four times, joined.
#[test]
fn the_focus_of_detectors_is_pools_of_one_pixel() {
    let slice = |from: &str, name: &str, start: &str, axis: &str| {
        node(&format!("Slice {from} {start} end {axis} step -> {name}"), &[])
    };
    let nodes = vec![
        slice("x", "r0", "zero", "rows"),
        slice("x", "r1", "one", "rows"),
        slice("r0", "a", "zero", "columns"),
        slice("r1", "b", "zero", "columns"),
        slice("r0", "c", "one", "columns"),
        slice("r1", "d", "one", "columns"),
        node("Concat a b c d -> y", &[("axis", Is::Int(1))]),
    ];
    let tensors = vec![
        ints("zero", &[0]),
        ints("one", &[1]),
        ints("end", &[i64::MAX]),
        ints("rows", &[2]),
        ints("columns", &[3]),
        ints("step", &[2]),
    ];
    let network = read_model(&model(&[0, 3, 6, 8], nodes, tensors)).unwrap();
    assert_eq!(network.layers.last().unwrap().output, Shape::volume(12, 3, 4));
    assert!(keywords(&network).iter().all(|k| ["crop", "maxpool", "concat"].contains(k)));
}

#[test]
fn the_concatenations_of_a_dense_block_continue_one_another() {
    let nodes = vec![
        node("Relu x -> a", &[]),
        node("Concat x a -> ab", &[("axis", Is::Int(1))]),
        node("Conv ab w -> c", &[]),
        node("Concat x a c -> abc", &[("axis", Is::Int(1))]),
        node("Conv abc v -> d", &[]),
        node("Concat x a c d -> y", &[("axis", Is::Int(1))]),
    ];
    let tensors = vec![counted("w", &[1, 4, 1, 1]), counted("v", &[1, 5, 1, 1])];
    let network = read_model(&model(&[0, 2, 3, 3], nodes, tensors)).unwrap();
    let joins: Vec<usize> = network
        .layers
        .iter()
        .filter(|l| matches!(l.op, Op::Concat))
        .map(|l| l.inputs.len())
        .collect();
    assert_eq!(joins, [2, 2, 2]);
    assert_eq!(network.layers.last().unwrap().output, Shape::volume(6, 3, 3));
}

#[test]
fn the_axes_of_indices_stand_where_the_axis_was() {
    let nodes = vec![
        node("Gather x i -> a", &[("axis", Is::Int(1))]),
        node("Squeeze a -> y", &[("axes", Is::Ints(vec![1]))]),
    ];
    let mut made =
        model(&[0, 3], nodes, vec![TensorProto { dims: vec![1, 2], ..ints("i", &[0, 2]) }]);
    made.opset_import[0].version = 11;
    assert_eq!(text(&made), "3 -> concat(split(3, 0) | split(3, 2))");
    let square = TensorProto { dims: vec![2, 2], ..ints("i", &[0, 2, 2, 0]) };
    made.graph.as_mut().unwrap().initializer = vec![square];
    let reason = read_model(&made).unwrap_err().remove(0).reason;
    assert_eq!(reason, "its indices have the shape [2, 2]");
}

#[test]
fn several_inputs_and_outputs_have_names() {
    let nodes = vec![
        node("Add x x2 -> a", &[]),
        node("Relu a -> y", &[]),
        node("GlobalAveragePool a -> g", &[]),
    ];
    let mut made = model(&[0, 2, 3, 3], nodes, vec![]);
    let graph = made.graph.as_mut().unwrap();
    graph.input.push(info("x2", &[0, 2, 3, 3]));
    graph.output.push(info("g", &[]));
    let text = text(&made);
    assert!(text.starts_with("x: 2x3x3; x2: 2x3x3; "), "{text}");
    assert!(text.ends_with("=> y, g"), "{text}");
}

/// Two blocks of a residual network as PyTorch names them.
fn blocks() -> ModelProto {
    let mut nodes = Vec::new();
    let mut tensors = Vec::new();
    for i in 0..2 {
        let from = if i == 0 { "x" } else { "o0" };
        let path = format!("/layer1/layer1.{i}");
        let mut push = |text: String, name: &str| {
            nodes.push(NodeProto {
                name: format!("{path}/{name}"),
                ..node(&text, &[("pads", Is::Ints(vec![1; 4]))])
            });
            if !text.starts_with("Conv") {
                nodes.last_mut().unwrap().attribute.clear();
            }
        };
        push(format!("Conv {from} layer1.{i}.conv1.weight -> a{i}"), "conv1/Conv");
        push(format!("Relu a{i} -> b{i}"), "relu/Relu");
        push(format!("Conv b{i} layer1.{i}.conv2.weight -> c{i}"), "conv2/Conv");
        push(format!("Add c{i} {from} -> d{i}"), "Add");
        push(format!("Relu d{i} -> o{i}"), "relu_1/Relu");
        for conv in ["conv1", "conv2"] {
            tensors.push(counted(&format!("layer1.{i}.{conv}.weight"), &[2, 2, 3, 3]));
        }
    }
    nodes.last_mut().unwrap().output = vec!["y".to_owned()];
    model(&[0, 2, 4, 4], nodes, tensors)
}

#[test]
fn names_become_levels_and_what_repeats_a_block() {
    let network = read_model(&blocks()).unwrap();
    assert_eq!(network.layers[0].path, ["layer1", "0", "conv1"]);
    let source = cnn_onnx::source::write(&network);
    let names: Vec<&str> = source.tensors.iter().map(|(name, _)| name.as_str()).collect();
    let wanted = ["0.conv1", "0.conv2", "1.conv1", "1.conv2"].map(|n| format!("layer1.{n}.weight"));
    assert_eq!(names, wanted);
    assert!(source.blocks.starts_with("block residual {"), "{}", source.blocks);
    assert!(line(&source.body).contains("layer1: { residual * 2 }"), "{}", source.body);
    assert_eq!(source.options, "conv(bias=false)");
    assert_eq!(cnn_onnx::source::write_plain(&network).blocks, "");
}

#[test]
fn a_module_that_the_file_names_is_the_path() {
    let scopes = StringStringEntryProto {
        key: "pkg.torch.onnx.name_scopes".to_owned(),
        value: "['', 'body', 'body.3', 'conv2d']".to_owned(),
    };
    let conv = NodeProto { metadata_props: vec![scopes], ..node("Conv x body.3.weight -> y", &[]) };
    let made = model(&[0, 2, 4, 4], vec![conv], vec![counted("body.3.weight", &[1, 2, 1, 1])]);
    assert_eq!(read_model(&made).unwrap().layers[0].path, ["body", "3"]);
    assert_eq!(numbers(&made, "body.3.weight"), [1.0, 2.0]);
}

#[test]
fn open_shapes_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.onnx");
    let open = model(&[0, 3, 0, 0], vec![node("Relu x -> y", &[])], vec![]);
    std::fs::write(&path, open.encode_to_vec()).unwrap();
    let of = |name: Option<&str>, shape: Shape| {
        read(&path, &Request { inputs: vec![(name.map(str::to_owned), shape)] })
    };
    assert_eq!(of(None, Shape::volume(3, 8, 6)).unwrap().layers[0].output, Shape::volume(3, 8, 6));
    let other = of(None, Shape::volume(4, 8, 6)).unwrap_err();
    assert_eq!(other[0].reason, "input `x`: input=4x8x6 does not fit the file's ?×3×?×?");
    let unknown = of(Some("z"), Shape::volume(3, 8, 6)).unwrap_err();
    assert_eq!(unknown[0].reason, "the file has no input `z`: it has x");
}
