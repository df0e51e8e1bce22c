//! What a network says of itself: its layers and blocks as constants, and its table.

use cnn::ndarray::Array4;
use cnn::{BlockInfo, Source, cnn};

cnn! {
    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s == 1 && f == C { _ } else {
                downsample: { conv(f, 1x1, stride=s, bias=false) -> bn }
            }
        ) -> relu
    }
    /// A residual network with blocks to fold.
    struct Residual<
        3x64x64
        -> conv1: conv(8, 7x7, stride=2, pad=3, bias=false) -> bn1: bn -> relu
        -> maxpool(3, stride=2, pad=1)
        -> layer1: { basic(8) * 4 } -> layer2: { basic(16, 2) -> basic(16) }
        -> global_avgpool -> flatten -> fc: dense(10)
    >;
}

const _: () = assert!(Residual::LAYERS[Residual::LAYERS.len() - 1].receptive_field.0 >= 64);
const _: () = assert!(Residual::LAYERS[3].jump.0 == 4.0 && Residual::LAYERS[3].start.0 == -5);

#[test]
fn layers_are_complete() {
    let layers = Residual::LAYERS;
    let conv = &layers[0];
    assert_eq!((conv.path, conv.keyword, conv.text), ("conv1", "conv", "conv 7x7 /2 pad 3"));
    assert_eq!(conv.inputs, [Source::Input(0)]);
    assert_eq!((conv.input, conv.output.to_string()), (Residual::INPUT, "8x32x32".to_owned()));
    assert_eq!((conv.parameters, conv.macs), (8 * 3 * 49, 8 * 3 * 49 * 32 * 32));
    assert_eq!(conv.memory, 4 * 8 * 32 * 32);
    assert_eq!((conv.receptive_field, conv.jump, conv.start), ((7, 7), (2.0, 2.0), (-3, -3)));
    let add = layers.iter().position(|l| l.path == "layer2.0.add").expect("a sum");
    assert_eq!(layers[add].inputs, [Source::Layer(add - 3), Source::Layer(add - 1)]);
    let flatten = layers.iter().find(|l| l.keyword == "flatten").expect("a flatten");
    assert_eq!(flatten.memory, 0);
    assert_eq!(Residual::PARAMETERS, layers.iter().map(|l| l.parameters).sum::<usize>());
    assert_eq!(Residual::MACS, layers.iter().map(|l| l.macs).sum::<u64>());
    assert_eq!(Residual::OUTPUT_LAYERS, [layers.len() - 1]);
}

#[test]
fn a_layers_input_is_what_its_source_gives() {
    for layer in Residual::LAYERS {
        let given = match layer.inputs[0] {
            Source::Input(i) => Residual::INPUTS[i],
            Source::Layer(i) => Residual::LAYERS[i].output,
        };
        assert_eq!(layer.input, given, "{}", layer.path);
    }
}

#[test]
fn copies_that_are_alike_are_one_block() {
    let blocks: Vec<BlockInfo> = Residual::BLOCKS.to_vec();
    let copies = BlockInfo::new("basic", "layer1.0", 4, 7, 4);
    assert_eq!(blocks[..2], [BlockInfo::new("layer1", "layer1", 4, 28, 1), copies]);
    assert_eq!(copies.end(), 32);
    // The second of these has no projection.
    let layer2 = blocks.iter().filter(|b| b.path.starts_with("layer2."));
    assert!(layer2.clone().all(|b| b.times == 1));
    assert_eq!(layer2.map(|b| b.name).collect::<Vec<_>>(), ["basic", "downsample", "basic"]);
}

#[test]
fn the_table_tells_copies_once() {
    let summary = Residual::summary();
    for (row, cells) in [
        ("conv1 ", ["conv 7x7 /2 pad 3", "8x32x32", "1,176", "32.0 KiB", "7x7", "−3"]),
        ("layer1.0.conv2 ", ["conv 3x3 pad 1", "8x16x16", "576", "8.0 KiB", "27x27", "−13"]),
        ("layer1.1 – 3", ["3 more like it", "8x16x16", "3,552", "168.0 KiB", "75x75", "−37"]),
        ("fc ", ["dense 10", "10", "170", "160", "40 B", "131x131"]),
    ] {
        let line = summary.lines().find(|l| l.starts_with(row)).expect(row);
        assert!(cells.iter().all(|cell| line.contains(cell)), "{line}");
    }
    assert!(!summary.contains("layer1.2.conv1"), "{summary}");
    let (total, parameters) = (summary.lines().find(|l| l.contains("total")), Residual::PARAMETERS);
    let parameters = format!("{},{}", parameters / 1000, parameters % 1000);
    assert!(total.expect("totals").contains(&parameters), "{summary}");
}

#[test]
fn dense_blocks_are_alike_though_they_grow() {
    cnn! {
        block dense_layer { concat(_ | norm: bn -> relu -> conv: conv(4, 3x3, pad=1)) }
        struct Dense<
            3x16x16
            -> conv0: conv(8, 3x3, pad=1) -> block1: { layer{i}: dense_layer for i in 1..=5 }
            -> global_avgpool -> flatten -> fc: dense(10)
        >;
    }
    assert_eq!(Dense::BLOCKS[1], BlockInfo::new("dense_layer", "block1.layer1", 1, 4, 5));
    let summary = Dense::summary();
    let line = summary.lines().find(|l| l.contains("4 more like it")).expect("a fold");
    assert!(line.starts_with("block1.layer2 – layer5") && line.contains("28x16x16"), "{line}");
}

#[test]
fn blocks_are_alike_though_later_ones_are_dropped_more_often() {
    cnn! {
        block branch(i) { add(_ | conv: conv(3, 3x3, pad=1) -> drop_path(0.1 * i)) }
        struct Deep<3x8x8 -> { b{i}: branch(i) for i in 1..=3 } -> flatten -> fc: dense(2)>;
    }
    assert_eq!(Deep::BLOCKS, [BlockInfo::new("branch", "b1", 0, 3, 3)]);
}

#[test]
fn what_others_read_within_a_copy_keeps_it_apart() {
    cnn! {
        block two { conv(3, 3x3, pad=1) -> relu -> conv(3, 3x3, pad=1) -> relu }
        struct Plain<3x8x8 -> two * 3 -> flatten -> fc: dense(2)>;
        struct Skip<
            3x8x8
            -> { e{i}: { m: conv(3, 3x3, pad=1) -> relu -> conv(3, 3x3, pad=1) -> relu } for i in 1..=3 }
            -> concat(_ | e2) -> flatten -> fc: dense(2)
        >;
    }
    assert_eq!(Plain::BLOCKS, [BlockInfo::new("two", "0", 0, 4, 3)]);
    assert_eq!(Skip::BLOCKS.iter().map(|b| b.times).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn training_only_layers_are_marked() {
    cnn! {
        struct Heads<
            a: 1x8x8 -> conv(4, 3x3, pad=1) -> relu;
            main: a -> flatten -> dense(3);
            side: a -> conv(2, 1x1) -> flatten -> dense(3);
            => main, train side
        >;
    }
    let trained: Vec<&str> =
        Heads::LAYERS.iter().filter(|l| l.training_only).map(|l| l.text).collect();
    assert_eq!(trained, ["conv 1x1", "flatten", "dense 3"]);
    assert!(Heads::summary().contains("conv 1x1, training only"));
    assert_eq!(Heads::OUTPUT_LAYERS.len(), 2);
    let evaluated = Heads::LAYERS.iter().filter(|l| !l.training_only);
    assert_eq!(Heads::MACS, evaluated.map(|l| l.macs).sum::<u64>());
}

#[test]
fn features_are_what_a_label_names() {
    let net = Residual::new(0);
    let x = Array4::from_shape_fn((2, 3, 64, 64), |(n, c, i, j)| ((n + c + i * j) % 7) as f32);
    let layer1 = net.features("layer1", x.view()).expect("a label");
    assert_eq!(layer1.shape(), [2, 8, 16, 16]);
    assert!(layer1.iter().all(|&v| v >= 0.0) && layer1.iter().any(|&v| v > 0.0));
    let scores = net.features("fc", x.view()).expect("a label");
    let difference = &scores - &net.forward(x.view()).into_dyn();
    assert!(difference.iter().all(|d| d.abs() < 1e-4));
    let error = net.features("layer3", x.view()).unwrap_err().to_string();
    assert!(error.contains("did you mean `layer1`?"), "{error}");
    assert!(error.contains(": conv1, bn1, layer1, layer2, fc, layer1.0.conv1"), "{error}");
}

#[test]
fn drawings_fold_copies_and_name_shapes() {
    let svg = Residual::graph().svg();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    for tag in ["svg", "g", "text", "title"] {
        let opened =
            svg.matches(&format!("<{tag}>")).count() + svg.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, svg.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    for text in [">×4<", ">layer1.0 · basic<", ">conv 7x7 /2<", ">8x32x32<", ">16x8x8<", ">output<"]
    {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("layer1.1.conv1"), "copies are drawn once");
    // Nothing stands at a place that is not a number, or outside.
    assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("x=\"-"));
    let dot = Residual::graph().dot();
    assert!(dot.starts_with("digraph \"Residual\" {") && dot.ends_with("}\n"));
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
    assert!(dot.contains("label=\"layer1.0 · basic ×4\"") && dot.contains("label=\"8x32x32\""));
}
