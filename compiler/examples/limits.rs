//! How long the compiler takes for texts of 10 KiB, and how much memory: for files, or for texts that ask
//! much of it.
//!
//!     cargo run --release -p cnn-compiler --example limits [-- FILE…]

use std::fs;
use std::process::Command;
use std::time::Instant;

/// Bytes of a text.
const BYTES: usize = 10 * 1024;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(first) = arguments.next() else {
        println!("{:30} {:>9} {:>10} {:>12}", "text", "ms", "MiB", "steps");
        for (name, text) in texts() {
            let path = std::env::temp_dir().join(format!("cnn-limits-{}.txt", std::process::id()));
            fs::write(&path, &text).expect("a temporary file");
            measure(&name, path.to_str().expect("a path"));
            let _ = fs::remove_file(path);
        }
        return;
    };
    if first == "--one" {
        return one(&arguments.next().expect("a file"));
    }
    for path in [first].into_iter().chain(arguments) {
        measure(&path, &path);
    }
}

/// A process of its own for each text, whose peak of memory the system knows.
fn measure(name: &str, path: &str) {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this).args(["--one", path]).output().expect("a process");
    let line = String::from_utf8_lossy(&output.stdout);
    match output.status.success() {
        true => println!("{name:30} {}", line.trim_end()),
        false => println!("{name:30} failed: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn one(path: &str) {
    let text = fs::read_to_string(path).expect("a text");
    let before = peak();
    let tokens: proc_macro2::TokenStream = text.parse().expect("tokens");
    let start = processor();
    if std::env::var_os("CNN_PHASES").is_some() {
        return phases(tokens);
    }
    let (steps, code) = cnn_compiler::effort::of(|| cnn_compiler::expand(tokens.clone()));
    let time = processor() - start;
    let memory = peak() - before;
    let code = code.to_string();
    let word = if code.contains("compile_error") { "an error" } else { "code" };
    print!("{time:9.0} {memory:10.1} {steps:12}   {} KiB of code, {word}", code.len() / 1024);
    if std::env::var_os("CNN_PHASES").is_some() {
        phases(tokens);
    }
}

/// How long each phase takes, in milliseconds.
fn phases(tokens: proc_macro2::TokenStream) {
    let mut report = cnn_compiler::report::Report::default();
    let mut last = Instant::now();
    let mut lap = |name: &str| {
        print!("; {name} {:.0} ms, {:.0} MiB", last.elapsed().as_secs_f64() * 1e3, peak());
        last = Instant::now();
    };
    let written = cnn_compiler::parse::parse(tokens, cnn_compiler::layers::joins, &mut report);
    lap("parse");
    let resolved = cnn_compiler::resolve::resolve(&written, &mut report);
    lap("resolve");
    report.settle();
    lap("settle");
    for (network, resolved) in written.networks.iter().zip(&resolved) {
        if let cnn_compiler::resolve::Resolved::Net(net) = resolved {
            let storage = cnn_compiler::schedule::Storage::new(net);
            for layout in
                [cnn_compiler::plan::Layout::Blocked, cnn_compiler::plan::Layout::Interleaved]
            {
                cnn_compiler::schedule::inference_in(net, &storage, layout);
                lap("inference");
                cnn_compiler::schedule::training_in(net, &storage, layout);
                lap("training");
            }
            let plans = cnn_compiler::schedule::plan(net);
            lap("plan");
            let table = net.with_graph(|graph| graph.table());
            lap("table");
            let name = network.name.as_ref().expect("a name");
            let code =
                cnn_compiler::emit::network(&written.facade, network, name, net, &plans, None);
            lap("emit");
            drop((code, table));
        }
    }
}

/// Milliseconds of the processor's time that this process has taken, where the system says so, to ten.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) * 10.0
}

/// The most memory that the process has had, in MiB, where the system says so.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// So many copies of a text as fit, between two others.
fn filled(before: &str, copy: impl Fn(usize) -> String, after: &str) -> String {
    let mut text = before.to_owned();
    for i in 0.. {
        let next = copy(i);
        if text.len() + next.len() + after.len() > BYTES {
            return text + after;
        }
        text += &next;
    }
    text
}

fn texts() -> Vec<(String, String)> {
    let most = cnn_compiler::resolve::MOST_LAYERS - 10;
    let net = |chain: String| format!("struct Net< 16x8x8 -> {chain} -> flatten -> dense(2) >;");
    let same = |layer: &str, times: usize| net(format!("{{ {layer} }} * {times}"));
    let letters = "q".repeat(BYTES / 2 - 100);
    let mut texts = vec![
        ("convolutions", same("conv(16, 3x3, pad=1)", most)),
        ("convolutions and activations", same("conv(16, 3x3, pad=1) -> bn -> relu", most / 3)),
        ("labels", net(format!("{{ l{{i}}: conv(16, 3x3, pad=1) for i in 0..{most} }}"))),
        ("labeled activations", net(format!("{{ l{{i}}: relu for i in 0..{most} }}"))),
        ("residual blocks", same("add(conv(16, 3x3, pad=1) -> bn -> relu -> conv(16, 3x3, pad=1) -> bn | _) -> relu", most / 7)),
        ("dense blocks", same("concat(_ | conv(16, 1x1)) -> conv(16, 1x1)", most / 3)),
        ("dense blocks that grow", net(format!("{{ concat(_ | conv(16, 1x1)) }} * {}", most / 2))),
        ("shuffles", same("shuffle(4)", most)),
        ("splits", same("concat(split(2, 0) | split(2, 1) -> conv(8, 1x1))", most / 4)),
        ("pools of few channels", format!("struct Net< 1x999x999 -> {{ conv(1, 3x3, pad=1) -> maxpool(3, stride=1, pad=1) }} * {} -> flatten -> dense(1) >;", most / 2)),
        ("depthwise", same("depthwise(3x3, pad=1) -> hardswish", most / 2)),
        ("dropouts", same("dropout(0.1)", most)),
        ("two billion", same("relu", 2_000_000_000)),
        ("two billion of nothing", net("{ if C == 3 { relu } } * 2000000000".to_owned())),
        ("two billion inside", net("{ { { relu } * 1000 } * 1000 } * 2000".to_owned())),
        ("a range of two billion", net("{ relu for i in 0..2000000000 }".to_owned())),
        ("unknown names", filled("struct Net< 1x8x8", |i| format!(" -> unknown{i}"), " >;")),
        ("an unknown layer repeated", same("unknown", most)),
        ("two long names", format!("struct Net< 1x8x8 -> {letters}a -> {letters}b >;")),
        ("a long name among labels", net(format!("{letters}: relu -> {} -> {letters}x", "l: relu"))),
        ("huge kernel and stride", "struct Net< 1x2147483647x1 -> conv(1, 2147483647x1, stride=(2147483647, 1)) >;".to_owned()),
        ("huge kernel, little stride", "struct Net< 1x2147483647x1 -> conv(1, 1073741823x1, stride=(3, 1)) >;".to_owned()),
        ("huge groups", "struct Net< 1073741789x1x1 -> conv(1073741824, 1x1, groups=7) >;".to_owned()),
        ("huge grouped", "struct Net< 536870912x1x1 -> conv(536870912, 1x1, groups=268435456) >;".to_owned()),
        ("huge split", "struct Net< 2147483646x1x1 -> split(5, 0) >;".to_owned()),
        ("huge adaptive pool", "struct Net< 1x2147483647x1 -> adaptive_avgpool(1073741827x1) >;".to_owned()),
        ("networks", filled("", |i| format!("struct N{i}<1->relu>;"), "")),
        ("some networks", (0..60).map(|i| format!("struct N{i}< 16x8x8 -> {{ conv(16, 3x3, pad=1) }} * {} -> flatten -> dense(2) >;", most / 60 - 2)).collect()),
        ("blocks", filled("", |i| format!("block b{i} {{ relu }} "), "struct Net< 1 -> b0 >;")),
        ("blocks in blocks", filled("block b0 { relu } ", |i| format!("block b{} {{ b{i} -> b{i} }} ", i + 1), "struct Net< 1 -> b100 >;")),
        ("brackets", format!("struct Net< 1 -> {}relu{} >;", "{ ".repeat(2500), " }".repeat(2500))),
        ("parentheses", net(format!("dense({}1{})", "(".repeat(4900), ")".repeat(4900)))),
        ("a long sum", net(filled("dense(1", |_| "+1".to_owned(), ") -> relu     "))),
        ("minus signs", net(format!("dense({}1)", "-".repeat(10_000)))),
        ("different layers", filled("struct Net< 4x8x8", |i| format!("->conv({},1)", i % 9 + 1), ">;")),
        ("branches", filled("struct Net< 4x8x8 -> concat(_", |_| "|relu".to_owned(), ") -> conv(2, 1x1) >;")),
        ("skip connections", filled("struct Net< 16x8x8 -> a: relu", |i| format!("->l{i}:add(_|a)"), ">;")),
        ("a table", format!("struct Net< 1000x8x8 -> conv(2, 1x1, table=[{},[0]]) >;", filled("[", |i| format!("{},", i % 1000), "          0]").chars().take(9900).collect::<String>().rsplit_once(',').expect("a comma").0.to_owned() + "]")),
    ];
    texts.retain(|(_, text)| text.len() <= BYTES + 200);
    texts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}
