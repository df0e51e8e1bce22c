//! How long the compiler takes to turn text into code: networks of the zoo, and a chain of a
//! thousand layers: `cargo bench --bench expand [-- FILTER]`.
//!
//! The figure is the least of many runs, from text to tokens, and is of the compiler alone: rustc
//! then reads the code, and compiles it.

use std::time::{Duration, Instant};

/// The zoo's files of the networks to be compiled.
const FAMILIES: [&str; 6] = [
    include_str!("../zoo/src/lenet.rs"),
    include_str!("../zoo/src/vgg.rs"),
    include_str!("../zoo/src/googlenet.rs"),
    include_str!("../zoo/src/resnet.rs"),
    include_str!("../zoo/src/densenet.rs"),
    include_str!("../zoo/src/mobilenet.rs"),
];
/// How long a network is compiled again and again.
const SLICE: Duration = Duration::from_millis(300);

fn main() {
    // Cargo adds `--bench`.
    let filter = std::env::args().skip(1).find(|a| !a.starts_with("--")).unwrap_or_default();
    let networks = FAMILIES.into_iter().flat_map(networks);
    let chain = ("chain of 1,000 layers".to_owned(), chain(1000));
    for (name, text) in networks.chain([chain]).filter(|(n, _)| n.contains(&filter)) {
        let layers = cnn_compiler::compile(&text).expect("a network")[0].nodes.len();
        let mut least = Duration::MAX;
        let start = Instant::now();
        while start.elapsed() < SLICE {
            let now = Instant::now();
            std::hint::black_box(cnn_compiler::expand(text.parse().expect("tokens")));
            least = least.min(now.elapsed());
        }
        let code = cnn_compiler::expand(text.parse().expect("tokens")).to_string();
        let (functions, size) = (code.matches("fn ").count(), code.len() / 1024);
        println!(
            "{name:22} {layers:5} layers {:8.1} ms {functions:5} functions {size:6} KiB of code",
            least.as_secs_f64() * 1e3,
        );
    }
}

/// The networks of a source file and what `cnn!` is called with for each: the blocks of its call,
/// and no other network. The file is formatted: nothing but a call's end is a brace in the first
/// column, and a network ends with its first `>;`, or `> with …;`.
fn networks(source: &str) -> Vec<(String, String)> {
    const STRUCT: &str = "pub struct ";
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    let mut networks = Vec::new();
    for call in code.split("\ncnn! {").skip(1) {
        let call = call.split("\n}").next().unwrap_or(call);
        let parts: Vec<&str> = call.split(STRUCT).collect();
        let ends = parts.iter().map(|part| end(part));
        let ends: Vec<usize> = ends.collect();
        let blocks: String = parts
            .iter()
            .zip(&ends)
            .enumerate()
            .map(|(i, (part, &end))| &part[if i > 0 { end } else { 0 }..])
            .collect();
        for (part, &end) in parts.iter().zip(&ends).skip(1) {
            let network = &part[..end];
            let name = network.split('<').next().unwrap_or(network);
            networks.push((name.to_owned(), format!("{blocks} struct {network}")));
        }
    }
    networks
}

/// Where the network at the start of the text ends.
fn end(text: &str) -> usize {
    let Some(close) = [">;", "> with "].iter().filter_map(|end| text.find(end)).min() else {
        return 0;
    };
    text[close..].find(';').map_or(0, |n| close + n + 1)
}

/// A network of `layers` layers, convolutions and activations in turn, written out.
fn chain(layers: usize) -> String {
    let pairs = " -> conv(16, 3x3, pad=1) -> relu".repeat(layers / 2);
    format!("struct Chain<3x32x32{pairs}>;")
}
