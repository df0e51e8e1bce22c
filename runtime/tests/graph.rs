//! What is read from a graph: a network by hand with a training-only output, a label, an `unpool` and a
//! user's own layer, and what a macro call for the same text has always said of it.

use cnn_runtime::ir::{Block, Graph, Init, Op, Source, make};
use cnn_runtime::{Describe, Role, Shape};

use Source::{Input, Layer};

const WIDE: Shape = Shape::volume(4, 16, 16);
const SMALL: Shape = Shape::volume(4, 8, 8);

struct Pieces;

/// `3x16x16 -> stem: conv(4, 3x3, pad=1) -> p1: maxpool(2) -> first: custom(Curve => 4x8x8)
/// -> mid: { add(conv(4, 3x3, pad=1) -> bn -> relu | _) } -> unpool(p1)`, and for training a `flatten` of
/// what the block gives.
const GRAPH: Graph<'static> = make::graph(
    "Pieces",
    &[Shape::volume(3, 16, 16)],
    &[
        make::node(
            "stem",
            Op::Conv(make::conv(4, make::square(3, 1, 1))),
            "conv 3x3 pad 1",
            &[Input(0)],
            WIDE,
            &[
                make::tensor("weight", &[4, 3, 3, 3], make::within(0.19245009)),
                make::tensor("bias", &[4], make::within(0.19245009)),
            ],
        ),
        make::node(
            "p1",
            Op::MaxPool(make::square(2, 2, 0)),
            "maxpool 2x2 /2",
            &[Layer(0)],
            SMALL,
            &[],
        ),
        make::node(
            "first",
            Op::Custom { path: "Curve", macs: 256 },
            "Curve",
            &[Layer(1)],
            SMALL,
            &[
                make::tensor("gain", &[4], Init::Normal(1.0, 0.1)),
                make::tensor("offset", &[8, 8], make::within(0.5)),
            ],
        ),
        make::node(
            "mid.0",
            Op::Conv(make::conv(4, make::square(3, 1, 1))),
            "conv 3x3 pad 1",
            &[Layer(2)],
            SMALL,
            &[
                make::tensor("weight", &[4, 4, 3, 3], make::within(0.16666667)),
                make::tensor("bias", &[4], make::within(0.16666667)),
            ],
        ),
        make::node("mid.1", make::bn(1e-5, 0.1), "bn", &[Layer(3)], SMALL, &make::statistics(&[4])),
        make::node("mid.add", Op::Add, "add", &[Layer(4), Layer(2)], SMALL, &[]),
        make::node(
            "4",
            Op::Unpool { pool: "p1", window: make::square(2, 2, 0) },
            "unpool p1",
            &[Layer(5), Layer(1)],
            WIDE,
            &[],
        ),
        make::node(
            "tail",
            Op::Scale { bias: false, bare: true },
            "scale",
            &[Layer(5)],
            SMALL,
            &[make::tensor("", &[4, 1, 1], Init::Constant(1.0))],
        ),
    ],
    &[make::output(6, false), make::output(7, true)],
    &[make::label("stem", Layer(0)), make::label("mid", Layer(5))],
    &[Block::new("mid", "mid", 3, 3, 1)],
);

impl Describe for Pieces {
    const GRAPH: Graph<'static> = GRAPH;
    const OUTPUTS: &'static [Shape] = &[WIDE];
    const WORKSPACE: usize = 0;
    cnn_runtime::lists!(Pieces);
}

#[test]
fn layers_say_what_they_cost_and_see() {
    let layers = Pieces::LAYERS.iter();
    let costs: Vec<_> =
        layers.map(|l| (l.keyword, l.parameters, l.macs, l.memory, l.training_only)).collect();
    assert_eq!(
        costs,
        [
            ("conv", 112, 27648, 4096, false),
            ("maxpool", 0, 0, 1024, false),
            ("custom", 68, 256, 1024, false),
            ("conv", 148, 9216, 1024, false),
            ("bn", 8, 0, 1024, false),
            ("add", 0, 0, 1024, false),
            ("unpool", 0, 0, 4096, false),
            ("scale", 4, 0, 1024, true),
        ]
    );
    let layers = Pieces::LAYERS.iter();
    let fields: Vec<_> = layers.map(|l| (l.receptive_field.0, l.jump.0, l.start.0)).collect();
    assert_eq!(
        fields[..7],
        [
            (3, 1.0, -1),
            (4, 2.0, -1),
            (16, 2.0, 0),
            (20, 2.0, -2),
            (20, 2.0, -2),
            (20, 2.0, -2),
            (20, 1.0, -2)
        ]
    );
    assert!(Pieces::LAYERS[6..].iter().all(|l| l.input == SMALL));
    assert_eq!(Pieces::LAYERS.len(), 8);
    assert_eq!((Pieces::PARAMETERS, Pieces::MACS), (340, 37120));
    assert_eq!(Pieces::OUTPUT_LAYERS, [6, 7]);
    assert_eq!(Pieces::LABELS, [("stem", WIDE), ("mid", SMALL)]);
}

#[test]
fn tensors_lie_one_after_the_other_and_own_ones_last() {
    let places: Vec<_> = Pieces::TENSORS.iter().map(|t| (t.path, t.role, t.offset)).collect();
    assert_eq!(
        places,
        [
            ("stem.weight", Role::Trainable, 0),
            ("stem.bias", Role::Trainable, 112),
            ("first.gain", Role::Trainable, 336),
            ("first.offset", Role::Trainable, 352),
            ("mid.0.weight", Role::Trainable, 128),
            ("mid.0.bias", Role::Trainable, 272),
            ("mid.1.weight", Role::Trainable, 288),
            ("mid.1.bias", Role::Trainable, 304),
            ("mid.1.running_mean", Role::Buffer, 0),
            ("mid.1.running_var", Role::Buffer, 16),
            ("mid.1.num_batches_tracked", Role::Counter, 0),
            ("tail", Role::Trainable, 320),
        ]
    );
    assert_eq!(
        (Pieces::TENSORS[3].dims, Pieces::TENSORS[3].init),
        (&[8, 8][..], Init::Uniform(-0.5, 0.5))
    );
}

#[test]
fn the_table_has_all_layers_and_marks_those_of_training() {
    let table = GRAPH.table();
    for (row, cells) in [
        ("stem ", ["conv 3x3 pad 1", "4x16x16", "112", "27,648", "3x3", "−1"]),
        ("first ", ["Curve", "4x8x8", "68", "256", "16x16", "0"]),
        ("4 ", ["unpool p1", "4x16x16", "–", "4.0 KiB", "20x20", "−2"]),
        ("tail ", ["scale, training only", "4x8x8", "4", "–", "1.0 KiB", "20x20"]),
        (" ", ["layer", "output", "parameters", "mult–adds", "sees", "start"]),
    ] {
        let line = table.lines().find(|l| l.starts_with(row)).expect(row);
        assert!(cells.iter().all(|cell| line.contains(cell)), "{line}");
    }
    let total = table.lines().find(|l| l.contains("total")).expect("totals");
    assert!(total.contains("340") && total.contains("37,120"), "{total}");
}
