//! Plans as text, and the code emitted for a small network, pretty-printed.
//!
//! `CNN_BLESS=1 cargo test -p cnn-compiler --test golden` rewrites the files after a change that is
//! meant.

use cnn_compiler::explain::{Request, plan};
use proc_macro2::{Group, TokenStream, TokenTree};
use std::path::Path;

/// What is emitted for training alone, as if it stood outside the macro call, which is not formatted.
fn without_train_only(tokens: TokenStream) -> TokenStream {
    let mut plain: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let stream = without_train_only(group.stream());
                // `rt::train_only!`
                let name = plain.len().checked_sub(2).map(|i| plain[i].to_string());
                if name.is_some_and(|name| name == "train_only") {
                    plain.truncate(plain.len() - 5);
                    plain.extend(stream);
                } else {
                    plain.push(Group::new(group.delimiter(), stream).into());
                }
            }
            other => plain.push(other),
        }
    }
    plain.into_iter().collect()
}

/// Compares a text with the recorded one.
fn compare(file: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("CNN_BLESS").is_some() {
        std::fs::write(&path, found).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = found.lines().zip(golden.lines()).enumerate().find(|(_, (a, b))| a != b);
    if let Some((n, (found, expected))) = differs {
        panic!("{file} differs in line {}\n   found: {found}\nexpected: {expected}", n + 1);
    }
    assert_eq!(found.lines().count(), golden.lines().count(), "{file} has another length");
}

/// The emitted code of a network of two convolutions, which are copies of a block.
#[test]
fn code() {
    let text = "/// Two convolutions.
        pub struct Small<2x6x6 -> { conv(2, 3x3, pad=1) -> relu } * 2 -> flatten -> dense(2)>;";
    let tokens = cnn_compiler::expand(text.parse().expect("tokens"));
    let file = syn::parse2(without_train_only(tokens)).expect("emitted code is Rust");
    compare("small.rs", &prettyplease::unparse(&file));
}

/// The plans that infer and train one image, and those that do so for a batch where they differ.
fn plans(name: &str, text: &str, batches: &[usize]) {
    let nets = cnn_compiler::compile(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    let mut found = String::new();
    for training in [false, true] {
        for &batch in batches {
            let scratch = |_, _| None;
            let request = Request { training, batch, why: !training, scratch: &scratch };
            found += &format!("{}\n", plan(&nets[0], request));
        }
    }
    compare(&format!("{name}.txt"), &found);
}

/// Few channels: batches are interleaved.
#[test]
fn lenet() {
    let text = "struct LeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
        -> conv(16, 5x5)       -> sigmoid -> avgpool(2)
        -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
    >;";
    plans("lenet", text, &[1, 20]);
}

/// Batch norms and sums in epilogues.
#[test]
fn residual() {
    let text = "block basic(f, s = 1) {
            add(
                conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
                -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
                | if s == 1 && f == C { _ } else { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
            ) -> relu
        }
        struct Residual<
            3x16x16
            -> conv1: conv(32, 3x3, pad=1, bias=false) -> bn1: bn -> relu
            -> layer1: { basic(32) * 2 } -> layer2: basic(64, 2)
            -> global_avgpool -> flatten -> fc: dense(10)
        >;";
    plans("residual", text, &[1]);
}

/// Chains in bands of rows: a chain that an addend ends, and one whose last value is a part of another.
#[test]
fn bands() {
    let text = "struct Bands<
        3x64x64 -> conv(16, 3x3, stride=2, pad=1) -> relu
        -> add(_ | conv(48, 1x1) -> relu6 -> depthwise(3x3, pad=1) -> relu6 -> conv(16, 1x1))
        -> concat(conv(64, 1x1) -> depthwise(3x3, stride=2, pad=1) | maxpool(2))
        -> global_avgpool -> flatten -> dense(10)
    > with cache=131072;";
    plans("bands", text, &[1]);
}

/// A pool and its convolution; padding that is not of zeros; what inference leaves out.
#[test]
fn pools() {
    let text = "struct Pools<
        3x64x64 -> conv(64, 3x3, pad=1) -> relu -> maxpool(2)
        -> conv(64, 3x3, pad=1, pad_mode=reflect) -> gelu -> avgpool(2) -> dropout
        -> flatten -> dense(10)
    >;";
    plans("pools", text, &[1]);
}

/// Channels that are selected, and parts in their places.
#[test]
fn channels() {
    let text = "struct Channels<
        3x16x16 -> conv(48, 3x3, pad=1)
        -> concat(split(3, 0) -> conv(16, 1x1) | split(3, 1) -> depthwise(3x3, pad=1) -> bn -> relu)
        -> concat(split(2, 0) | split(2, 1) -> conv(20, 1x1)) -> shuffle(2)
        -> concat(split(2, 0) | split(2, 1)) -> global_avgpool -> flatten -> dense(10)
    >;";
    plans("channels", text, &[1]);
}

/// Layers in planes with a halo, and layers that have no kernel in blocks of channels.
#[test]
fn planes() {
    let text = "struct Planes<
        1x32x32 -> conv(4, 5x5) -> tanh -> avgpool(2) -> kept: conv(6, 3x3, table=[[0], [1], [2], [3], [0, 1], [2, 3]])
        -> prelu -> softmax -> lrn(5) -> flatten -> dense(10)
    >;";
    plans("planes", text, &[1]);
}

/// Sessions take interleaved images where a batch fills a group of them; training always does.
#[test]
fn the_plan_is_the_one_that_runs() {
    let text = "struct Few<1x12x12 -> conv(6, 5x5) -> sigmoid -> flatten -> dense(10)>;";
    let net = &cnn_compiler::compile(text).expect("a network")[0];
    let scratch = |_, _| None;
    let title = |training, batch| {
        let request = Request { training, batch, why: false, scratch: &scratch };
        plan(net, request).lines().next().expect("a title").to_owned()
    };
    for (training, batch, layout) in [
        (false, 1, "blocks of 16"),
        (false, 15, "blocks of 16"),
        (false, 16, "interleaved"),
        (true, 1, "interleaved"),
    ] {
        assert!(title(training, batch).contains(layout), "{}", title(training, batch));
    }
}
