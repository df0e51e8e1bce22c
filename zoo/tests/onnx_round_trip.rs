//! The networks of the zoo as ONNX files, and in again: the same network for inference.
//!
//! All of them, the largest included: `cargo test --release -p cnn-zoo --test onnx_round_trip -- --ignored`.

#[path = "../../tests/onnx/structure.rs"]
mod structure;

use cnn_compiler::net::{Net, Node};
use cnn_ir::{Shape, Source};
use cnn_onnx::{import, source};
use cnn_zoo::registry::{Entry, NETWORKS, Weights};
use structure::Layer;

/// What no file can hold.
const REFUSED: [&str; 1] = ["lenet5_1998"];

fn comes_back(net: &Entry) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.onnx");
    let exported = (net.export)(Weights::Fresh(0), &path);
    assert_eq!(exported.is_err(), REFUSED.contains(&net.name), "{}: {exported:?}", net.name);
    if exported.is_err() {
        return;
    }
    let network = match import::read(&path, &import::Request::default()) {
        Ok(network) => network,
        Err(problems) => panic!("{}: {problems:?}", net.name),
    };
    let graph = (net.ir)();
    if structure::of_file(&network) != structure::of_graph(graph) {
        let file: Vec<String> = network.layers.iter().map(|l| format!("{:?}", l.op)).collect();
        let own: Vec<String> = graph.nodes.iter().map(|n| format!("{:?}", n.op)).collect();
        let first = file.iter().find(|op| !own.contains(op));
        let lost = own.iter().find(|op| !file.contains(op));
        panic!("{} comes back as another network: {first:?} for {lost:?}", net.name);
    }
    // Its text is that network, too, with as many parameters as inference needs.
    let text = source::write(&network).items("pub", "Again");
    let again = match cnn_compiler::compile(&text) {
        Ok(mut nets) => nets.remove(0),
        Err(errors) => panic!("{}: {errors:?}\n{text}", net.name),
    };
    assert_eq!(of_text(&again), structure::of_graph(graph), "{}", net.name);
    let mut needed = vec![false; graph.nodes.len()];
    graph.find_evaluated(&mut needed);
    let parameters = graph.nodes.iter().zip(needed).filter(|(_, needed)| *needed);
    let parameters: usize = parameters.map(|(node, _)| node.parameters()).sum();
    assert_eq!(again.parameters(), parameters, "{}", net.name);
}

/// What a network of the compiler's computes.
fn of_text(net: &Net) -> Vec<u64> {
    let source = |value: &usize| match net.inputs.iter().position(|input| input == value) {
        Some(input) => Source::Input(input),
        None => {
            // The places of a pool's maxima are that pool's.
            let gives = |node: &Node| node.output == *value || node.indices == Some(*value);
            let layer = net.nodes.iter().position(gives);
            Source::Layer(layer.expect("a layer gives it"))
        }
    };
    let layers: Vec<Layer> = net
        .nodes
        .iter()
        .map(|n| (n.layer.op, n.inputs.iter().map(source).collect(), n.layer.output))
        .collect();
    let shapes: Vec<Shape> = net.inputs.iter().map(|&value| net.shape(value)).collect();
    structure::of(
        &shapes,
        &layers,
        &net.outputs.iter().map(|o| source(&o.value)).collect::<Vec<_>>(),
    )
}

fn all(wanted: impl Fn(&Entry) -> bool) {
    let nets = NETWORKS.iter().filter(|net| wanted(net));
    let lost = nets.filter(|net| std::panic::catch_unwind(|| comes_back(net)).is_err());
    let lost: Vec<&str> = lost.map(|net| net.name).collect();
    assert!(lost.is_empty(), "lost: {}", lost.join(", "));
}

/// Parameters up to which a network is written in every run.
const FEW: usize = 9_000_000;

#[test]
fn small_networks_come_back() {
    all(|net| net.parameters <= FEW);
}

#[test]
#[ignore = "writes files of up to 550 MB"]
fn large_networks_come_back() {
    all(|net| net.parameters > FEW);
}
