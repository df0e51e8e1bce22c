//! Weights of files whose names or whose order of numbers are others.

use cnn::ndarray::Array4;
use cnn::{Network, Pretrained, cnn};

cnn! {
    block features() {
        conv1: conv(6, 3x3, pad=1) -> bn1: bn -> relu -> conv2: conv(8, 3x3, stride=2) -> bn2: bn -> relu
    }
    struct Old<2x8x8 -> backbone: features -> flatten -> head: dense(10)>;
    struct New<2x8x8 -> features: features -> flatten -> head: dense(3)>;
    struct Plain<2x8x8 -> conv1: conv(5, 3x3, pad=1) -> relu -> flatten -> head: dense(3)>;
    struct Foreign<
        3x9x9 -> conv: conv(8, 3x2) -> depth: depthwise(3x3) -> up: deconv(5, 2x2, stride=2) -> pub map: relu
        -> flatten -> fc1: dense(7) -> relu -> fc2: dense(4)
    >;
}

/// The bytes of a network's file with other names.
fn renamed(net: &impl Network, rename: impl Fn(&str) -> String) -> Vec<u8> {
    let bytes = net.to_bytes();
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("a good file");
    let tensors = file.iter().map(|(name, tensor)| (rename(name), tensor));
    safetensors::serialize(tensors, None).expect("a good file")
}

#[test]
fn one_renaming_that_would_do_is_said() {
    let old = Old::new(1);
    let message = |bytes: &[u8]| {
        let error = Old::from_bytes(bytes).map(|_| ()).expect_err("other names");
        error.to_string()
    };
    let says = |bytes: &[u8], what: &str, rename: [&str; 2]| {
        let text = message(bytes);
        let [from, to] = rename;
        let help = format!(
            "  {what}\n  help: `net.load_partial(Pretrained::open(path)?.rename({from:?}, {to:?}))?.complete()?` renames them"
        );
        assert!(text.ends_with(&help), "{text}");
        // And it does.
        let mut net = Old::new(9);
        let file = Pretrained::from_bytes(bytes).expect("a file").rename(from, to);
        net.load_partial(file).expect("tensors that fit").complete().expect("all of them");
        assert_eq!(all(&net), all(&old));
    };
    let wrapped = renamed(&old, |name| format!("module.{name}"));
    says(
        &wrapped,
        "the file's names begin with `module.`, the network's do not",
        ["module.*", "*"],
    );
    let deeper = renamed(&old, |name| format!("model.net.{name}"));
    says(
        &deeper,
        "the file's names begin with `model.net.`, the network's do not",
        ["model.net.*", "*"],
    );
    let other = renamed(&old, |name| name.replace("backbone.", "layers.0."));
    says(
        &other,
        "the file's `layers.0.…` has the shapes of the network's `backbone.…`",
        ["layers.0.*", "backbone.*"],
    );

    // A network in the place of a part of another one.
    let bytes = renamed(&New::new(1), |name| name.replace("features.", ""));
    let text = New::from_bytes(&bytes).map(|_| ()).expect_err("other names").to_string();
    assert!(
        text.ends_with("\n  the network's names begin with `features.`, the file's do not"),
        "{text}"
    );

    // Where shapes differ, no renaming is said; nor where a file has nothing of the kind.
    let wrong = renamed(&Plain::new(1), |name| format!("module.{name}"));
    assert!(!message(&wrong).contains("help"), "{}", message(&wrong));
    let hostile = renamed(&old, |name| format!("a\u{1b}[1m.{name}"));
    assert!(message(&hostile).contains("`a\\u{1b}[1m.`"), "{}", message(&hostile));
}

fn all(net: &Old) -> Vec<Vec<f32>> {
    let floats =
        |spec: &cnn::TensorSpec| Some(net.params().get(spec.path).ok()?.iter().copied().collect());
    Old::TENSORS.iter().filter_map(floats).collect()
}

#[test]
fn weights_of_frameworks_with_channels_last_are_turned() {
    let net = Foreign::new(3);
    let &[_, channels, height, width] =
        net.features("map", Array4::zeros((1, 3, 9, 9)).view()).expect("maps").shape()
    else {
        panic!("maps");
    };
    // As TensorFlow has them.
    let mut arrays = Vec::new();
    for spec in Foreign::TENSORS {
        let array = net.get(spec.path).expect("a tensor").to_owned();
        let array = match (spec.path, array.ndim()) {
            (_, 4) => array.permuted_axes(cnn::ndarray::IxDyn(&[2, 3, 1, 0])),
            ("fc1.weight", _) => {
                let volumes =
                    array.into_shape_with_order((7, channels, height, width)).expect("rows");
                let pixels = volumes.permuted_axes([2, 3, 1, 0]);
                let rows = pixels.as_standard_layout().into_owned();
                rows.into_shape_with_order((channels * height * width, 7)).expect("rows").into_dyn()
            }
            (_, 2) => array.reversed_axes(),
            _ => array,
        };
        let mut dims = array.shape().to_vec();
        if spec.path == "depth.weight" {
            // H×W×1×channels is H×W×channels×1.
            dims = vec![3, 3, 8, 1];
        }
        let bytes: Vec<u8> = array.iter().flat_map(|x| x.to_le_bytes()).collect();
        arrays.push((spec.path, dims, bytes));
    }
    let views = arrays.iter().map(|(path, dims, bytes)| {
        let view =
            safetensors::tensor::TensorView::new(safetensors::Dtype::F32, dims.clone(), bytes);
        (*path, view.expect("as many bytes as it has elements"))
    });
    let bytes = safetensors::serialize(views, None).expect("a file");
    let file = || Pretrained::from_bytes(&bytes).expect("a file").channels_last();
    let mut other = Foreign::new(4);
    let turned = file().flattened("fc1.weight", [channels, height, width]);
    other.load_partial(turned).expect("tensors that fit").complete().expect("all of them");
    for spec in Foreign::TENSORS {
        assert_eq!(
            other.get(spec.path).expect("one"),
            net.get(spec.path).expect("one"),
            "{}",
            spec.path
        );
    }

    // Not said, it is of other dimensions, or silently another network; a wrong volume is refused.
    let plain = Pretrained::from_bytes(&bytes).expect("a file");
    let report = Foreign::new(4).load_partial(plain).expect("biases fit");
    assert_eq!(report.left.len(), 5);
    let message =
        |file: Pretrained<'_>| Foreign::new(4).load_partial(file).unwrap_err().to_string();
    assert_eq!(
        message(file().flattened("fc?.weight", [channels, height, width])),
        format!(
            "flattened of `Pretrained`: found {channels}x{height}x{width} for `fc2.weight`, which reads 7 numbers, \
             expected the path of a dense layer's weight, and the volume that it reads"
        )
    );
    assert!(
        message(file().flattened("conv.weight", [1, 1, 1]))
            .contains("no weight of a dense layer fits")
    );
}
