//! Files of many nodes, inputs, branches and levels: read or refused soon.

mod common;

use cnn_onnx::proto::{AttributeProto, ModelProto, NodeProto};
use common::{Is, counted, info, ints, model, node, problems, read_bytes, read_model, says, used};
use prost::Message;
use std::time::{Duration, Instant};

/// `n` nodes one after the other.
fn line(n: usize, operator: &str) -> ModelProto {
    let name = |i: usize| if i == 0 { "x".to_owned() } else { format!("v{i}") };
    let mut nodes: Vec<NodeProto> =
        (0..n).map(|i| node(&format!("{operator} {} -> v{}", name(i), i + 1), &[])).collect();
    nodes.last_mut().unwrap().output = vec!["y".to_owned()];
    model(&[0, 1, 3, 3], nodes, vec![])
}

#[track_caller]
fn within(seconds: u64, what: impl FnOnce()) {
    let start = Instant::now();
    what();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(seconds), "{took:?}");
}

#[test]
fn many_nodes_are_refused_soon() {
    within(30, || {
        says(&problems(&line(1_000_000, "Relu")), "more than 2097152 nodes, attributes, names");
        says(&problems(&line(100_000, "Relu")), "100000 nodes; 50000 are the most");
        says(&problems(&line(50_000, "Relu")), "more than 20000 layers");
        says(&problems(&line(6_000, "Relu")), "6000 layers; 5000 are the most");
        says(&problems(&line(50_000, "Einsum")), "no layer of the language");
        assert_eq!(read_model(&line(49_999, "Identity")).unwrap().layers.len(), 1);
    });
}

#[test]
fn many_inputs_of_a_node_are_refused_or_read_soon() {
    let joined = |n: usize| {
        let inputs = "x ".repeat(n);
        model(&[0, 1, 2, 2], vec![node(&format!("Concat {inputs} -> y"), &[])], vec![])
    };
    within(30, || {
        assert_eq!(read_model(&joined(1000)).unwrap().layers.len(), 1);
        says(&problems(&joined(200_000)), "more than 100000 inputs");
        let mut many = line(1, "Relu");
        let input = |i: usize| info(&format!("x{i}"), &[0, 1, 1, 1]);
        many.graph.as_mut().unwrap().input.extend((0..100_000).map(input));
        says(&problems(&many), "100001 inputs; 256 are the most");
    });
}

/// Sums in which each value is read twice: branches inside branches without end.
fn nested(n: usize, name: impl Fn(usize) -> String) -> ModelProto {
    let value = |i: usize| if i < 2 { "x".to_owned() } else { format!("v{i}") };
    let mut nodes = Vec::new();
    for i in 2..n {
        let named = |text: String, part: &str| NodeProto {
            name: format!("{}/{part}", name(i)),
            ..node(&text, &[])
        };
        nodes.push(named(format!("Conv {} w -> c{i}", value(i - 1)), "Conv"));
        nodes.push(named(format!("Add c{i} {} -> v{i}", value(i - 2)), "Add"));
    }
    nodes.last_mut().unwrap().output = vec!["y".to_owned()];
    model(&[0, 1, 2, 2], nodes, vec![counted("w", &[1, 1, 1, 1])])
}

#[test]
fn branches_inside_branches_are_written() {
    within(60, || {
        let made = nested(2400, |_| String::new());
        let bytes = made.encode_to_vec();
        let network = read_bytes(&bytes).unwrap();
        let text = cnn_onnx::source::write(&network).items("", "Net");
        let (mut depth, mut most) = (0usize, 0);
        for c in text.chars() {
            match c {
                '(' | '{' => depth += 1,
                ')' | '}' => depth -= 1,
                _ => {}
            }
            most = most.max(depth);
        }
        assert!(most <= 50, "{most} brackets inside one another");
        assert_eq!(text.matches("conv(1, 1x1)").count(), 2398);
    });
}

#[test]
fn levels_that_hinder_one_another_are_written() {
    within(60, || {
        // Each level comes twice, with another one between.
        let made = nested(1200, |i| format!("/a{}/b{}/c{}", i % 3, i % 7, i % 600));
        let bytes = made.encode_to_vec();
        used(&read_bytes(&bytes).unwrap(), &bytes);
        // All layers want one name.
        let made = nested(1200, |_| "/same".to_owned());
        let network = read_model(&made).unwrap();
        let source = cnn_onnx::source::write(&network);
        let mut names: Vec<&String> = source.tensors.iter().map(|(name, _)| name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    });
}

#[test]
fn long_names_are_no_paths() {
    let long = NodeProto {
        name: "/a".repeat(500_000),
        ..node("SpaceToDepth x -> y", &[("blocksize", Is::Int(2))])
    };
    let network = read_model(&model(&[0, 1, 8, 8], vec![long], vec![])).unwrap();
    assert!(network.layers.iter().all(|layer| layer.path.iter().all(String::is_empty)));
}

#[test]
fn reasons_are_short() {
    let nodes = vec![node("Pad x p -> y", &[])];
    let text = problems(&model(&[0, 1, 3, 3], nodes, vec![ints("p", &[i64::MIN; 4000])]));
    says(&text, "its pads are [");
    assert!(text.len() < 2200, "{} bytes", text.len());
}

#[test]
fn parts_of_two_bytes_are_few() {
    let attributes = vec![AttributeProto::default(); 3_000_000];
    let relu = NodeProto { attribute: attributes, ..node("Relu x -> y", &[]) };
    within(30, || says(&problems(&model(&[0, 1, 1, 1], vec![relu], vec![])), "more than 2097152"));
    // One layer in many parts of an odd length.
    let n = 30_001;
    let outputs: String = (0..n).map(|i| format!(" o{i}")).collect();
    let sizes = [vec![3], vec![2; n - 1]].concat();
    let split = [("axis", Is::Int(1)), ("split", Is::Ints(sizes))];
    let nodes = vec![node(&format!("Split x -> {outputs}"), &split)];
    let text = problems(&model(&[0, 2 * n as i64 + 1, 1, 1], nodes, vec![]));
    says(&text, "more than 20000 layers");
}
