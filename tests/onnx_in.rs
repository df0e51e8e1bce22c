//! Networks whose text is an ONNX file: `struct Net from "model.onnx"`. The files are stand-ins for those of three
//! exporters, with their idioms; `onnx/reference/stand_ins.py` makes them, and says what ONNX Runtime gives.

#[path = "onnx/structure.rs"]
mod structure;

use cnn::ir::{Activation, Op};
use cnn::ndarray::{Array2, Array4};
use cnn::{Describe, cnn};
use safetensors::SafeTensors;
use std::path::Path;

cnn! {
    /// By `torch.onnx.export`.
    pub struct Torch from "onnx/torch.onnx";
    /// As by tf2onnx: channels last.
    pub struct TensorFlow from "onnx/tensorflow.onnx" with input=3x10x10;
    /// As by Paddle2ONNX: open sizes.
    pub struct Paddle from "onnx/paddle.onnx" with input(x)=3x12x20, accurate;
    /// Another network goes on from it.
    pub struct Around< 3x16x16 -> trunk: net(Torch => 5) -> dense(2) >;
}

fn tensors(name: &str) -> (Array4<f32>, Array2<f32>) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx").join(format!("{name}.safetensors"));
    let bytes = std::fs::read(path).expect("the file is there");
    let file = SafeTensors::deserialize(&bytes).expect("a file of tensors");
    let read = |name: &str| {
        let tensor = file.tensor(name).expect("a tensor");
        let floats = tensor.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        (tensor.shape().to_vec(), floats)
    };
    let ((i, input), (o, output)) = (read("input"), read("output"));
    (
        Array4::from_shape_vec((i[0], i[1], i[2], i[3]), input).expect("images"),
        Array2::from_shape_vec((o[0], o[1]), output).expect("scores"),
    )
}

macro_rules! agrees {
    ($($test:ident $net:ident $file:literal)*) => {$(
        #[test]
        fn $test() {
            let (images, expected) = tensors($file);
            let net = $net::embedded();
            let scores = net.forward(images.view());
            let largest = expected.iter().fold(0.0, |m: f32, x| m.max(x.abs()));
            let difference = (&scores - &expected).iter().fold(0.0, |m: f32, x| m.max(x.abs()));
            assert!(difference <= 1e-5 * largest, "{difference} of {largest}");
            // Any batch, though the file may be for one.
            let one = images.slice(cnn::ndarray::s![..1, .., .., ..]);
            assert_eq!(net.forward(one).nrows(), 1);
            // A network like any other.
            let copy = $net::from_bytes(&net.to_bytes()).expect("its own weights");
            assert_eq!(copy.forward(images.view()), scores);
        }
    )*};
}

agrees! {
    pytorch_gives_what_its_file_says Torch "torch"
    tensorflow_gives_what_its_file_says TensorFlow "tensorflow"
    paddle_gives_what_its_file_says Paddle "paddle"
}

fn words<N: Describe>() -> Vec<String> {
    N::GRAPH.nodes.iter().map(|node| format!("{:#}", node.op)).collect()
}

#[test]
fn idioms_are_layers() {
    assert_eq!(
        words::<TensorFlow>(),
        ["pad", "conv 3x3 /2", "bn", "silu", "flatten", "dense 4", "softmax"]
    );
    let paddle = words::<Paddle>();
    assert_eq!(
        paddle[..5],
        ["conv 3x3 /2 pad 1", "bn", "hardswish", "depthwise 3x3 pad 1", "relu"]
    );
    let torch = words::<Torch>();
    let end = ["concat", "silu", "shuffle 2", "global_avgpool", "flatten", "dense 5"];
    assert_eq!(torch[torch.len() - 6..], end);
    assert!(Torch::GRAPH.nodes.iter().any(|n| n.op == Op::Activation(Activation::HardSwish)));
}

#[test]
fn names_are_those_of_the_file() {
    let net = Torch::embedded();
    for path in ["stem.0.weight", "layer1.1.conv2.bias", "head.4.weight"] {
        assert!(net.get(path).is_ok(), "{path}");
    }
    assert_eq!(TensorFlow::embedded().get("model.fc.weight").expect("a matrix").shape(), [4, 150]);
    assert!(Around::new(0).get("trunk.layer1.0.conv1.weight").is_ok());
}

/// The channels of what was flattened channels last come in the language's order.
#[test]
fn a_dense_layer_after_channels_last_has_its_columns_turned() {
    let net = TensorFlow::embedded();
    let mut images = Array4::zeros((1, 3, 10, 10));
    let before = net.features("model.conv", images.view()).expect("a label").into_dyn();
    images[[0, 0, 0, 0]] = 1.0;
    assert_ne!(net.features("model.conv", images.view()).expect("a label").into_dyn(), before);
}

#[test]
fn out_and_in_again_is_the_same_network() {
    let request = cnn_onnx::import::Request::default();
    let read = |path: &Path| cnn_onnx::import::read(path, &request).expect("a network");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("again.onnx");
    Torch::embedded().export_onnx(&path).expect("it is written");
    let (again, first) = (read(&path), read(Path::new("onnx/torch.onnx")));
    assert_eq!(structure::of_file(&again), structure::of_file(&first));
    assert_eq!(structure::of_file(&again), structure::of_graph(&Torch::GRAPH));
}

/// What a file calls its values is never read as a layer.
#[test]
fn words_of_the_language_name_no_values() {
    for record in cnn_compiler::layers::LAYERS {
        assert!(cnn_onnx::source::is_word(record.keyword), "{}", record.keyword);
    }
    assert!(!cnn_onnx::source::is_word("layer1"));
}

fn mistakes(text: &str) -> String {
    let errors = cnn_compiler::compile(text).expect_err("a mistake");
    errors.into_iter().map(|e| e.text).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_does_not_fit_is_said() {
    let cases = [
        (r#"from "onnx/none.onnx""#, "onnx/none.onnx can't be read"),
        (r#"from "onnx/torch.safetensors""#, "a safetensors file, not an ONNX file"),
        (r#"from "onnx/paddle.onnx""#, "input `x`: the file leaves its shape open: ?×3×?×?"),
        (
            r#"from "onnx/torch.onnx" with input=1x16x16"#,
            "input=1x16x16 does not fit the file's ?×3×16×16",
        ),
        (
            r#"from "onnx/torch.onnx" with input(pixels)=3x16x16"#,
            "the file has no input `pixels`: it has image",
        ),
        (r#"from "onnx/torch.onnx" with input=3x16"#, "an input is channels x height x width"),
        (r#"from "onnx/torch.onnx" with blas"#, "a network has no option `blas`"),
        (r#"from 3"#, "the name of an ONNX file belongs here"),
        (r#"from "onnx/torch.onnx" with input"#, "the shape of an input belongs here"),
    ];
    for (text, expected) in cases {
        let said = mistakes(&format!("struct Net {text};"));
        assert!(said.contains(expected), "{text}: {said}");
    }
}
