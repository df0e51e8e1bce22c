//! What files hold, word for word, and what cannot be one.

use cnn::custom::{CustomLayer, Volume};
use cnn::typenum::{U3, U4};
use cnn::{Error, ExportProblem, Network, Normalize};
use cnn_onnx::export::{self, MOST_BYTES};
use cnn_onnx::proto::{GraphProto, ModelProto, NodeProto, attribute};
use prost::Message;

cnn::cnn! {
    struct Small<
        image: 2x8x8;
        stem: image -> { conv(4, 3x3, pad=1) -> dropout(0.1) -> bn } -> relu -> dropout(0.5);
        class: add(stem | stem -> gate: scale(bare=true)) -> global_avgpool -> flatten -> fc: dense(3);
        aux: stem -> conv(2, 1x1)
        => class, train aux
    >;
    struct Scored<1x4x4 -> conv(2, 3x3) -> flatten>;
    struct Custom<4x3x3 -> identity -> own: custom(Doubled => 4x3x3) -> conv(2, 1x1)>;
    struct InTraining<
        image: 4x3x3; class: image -> conv(2, 1x1); aux: image -> custom(Doubled => 4x3x3) => class, train aux
    >;
    struct CeilCounted<3x6x7 -> avgpool(3x2, stride=2, pad=1, count_pad=true, round=ceil)>;
    struct Ceil<3x6x7 -> maxpool(3, stride=2, round=ceil)>;
    struct Far<3x8x9 -> maxpool(2, stride=1, dilation=4, pad=2)>;
    struct Around<2x5x6 -> conv(4, 3x3, pad=(1, 0, 2, 0), pad_mode=circular)>;
    struct Beyond<2x4x5 -> deconv(3, 3x2, dilation=3, pad=(0, 1, 0, 0), output_pad=2)>;
    struct Huge<30000 -> dense(30000)>;
}

/// Twice its input.
struct Doubled;

impl CustomLayer<Volume<U4, U3, U3>> for Doubled {
    type Output = Volume<U4, U3, U3>;

    fn forward(_: &[&[f32]], x: &[f32], y: &mut [f32]) {
        y.iter_mut().zip(x).for_each(|(y, x)| *y = 2.0 * x);
    }

    fn backward(_: &[&[f32]], _: &[f32], _: &[f32], dy: &[f32], dx: &mut [f32]) {
        dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx = 2.0 * dy);
    }
}

fn graph<N: Network>(net: &N) -> GraphProto {
    let bytes = net.to_onnx().expect("a network of the language's layers");
    ModelProto::decode(&*bytes).expect("an ONNX file").graph.expect("a graph")
}

/// `name: op(inputs) -> outputs`
fn line(node: &NodeProto) -> String {
    format!(
        "{}: {}({}) -> {}",
        node.name,
        node.op_type,
        node.input.join(", "),
        node.output.join(", ")
    )
}

#[test]
fn values_have_the_names_of_labels_and_tensors_of_the_state_dict() {
    let graph = graph(&Small::new(0));
    let lines: Vec<String> = graph.node.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "stem.0.conv: Conv(image, stem.0.weight, stem.0.bias) -> stem.0.conv",
            "stem.2.bn: BatchNormalization(stem.0.conv, stem.2.weight, stem.2.bias, stem.2.running_mean, \
             stem.2.running_var) -> stem.2.bn",
            "stem.3.relu: Relu(stem.2.bn) -> stem",
            "class.gate: Mul(stem, class.gate) -> class.gate/output",
            "class.add: Add(stem, class.gate/output) -> class.add",
            "class.1.global_avgpool: GlobalAveragePool(class.add) -> class.1.global_avgpool",
            "class.2.flatten: Flatten(class.1.global_avgpool) -> class.2.flatten",
            "class.fc: Gemm(class.2.flatten, class.fc.weight, class.fc.bias) -> class",
        ]
    );
    let names = |values: &[cnn_onnx::proto::ValueInfoProto]| -> Vec<String> {
        values.iter().map(|value| value.name.clone()).collect()
    };
    assert_eq!(
        (names(&graph.input), names(&graph.output)),
        (vec!["image".into()], vec!["class".into()])
    );
}

#[test]
fn a_network_normalizes_as_it_does_here() {
    let mut net = Scored::new(0);
    assert_eq!(line(&graph(&net).node[0]), "0.conv: Conv(input, 0.weight, 0.bias) -> 0.conv");
    net.set_normalization(Some(Normalize::new([0.5], [0.0]))).expect("one of each");
    let graph = graph(&net);
    let lines: Vec<String> = graph.node.iter().take(3).map(line).collect();
    assert_eq!(
        lines,
        [
            "normalize/sub: Sub(input, normalize/mean) -> normalize/sub",
            "normalize/div: Div(normalize/sub, normalize/deviation) -> normalize/div",
            "0.conv: Conv(normalize/div, 0.weight, 0.bias) -> 0.conv",
        ]
    );
    // A deviation of 0 counts as 1.
    let number = |name: &str| {
        let tensor = graph.initializer.iter().find(|tensor| tensor.name == name).expect(name);
        f32::from_le_bytes(tensor.raw_data[..].try_into().expect("one number"))
    };
    assert_eq!([number("normalize/mean"), number("normalize/deviation")], [0.5, 1.0]);
}

/// `op name=1,2 …`, the attributes that are numbers.
fn numbers(node: &NodeProto) -> String {
    let words = node.attribute.iter().filter(|a| !a.ints.is_empty() || a.kind == attribute::INT);
    let words = words.map(|a| {
        let ints = if a.kind == attribute::INT { &[a.i][..] } else { &a.ints };
        format!(" {}={}", a.name, ints.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
    });
    format!("{}{}", node.op_type, words.collect::<String>())
}

/// No window of ONNX's starts where PyTorch's would not, and no engine rounds.
#[test]
fn windows_are_padded_as_far_as_they_reach() {
    fn lines<N: Network>() -> Vec<String> {
        graph(&N::new(0)).node.iter().map(numbers).collect()
    }
    // 6 rows with one of padding on either side: windows from rows −1, 1, 3 and 5; padding counts, what is beyond it not.
    let pool = "AveragePool kernel_shape=3,2 strides=2,2 pads=0,0,1,0 count_include_pad=0";
    assert_eq!(lines::<CeilCounted>(), ["Pad", pool]);
    assert_eq!(lines::<Ceil>(), ["MaxPool kernel_shape=3,3 strides=2,2 pads=0,0,1,0"]);
    // More padding than the kernel has rows.
    let pool = "MaxPool kernel_shape=2,2 strides=1,1 pads=0,0,0,0 dilations=4,4";
    assert_eq!(lines::<Far>(), ["Pad", pool]);
    let conv = "Conv kernel_shape=3,3 strides=1,1 pads=0,0,0,0";
    assert_eq!(lines::<Around>(), ["Gather axis=2", "Gather axis=3", conv]);
    // One of two rows more is not cut off, the other holds the bias.
    let deconv = "ConvTranspose kernel_shape=3,2 strides=1,1 pads=0,0,0,0 dilations=3,3";
    assert_eq!(lines::<Beyond>(), [deconv, "Pad", "Add"]);
}

#[test]
fn a_file_is_written_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (net, path) = (Scored::new(3), folder.path().join("net.onnx"));
    net.export_onnx(&path).expect("a folder to write to");
    assert_eq!(std::fs::read(&path).expect("the file"), net.to_onnx().expect("a network"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    // Known for what it is.
    let error = Scored::load(&path).expect_err("no safetensors file").to_string();
    assert!(error.contains("found an ONNX model"), "{error}");
    assert!(matches!(net.export_onnx(folder.path()), Err(Error::NotAFile { .. })));
}

#[test]
fn layers_of_ones_own_are_refused_by_name() {
    let error = Custom::new(0).to_onnx().expect_err("no operator of ONNX");
    assert_eq!(
        error.to_string(),
        "`Custom` as an ONNX file: layer `own`: found `custom(Doubled)`, expected a layer of the language: ONNX \
         has no operator for code of your own"
    );
    assert!(matches!(error, Error::Onnx { problem: ExportProblem::Custom { .. }, .. }));
    // Where only training needs them, they are not there.
    assert_eq!(graph(&InTraining::new(0)).node.len(), 1);
}

#[test]
fn what_is_not_the_networks_is_refused() {
    let (none, short) = (|_: &str| None, |_: &str| Some(&[1.0_f32; 3][..]));
    let network = export::Network {
        graph: &Scored::GRAPH,
        tensors: &none,
        normalization: None,
        outputs: &[],
    };
    let text =
        |network: export::Network<'_>| export::model(&network).expect_err("refused").to_string();
    assert_eq!(text(network), "tensor `0.weight`: found none, expected 18 numbers");
    let other = export::Network { tensors: &short, ..network };
    assert_eq!(text(other), "tensor `0.weight`: found 3 numbers, expected 18");
    let other = export::Network { outputs: &["a", "b"], ..network };
    assert_eq!(
        text(other),
        "found 2 names of outputs, expected 1, or none for a network with one output"
    );
    let numbers = export::Normalization { mean: &[0.0], deviation: &[1.0; 3] };
    let other = export::Network { normalization: Some(numbers), ..network };
    assert_eq!(
        text(other),
        "deviations of the normalization: found 3, expected 1, one for each channel"
    );
    let huge = export::Network { graph: &Huge::GRAPH, ..network };
    let found = (30_000 * 30_000 + 30_000) * 4;
    assert_eq!(
        export::to_bytes(&huge),
        Err(export::Error::TooLarge { found, expected: MOST_BYTES })
    );
}
