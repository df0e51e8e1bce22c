//! What the language means: shapes, paths and counts of small networks.

use cnn::ndarray::{Array2, Array4};
use cnn::{Network, cnn};

mod inner {
    cnn::cnn! { pub(super) struct Inner< 2x4x4 -> conv(3, 1x1) >; }
}

/// The paths of all tensors of a network.
fn paths<N: Network>() -> Vec<&'static str> {
    N::TENSORS.iter().map(|t| t.path).collect()
}

/// The output shape of every layer.
fn shapes<N: Network>() -> Vec<String> {
    N::LAYERS.iter().map(|l| l.output.to_string()).collect()
}

#[test]
fn lenet_is_what_the_textbooks_say() {
    cnn! {
        /// LeNet-5.
        pub struct LeNet<
            1x28x28
            -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
            -> conv(16, 5x5)       -> sigmoid -> avgpool(2)
            -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
        >;
    }
    const _: () = assert!(LeNet::PARAMETERS == 61_706);
    const _: () = assert!(LeNet::MACS == 416_520);
    assert_eq!(LeNet::INPUT, [1, 28, 28]);
    assert_eq!(LeNet::OUTPUT, 10);
    assert_eq!(LeNet::LAYERS.len(), 12);
    assert_eq!(LeNet::LAYERS[5].output, (16, 5, 5));
    assert_eq!(LeNet::LAYERS[5].receptive_field, (16, 16));
    assert_eq!(paths::<LeNet>()[..4], ["0.weight", "0.bias", "3.weight", "3.bias"]);
    assert_eq!(paths::<LeNet>()[8..], ["11.weight", "11.bias"]);
    assert!(LeNet::WORKSPACE > 0 && LeNet::workspace(1, 1) == LeNet::WORKSPACE);
    assert!(LeNet::summary().contains("61,706"));
}

#[test]
fn only_connections_of_a_table_are_parameters() {
    cnn! {
        /// C3 of LeNet-5, whose parameters LeCun et al. (1998) count as 1,516.
        pub struct C3<
            6x14x14
            -> conv(16, 5x5, table=[
                [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 0], [5, 0, 1],
                [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 0], [4, 5, 0, 1], [5, 0, 1, 2],
                [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5],
            ])
        >;
    }
    const _: () = assert!(C3::PARAMETERS == 1_516 && C3::MACS == 150_000);
    assert_eq!(C3::TENSORS[0].dims, [60, 5, 5]);
}

#[test]
fn images_change_their_size() {
    cnn! {
        struct Sizes<
            3x8x8
            -> conv(4, 3x3, stride=2, pad=keep) -> deconv(4, 4x4, stride=2, pad=1)
            -> deconv(4, 3x3, stride=2, pad=same) -> pad((1, 0, 2, 3)) -> crop(1) -> upsample((2, 3))
        >;
    }
    let all = ["4x8x8", "4x16x16", "4x32x32", "4x33x37", "4x31x35", "4x62x105"];
    assert_eq!(shapes::<Sizes>(), all);
    assert_eq!(paths::<Sizes>()[2..4], ["1.weight", "1.bias"]);
}

#[test]
fn a_padding_mode_is_no_layer() {
    cnn! {
        struct Reflecting<
            3x8x8 -> conv(4, 3x3, pad=1) -> relu -> conv(4, 3x3, pad=1)
        > with pad_mode=reflect;
    }
    assert_eq!(paths::<Reflecting>(), ["0.weight", "0.bias", "2.weight", "2.bias"]);
    assert_eq!(Reflecting::LAYERS.len(), 3);
    let ones = Array4::ones((1, 3, 8, 8));
    let y = Reflecting::new(0).forward(ones.view());
    // Every window of a constant image sees that constant, borders and all.
    let first = y[[0, 0, 0, 0]];
    assert!(y.slice(cnn::ndarray::s![0, 0, .., ..]).iter().all(|&y| (y - first).abs() < 1e-5));
}

#[test]
fn the_expression_form_is_a_fresh_network() {
    let net = cnn!(< 1x8x8 -> conv(2, 3x3) -> flatten -> dense(3) >);
    assert_eq!(net.forward(Array4::zeros((2, 1, 8, 8)).view()).dim(), (2, 3));
    let exact = cnn!(< 1x9x9 -> maxpool(3) -> flatten -> dense(3) > with exact);
    assert_eq!(exact.forward(Array4::zeros((1, 1, 9, 9)).view()).dim(), (1, 3));
}

#[test]
fn repetitions_count_as_if_written_out() {
    cnn! {
        struct Repeated<
            3x8x8
            -> { conv(4, 3x3, pad=1) -> relu } * 2
            -> tail: conv(4, 1x1) * 3
            -> { stage{i}: conv(4*i, 3x3, pad=1) for i in 1..=2 }
            -> flatten -> dense(10)
        >;
    }
    let weights: Vec<_> =
        paths::<Repeated>().into_iter().filter(|p| p.ends_with("weight")).collect();
    assert_eq!(
        weights,
        [
            "0.weight",
            "2.weight",
            "tail.0.weight",
            "tail.1.weight",
            "tail.2.weight",
            "stage1.weight",
            "stage2.weight",
            "8.weight"
        ]
    );
    assert_eq!(shapes::<Repeated>()[8], "8x8x8");
}

#[test]
fn labels_of_inline_blocks_are_those_of_the_level_around() {
    cnn! {
        inline block stem(f) { conv1: conv(f, 3x3, pad=1) -> relu -> pool1: maxpool(2) }
        struct Net<
            3x8x8 -> stem(4) -> unpool(pool1) -> concat(_ | conv1) -> flatten -> logits: dense(2)
            => logits, pool1
        >;
    }
    assert_eq!(Net::PARAMETERS, (3 * 9 + 1) * 4 + (8 * 64 + 1) * 2);
    assert_eq!(Net::OUTPUTS[1], [4, 4, 4]);
    assert_eq!(paths::<Net>()[..2], ["conv1.weight", "conv1.bias"]);
    let both = Net::new(1).forward(Array4::zeros((2, 3, 8, 8)).view());
    assert_eq!((both.logits.dim(), both.pool1.dim()), ((2, 2), (2, 4, 4, 4)));
}

#[test]
fn blocks_are_levels_and_inline_blocks_are_not() {
    cnn! {
        block basic(f, s = 1) {
            add(
                conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
                -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
                | if s == 1 && f == C { _ } else { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
            ) -> relu
        }
        inline block stem(f) { conv(f, 3x3, pad=1, bias=false) -> bn -> relu }

        /// Two networks share the blocks.
        struct Residual<
            3x16x16 -> stem(8)
            -> layer1: { basic(8) * 2 } -> layer2: { basic(16, s=2) -> basic(2*8) }
            -> global_avgpool -> flatten -> fc: dense(10)
        >;
        struct Short< 3x16x16 -> stem(4) -> basic(4) -> flatten -> dense(2) >;
    }
    let all = paths::<Residual>();
    assert_eq!(all[0], "0.weight");
    assert_eq!(all[1], "1.weight");
    assert!(
        all.contains(&"layer1.0.conv1.weight") && all.contains(&"layer1.1.bn2.num_batches_tracked")
    );
    assert!(
        all.contains(&"layer2.0.downsample.0.weight")
            && !all.contains(&"layer1.0.downsample.0.weight")
    );
    assert!(!all.iter().any(|p| p.starts_with("layer2.1.downsample")));
    assert!(paths::<Short>().contains(&"3.conv1.weight") && paths::<Short>().contains(&"5.weight"));
}

#[test]
fn blocks_see_the_incoming_shape() {
    cnn! {
        block squeeze(r = 4) {
            mul(_ | global_avgpool -> down: conv(C/r, 1x1) -> relu -> up: conv(C, 1x1) -> sigmoid)
        }
        inline block halve { if H % 2 == 0 && W >= 2 { maxpool(2) } else if H == 7 { maxpool(3, stride=2) } }
        struct Net< 8x14x14 -> squeeze -> squeeze(r=2) -> halve -> halve -> halve -> flatten -> dense(3) >;
    }
    assert_eq!(Net::TENSORS[0].dims, [2, 8, 1, 1]);
    assert_eq!(Net::TENSORS[4].dims, [4, 8, 1, 1]);
    assert_eq!(shapes::<Net>()[12..15], ["8x7x7", "8x3x3", "72"]);
}

#[test]
fn a_block_may_do_nothing_and_nothing_may_be_repeated() {
    cnn! {
        inline block shortcut(f) { if f == C { _ } else { conv(f, 1x1) } }
        block same { _ }
        block stage(f, n) { conv(f, 3x3, pad=1) -> { relu -> conv(f, 3x3, pad=1) } * (n - 1) }
        struct Net<
            4x8x8 -> shortcut(4) -> same -> stage(6, 1) -> stage(6, 2) -> shortcut(8)
            -> dropout * 0 -> flatten -> dense(2)
        >;
    }
    let weights: Vec<_> = paths::<Net>().into_iter().filter(|p| p.ends_with("weight")).collect();
    assert_eq!(weights, ["1.0.weight", "2.0.weight", "2.2.weight", "3.weight", "5.weight"]);
}

#[test]
fn branches_join_and_skip() {
    cnn! {
        struct Skip<
            2x8x8
            -> d1: conv(4, 3x3, pad=1) -> maxpool(2)
            -> d2: conv(6, 3x3, pad=1)
            -> concat(_ | conv(3, 1x1) | d2)
            -> add(| conv(5, 1x1) | conv(5, 3x3, pad=same))
            -> flatten -> dense(2)
        >;
    }
    let conv = |path| Skip::TENSORS.iter().find(|t| t.path == path).unwrap().dims;
    // Joins add no level and take no position; their branches go on counting.
    assert_eq!(conv("3.weight"), [3, 6, 1, 1]);
    assert_eq!(conv("4.weight"), [5, 15, 1, 1]);
    assert_eq!(conv("5.weight"), [5, 15, 3, 3]);
    assert_eq!(conv("7.weight"), [2, 80]);
}

#[test]
#[deny(warnings)]
fn labels_may_be_there_to_be_looked_at() {
    cnn! {
        #[allow(unused_labels)]
        struct Net< 3x8x8 -> conv(4, 3x3) -> seen: relu -> flatten -> dense(2) >;
    }
    let x = Array4::ones((1, 3, 8, 8));
    assert_eq!(Net::new(0).features("seen", x.view()).expect("a label").shape(), [1, 4, 6, 6]);
}

#[test]
fn several_inputs_and_outputs() {
    cnn! {
        struct Two<
            image: 1x8x8;
            extra: 5;
            body: image -> conv(3, 3x3) -> relu;
            boxes: body -> conv(4, 1x1);
            class: concat(body -> flatten | extra) -> dense(7)
            => class, boxes
        >;
    }
    let net = Two::new(3);
    let (image, extra) = (Array4::ones((2, 1, 8, 8)), Array2::ones((2, 5)));
    let TwoOutput { class, boxes } = net.forward((image.view(), extra.view()));
    assert_eq!((class.dim(), boxes.dim()), ((2, 7), (2, 4, 6, 6)));
    let mut session = net.session(2);
    let lent = session.run((image.view(), extra.view())).expect("two images");
    assert_eq!((lent.class, lent.boxes), (class.view(), boxes.view()));
    assert_eq!(Two::OUTPUT_NAMES, ["class", "boxes"]);
    assert_eq!(
        paths::<Two>(),
        [
            "body.0.weight",
            "body.0.bias",
            "boxes.0.weight",
            "boxes.0.bias",
            "class.1.weight",
            "class.1.bias"
        ]
    );
}

#[test]
fn sizes_and_rounding() {
    cnn! {
        struct Sizes<
            (1, 4*7, 30)
            -> conv(2, 3x5, stride=(2, 1), pad=(1, 0, 2, 2), dilation=1x1)
            -> maxpool(3, stride=2, ceil)
            -> conv(4, (2, 2), groups=2, pad=same)
            -> depthwise(3, stride=2, pad=valid)
        >;
        struct Ceil< 1x8x8 -> maxpool(3, stride=2) -> avgpool(2, floor) > with ceil, bias=false;
    }
    assert_eq!(shapes::<Sizes>(), ["2x14x30", "2x7x15", "4x7x15", "4x3x7"]);
    assert_eq!(shapes::<Ceil>(), ["1x4x4", "1x2x2"]);
    assert_eq!(Sizes::OUTPUT, [4, 3, 7]);
}

#[test]
fn numbers_may_come_from_a_macro() {
    macro_rules! small {
        ($name:ident, $k:literal, $f:expr) => {
            cnn! { struct $name< 1x9x9 -> conv($f, 3x$k) -> flatten -> dense($k) >; }
        };
    }
    small!(Small, 5, 2);
    assert_eq!(shapes::<Small>(), ["2x7x5", "70", "5"]);
}

#[test]
fn what_a_macro_matched_is_as_if_in_parentheses() {
    macro_rules! net {
        ($name:ident, $f:expr, $k:expr, $pad:expr, $s:literal, $if:expr, $range:expr, $t:ty, $path:path) => {
            cnn! {
                block part(f, n = 2 * $f) { conv(2 * f, $k, $pad) -> conv(n, 1x1) }
                struct $name<
                    (2 * $f, 7 - $f, 4) -> part(2 * $f) -> conv($f * $f, $k, pad=$s - $f)
                    -> { l{2 * i}: conv(2, 1x1) for i in $range }
                    -> if true == $if { relu } else { tanh }
                    -> inner: net($t => 3x4x4) -> conv(2, 1x1) -> rescale(2.0 * $f) -> net($path => 3x4x4)
                    -> flatten -> dense(9 - $f - $f)
                >;
            }
        };
    }
    net!(
        Net,
        1 + 2,
        3x3,
        pad = 2 - 1,
        4,
        3 % 2 == 1 || false,
        5 - 4..1 + 2,
        inner::Inner,
        self::inner::Inner
    );
    assert_eq!(Net::INPUT, [6, 4, 4]);
    let all = shapes::<Net>();
    assert_eq!(all[..4], ["12x4x4", "6x4x4", "9x4x4", "2x4x4"]);
    assert_eq!(all[all.len() - 1], "3");
}

#[test]
fn names_may_be_keywords_of_rust() {
    cnn! {
        block type(in) { match: conv(in, 1x1) }
        #[allow(non_camel_case_types)]
        pub struct r#impl<
            1x4x4 -> let: type(2) -> { r#yield{move}: conv(move, 1x1) for move in 1..3 } -> fn: relu;
            loop: fn -> flatten -> dense(3)
            => loop, r#fn, train let
        >;
    }
    assert_eq!(r#impl::NAME, "impl");
    assert_eq!(r#impl::OUTPUT_NAMES, ["loop", "fn", "let"]);
    let weights = ["let.match.weight", "yield1.weight", "yield2.weight", "loop.1.weight"];
    assert_eq!(paths::<r#impl>().into_iter().step_by(2).collect::<Vec<_>>(), weights);
    let net = r#impl::new(0);
    let output: implOutput<_, _> = net.forward(Array4::zeros((1, 1, 4, 4)).view());
    assert_eq!((output.r#loop.dim(), output.r#fn.dim()), ((1, 3), (1, 2, 4, 4)));
    assert!(net.features("let", Array4::zeros((1, 1, 4, 4)).view()).is_ok());
}

#[test]
fn numbers_have_names() {
    mod shared {
        cnn::cnn! {
            let width = 4;
            pub block widen() { conv(width, 1x1) }
        }
    }
    cnn! {
        let classes = 10;
        let half = classes / 2;
        let biased = false;
        let small = 1e-3;
        let width = 7;
        use shared::widen;
        block head(n = half) { flatten -> dense(2 * n, bias=biased) -> l{half}: dense(classes) }
        block hidden(classes) { conv(classes, 1x1) }
        struct Net< 1x8x8 -> hidden(3) -> widen -> { conv(width, 1x1) for width in 2..=2 } -> head >
            with bn(eps=small);
        struct Other< 1x8x8 -> conv(width, 1x1) -> head(half - 4) >;
    }
    // What a block's parameter or an index is called hides the number; a block sees those of its call.
    assert_eq!(shapes::<Net>(), ["3x8x8", "4x8x8", "2x8x8", "128", "10", "10"]);
    assert_eq!(shapes::<Other>(), ["7x8x8", "448", "2", "10"]);
    assert_eq!(paths::<Other>()[2..], ["1.1.weight", "1.l5.weight", "1.l5.bias"]);
    let net = cnn!(let n = 3; < 4 -> dense(n) >);
    assert_eq!(net.forward(Array2::zeros((1, 4)).view()).dim(), (1, 3));
}

#[test]
fn a_number_is_an_initial_value() {
    cnn! { struct Net< 3x4x4 -> conv(2, 1x1, init=-0.5, bias_init=1) -> prelu(init=0.125) >; }
    let net = Net::new(0);
    let all = |path: &str, x: f32| net.get(path).expect("a parameter").iter().all(|&w| w == x);
    assert!(all("0.weight", -0.5) && all("0.bias", 1.0) && all("1.weight", 0.125));
}

/// A vector of one number a channel is as good as channels x 1 x 1.
#[test]
fn vectors_scale_channels() {
    cnn! {
        struct Vectors< 20x4x5 -> mul(_ | global_avgpool -> flatten) -> add(global_avgpool -> flatten | _) >;
        struct Volumes< 20x4x5 -> mul(_ | global_avgpool) -> add(global_avgpool | _) >;
    }
    let x = Array4::from_shape_fn((3, 20, 4, 5), |(n, c, i, j)| {
        ((n * 31 + c * 7 + i * 3 + j) % 11) as f32 - 4.0
    });
    let volumes = Volumes::new(0).forward(x.view());
    assert_eq!(Vectors::new(0).forward(x.view()), volumes);
    let mean = |x: &Array4<f32>| x.sum() / 20.0;
    let first = x.slice_move(cnn::ndarray::s![..1, ..1, .., ..]).to_owned();
    let scaled = &first * mean(&first);
    let expected = &scaled + mean(&scaled);
    let found = volumes.slice(cnn::ndarray::s![..1, ..1, .., ..]).to_owned();
    assert!((found - expected).iter().all(|d| d.abs() < 1e-4));
}

#[test]
fn an_image_becomes_as_large_as_is_said() {
    cnn! {
        struct Net<
            1x4x6 -> upsample(size=6x9, mode=bilinear) -> upsample(size=(11, 9), mode=bilinear, align_corners=true)
            -> upsample(2) -> upsample(size=30)
        >;
    }
    assert_eq!(shapes::<Net>(), ["1x6x9", "1x11x9", "1x22x18", "1x30x30"]);
    let jumps: Vec<f32> = Net::LAYERS.iter().map(|l| l.jump.0).collect();
    assert_eq!(jumps[..3], [4.0 / 6.0, 4.0 / 6.0 / 2.0, 4.0 / 6.0 / 4.0]);
}

#[test]
fn the_same_seed_gives_the_same_network() {
    cnn! { struct Net< 1x8x8 -> conv(2, 3x3) -> flatten -> dense(3) >; }
    let weights = |seed| Net::new(seed).get("0.weight").unwrap().to_owned();
    assert_eq!(weights(7), weights(7));
    assert_ne!(weights(7), weights(8));
    // PyTorch's default: uniform in ±1/√fan_in.
    assert!(weights(7).iter().all(|w| w.abs() <= 1.0 / 3.0));
}

mod visibility {
    cnn::cnn! {
        /// Attributes and visibility reach the struct.
        #[must_use]
        pub(super) struct Inner< 4 -> dense(2) >;
    }
}

#[test]
fn visibility_passes_through() {
    assert_eq!(visibility::Inner::PARAMETERS, 10);
}
