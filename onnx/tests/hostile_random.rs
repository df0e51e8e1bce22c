//! Files that were changed at random, and operators with attributes out of their mind: an error or a network, never a
//! panic.

mod common;

use cnn_onnx::proto::{ModelProto, TensorProto, attribute};
use common::{Is, counted, floats, int, ints, model, node, read_bytes, read_model, single, used};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use prost::Message;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Always the same cases.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Valid files of many operators.
fn valid() -> Vec<ModelProto> {
    let residual = model(
        &[0, 2, 6, 6],
        vec![
            node("Conv x w b -> a", &[("pads", Is::Ints(vec![1; 4]))]),
            node("BatchNormalization a s b s s -> c", &[]),
            node("Relu c -> d", &[]),
            node("Add d x -> e", &[]),
            node(
                "MaxPool e -> f",
                &[("kernel_shape", Is::Ints(vec![2, 2])), ("strides", Is::Ints(vec![2, 2]))],
            ),
            node("Concat f f -> g", &[("axis", Is::Int(1))]),
            node("GlobalAveragePool g -> h", &[]),
            node("Flatten h -> i", &[]),
            node("Gemm i v -> y", &[("transB", Is::Int(1))]),
        ],
        vec![
            counted("w", &[2, 2, 3, 3]),
            counted("b", &[2]),
            counted("s", &[2]),
            counted("v", &[3, 4]),
        ],
    );
    let shapes = model(
        &[0, 4, 4, 4],
        vec![
            node("Shape x -> s", &[]),
            node("Slice s zero one -> n", &[]),
            node("Concat n rest -> t", &[("axis", Is::Int(0))]),
            node("Transpose x -> l", &[("perm", Is::Ints(vec![0, 2, 3, 1]))]),
            node("Reshape l t -> f", &[]),
            node("MatMul f w -> m", &[]),
            node("Sub m c -> o", &[]),
            node("Clip o low high -> y", &[]),
        ],
        vec![
            ints("zero", &[0]),
            ints("one", &[1]),
            ints("rest", &[64]),
            counted("w", &[64, 3]),
            counted("c", &[3]),
            single("low", -1.0),
            single("high", 2.0),
        ],
    );
    let pixels = model(
        &[0, 4, 6, 6],
        vec![
            node("DepthToSpace x -> a", &[("blocksize", Is::Int(2)), ("mode", Is::Word("CRD"))]),
            node(
                "Resize a - scales -> b",
                &[
                    ("mode", Is::Word("nearest")),
                    ("coordinate_transformation_mode", Is::Word("asymmetric")),
                    ("nearest_mode", Is::Word("floor")),
                ],
            ),
            node("Pad b pads -> c", &[("mode", Is::Word("reflect"))]),
            node("ConvTranspose c w -> d", &[("strides", Is::Ints(vec![2, 2]))]),
            node("Split d -> e f", &[("axis", Is::Int(1))]),
            node("Mul e f -> g", &[]),
            node("Softmax g -> y", &[("axis", Is::Int(1))]),
        ],
        vec![
            floats("scales", &[4], &[1.0, 1.0, 2.0, 2.0]),
            ints("pads", &[0, 0, 1, 1, 0, 0, 1, 1]),
            counted("w", &[1, 4, 2, 2]),
        ],
    );
    vec![residual, shapes, pixels]
}

#[test]
fn the_files_that_are_changed_are_valid() {
    for model in valid() {
        let bytes = model.encode_to_vec();
        used(&read_bytes(&bytes).expect("a network"), &bytes);
    }
}

#[test]
fn changed_and_shortened_files_are_errors_or_networks() {
    let files: Vec<Vec<u8>> = valid().iter().map(Message::encode_to_vec).collect();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    let strategy = (0..files.len(), changes, prop::option::of(any::<prop::sample::Index>()));
    let run = runner(2000).run(&strategy, |(file, changes, end)| {
        let mut bytes = files[file].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        if let Ok(network) = read_bytes(&bytes) {
            // A changed file may repeat numbers of itself: what is read must still be there.
            used(&network, &bytes);
        }
        Ok(())
    });
    run.unwrap();
}

/// Every operator that is read, and one that isn't.
const OPERATORS: &[&str] = &[
    "Conv",
    "ConvTranspose",
    "Gemm",
    "MatMul",
    "MaxPool",
    "AveragePool",
    "LpPool",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "ReduceMean",
    "ReduceMax",
    "ReduceSum",
    "MaxUnpool",
    "ScatterElements",
    "BatchNormalization",
    "InstanceNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "LRN",
    "Softmax",
    "LogSoftmax",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Sum",
    "Mean",
    "Max",
    "Min",
    "Concat",
    "PRelu",
    "Clip",
    "Pow",
    "Flatten",
    "Reshape",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Shape",
    "Size",
    "Cast",
    "Constant",
    "ConstantOfShape",
    "Expand",
    "Gather",
    "Slice",
    "Split",
    "Pad",
    "Resize",
    "Upsample",
    "DepthToSpace",
    "SpaceToDepth",
    "Identity",
    "Dropout",
    "Relu",
    "Sigmoid",
    "Tanh",
    "LeakyRelu",
    "Elu",
    "Selu",
    "Celu",
    "Swish",
    "Softplus",
    "Mish",
    "HardSwish",
    "HardSigmoid",
    "Gelu",
    "Neg",
    "Erf",
    "Sqrt",
    "Reciprocal",
    "Einsum",
];

/// Every attribute that is read, and what it holds.
const ATTRIBUTES: &[(&str, i32)] = &[
    ("auto_pad", attribute::STRING),
    ("dilations", attribute::INTS),
    ("kernel_shape", attribute::INTS),
    ("pads", attribute::INTS),
    ("strides", attribute::INTS),
    ("group", attribute::INT),
    ("output_padding", attribute::INTS),
    ("output_shape", attribute::INTS),
    ("ceil_mode", attribute::INT),
    ("storage_order", attribute::INT),
    ("count_include_pad", attribute::INT),
    ("p", attribute::INT),
    ("alpha", attribute::FLOAT),
    ("beta", attribute::FLOAT),
    ("gamma", attribute::FLOAT),
    ("transA", attribute::INT),
    ("transB", attribute::INT),
    ("axes", attribute::INTS),
    ("axis", attribute::INT),
    ("keepdims", attribute::INT),
    ("epsilon", attribute::FLOAT),
    ("momentum", attribute::FLOAT),
    ("size", attribute::INT),
    ("num_groups", attribute::INT),
    ("broadcast", attribute::INT),
    ("min", attribute::FLOAT),
    ("max", attribute::FLOAT),
    ("allowzero", attribute::INT),
    ("shape", attribute::INTS),
    ("perm", attribute::INTS),
    ("end", attribute::INT),
    ("start", attribute::INT),
    ("to", attribute::INT),
    ("value", attribute::TENSOR),
    ("value_float", attribute::FLOAT),
    ("value_int", attribute::INT),
    ("value_ints", attribute::INTS),
    ("ends", attribute::INTS),
    ("starts", attribute::INTS),
    ("split", attribute::INTS),
    ("mode", attribute::STRING),
    ("scales", attribute::FLOATS),
    ("blocksize", attribute::INT),
    ("coordinate_transformation_mode", attribute::STRING),
    ("nearest_mode", attribute::STRING),
];

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => -2i64..6,
        1 => prop::sample::select(vec![
            i64::MAX, i64::MIN, i64::MIN + 1, 1 << 31, 1 << 62, -(1 << 62), 1 << 30, 1 << 20, 64, -4
        ]),
    ]
}

fn real() -> impl Strategy<Value = f32> {
    prop::sample::select(vec![
        0.0,
        1.0,
        -1.0,
        2.0,
        0.5,
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        1e-40,
        1e30,
    ])
}

fn holds(kind: i32) -> BoxedStrategy<Is> {
    let list = || prop::collection::vec(number(), 0..6);
    match kind {
        attribute::INT => number().prop_map(Is::Int).boxed(),
        attribute::INTS => list().prop_map(Is::Ints).boxed(),
        attribute::FLOAT => real().prop_map(Is::Float).boxed(),
        attribute::FLOATS => prop::collection::vec(real(), 0..6).prop_map(Is::Floats).boxed(),
        attribute::STRING => prop::sample::select(vec![
            "SAME_UPPER",
            "SAME_LOWER",
            "VALID",
            "NOTSET",
            "edge",
            "reflect",
            "wrap",
            "linear",
            "nearest",
            "CRD",
            "DCR",
            "align_corners",
            "asymmetric",
            "half_pixel",
            "floor",
            "?",
        ])
        .prop_map(Is::Word)
        .boxed(),
        _ => tensor().prop_map(|t| Is::Tensor(Box::new(t))).boxed(),
    }
}

/// A tensor that may lie about its shape.
fn tensor() -> impl Strategy<Value = TensorProto> {
    let small = prop::collection::vec(prop_oneof![1 => Just(0i64), 12 => 1i64..4], 0..5);
    prop_oneof![
        16 => small.prop_map(|dims| counted("", &dims)),
        16 => prop::collection::vec(number(), 0..5).prop_map(|list| ints("", &list)),
        4 => number().prop_map(|n| int("", n)),
        4 => real().prop_map(|x| single("", x)),
        1 => prop::collection::vec(number(), 0..10).prop_map(|dims| floats("", &dims, &[1.0])),
        1 => prop::collection::vec(number(), 0..5)
            .prop_map(|dims| TensorProto { dims, ..ints("", &[1, 1]) }),
    ]
}

/// A node on `x`, on constants, or on what other operators made of `x`.
fn graph() -> impl Strategy<Value = ModelProto> {
    let node_of = prop::sample::select(OPERATORS).prop_flat_map(|operator| {
        // Most of the attributes are some that the operator has.
        let own: Vec<_> =
            ATTRIBUTES.iter().copied().filter(|(name, _)| fits(operator, name)).collect();
        let from = if own.is_empty() { ATTRIBUTES.to_vec() } else { own };
        let one =
            prop_oneof![9 => prop::sample::select(from), 1 => prop::sample::select(ATTRIBUTES)]
                .prop_flat_map(|(name, kind)| holds(kind).prop_map(move |is| (name, is)));
        (
            Just(operator),
            prop::collection::vec(0usize..8, 0..5),
            prop::collection::vec(one, 0..3),
            prop::bool::weighted(0.8),
        )
    });
    let nodes = prop::collection::vec(node_of, 1..3);
    let dims = prop_oneof![
        8 => prop::collection::vec(1i64..4, 3..4).prop_map(|d| [vec![1], d].concat()),
        3 => (1i64..9).prop_map(|n| vec![0, n]),
        1 => prop::collection::vec(number(), 0..6),
    ];
    let opset = prop::sample::select(vec![1i64, 6, 7, 9, 10, 11, 13, 17, 18, 21, 28]);
    (dims, nodes, prop::collection::vec(tensor(), 4), opset).prop_map(
        |(dims, nodes, tensors, opset)| {
            let values = ["before", "x", "a", "b", "c", "d", "", "before"];
            let last = nodes.len() - 1;
            let mut made = Vec::new();
            for (i, (operator, inputs, mut attributes, own)) in nodes.into_iter().enumerate() {
                let mut seen = Vec::new();
                // None stands there twice, as that is an error by itself.
                attributes.retain(|(name, _)| {
                    let fresh = !seen.contains(name);
                    seen.push(*name);
                    fresh
                });
                let mut n = node(&format!("{operator} -> out"), &attributes);
                let before = if i == 0 { "x".to_owned() } else { format!("v{}", i - 1) };
                n.input =
                    inputs
                        .iter()
                        .map(|&v| {
                            if values[v] == "before" {
                                before.clone()
                            } else {
                                values[v].to_owned()
                            }
                        })
                        .collect();
                if let Some(first) = n.input.first_mut().filter(|_| own || i > 0) {
                    *first = before;
                }
                n.output = vec![if i == last { "y".to_owned() } else { format!("v{i}") }];
                if operator == "Split" || operator == "MaxPool" {
                    n.output.push(format!("second{i}"));
                }
                made.push(n);
            }
            let named = tensors.into_iter().zip(["a", "b", "c", "d"]);
            let tensors =
                named.map(|(t, name)| TensorProto { name: name.to_owned(), ..t }).collect();
            let mut model = model(&dims, made, tensors);
            model.opset_import[0].version = opset;
            model
        },
    )
}

/// Whether an operator knows an attribute: asked of the reader itself.
fn fits(operator: &'static str, name: &str) -> bool {
    static KNOWN: LazyLock<HashSet<(&str, &str)>> = LazyLock::new(|| {
        let all = OPERATORS.iter().flat_map(|o| ATTRIBUTES.iter().map(|(name, _)| (*o, *name)));
        all.filter(|(operator, name)| is_known(operator, name)).collect()
    });
    KNOWN.contains(&(operator, name))
}

fn is_known(operator: &str, name: &str) -> bool {
    let text = format!("its attribute `{name}` is not known");
    let model = model(
        &[0, 1, 1, 1],
        vec![node(&format!("{operator} x -> y"), &[(name, Is::Int(0))])],
        vec![],
    );
    match read_model(&model) {
        Ok(_) => true,
        Err(problems) => !problems.iter().any(|p| p.reason == text),
    }
}

#[test]
fn operators_with_extreme_attributes_are_errors_or_networks() {
    let (mut networks, mut errors) = (0, 0);
    let seen = std::cell::RefCell::new((&mut networks, &mut errors));
    let run = runner(6000).run(&graph(), |model| {
        let bytes = model.encode_to_vec();
        match read_bytes(&bytes) {
            Ok(network) => {
                *seen.borrow_mut().0 += 1;
                used(&network, &bytes);
            }
            Err(problems) => {
                *seen.borrow_mut().1 += 1;
                assert!(!problems.is_empty() && problems.iter().all(|p| !p.reason.is_empty()));
            }
        }
        Ok(())
    });
    run.unwrap();
    assert!(networks > 300 && errors > 300, "{networks} networks, {errors} errors");
}

/// Each operator alone, with the attributes that it knows, all of them extreme.
#[test]
fn each_operator_withstands_each_extreme_number() {
    let numbers = [-1, 0, 1, 2, 3, i64::MAX, i64::MIN, 1 << 31, 1 << 62];
    for operator in OPERATORS {
        let known: Vec<_> = ATTRIBUTES.iter().filter(|(name, _)| fits(operator, name)).collect();
        for (name, kind) in known {
            for n in numbers {
                let is = match *kind {
                    attribute::INT => Is::Int(n),
                    attribute::INTS => Is::Ints(vec![n; 2]),
                    attribute::FLOAT => Is::Float(n as f32),
                    attribute::FLOATS => Is::Floats(vec![n as f32; 4]),
                    attribute::TENSOR => Is::Tensor(Box::new(ints("", &[n]))),
                    _ => Is::Word("?"),
                };
                for inputs in ["x", "x x", "x w", "x w w w w", "x n n n n"] {
                    let mut attributes = vec![(*name, is.clone())];
                    if operator.ends_with("Pool") && *name != "kernel_shape" {
                        attributes.push(("kernel_shape", Is::Ints(vec![1, 1])));
                    }
                    let nodes = vec![node(&format!("{operator} {inputs} -> y"), &attributes)];
                    let model = model(
                        &[0, 4, 4, 4],
                        nodes,
                        vec![counted("w", &[4, 4, 1, 1]), ints("n", &[n])],
                    );
                    let bytes = model.encode_to_vec();
                    if let Ok(network) = read_bytes(&bytes) {
                        used(&network, &bytes);
                    }
                }
            }
        }
    }
}
