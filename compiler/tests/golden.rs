//! The code emitted for LeNet and for a residual network, pretty-printed.
//!
//! `CNN_BLESS=1 cargo test -p cnn-compiler --test golden` rewrites the files after a change that is
//! meant.

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

fn check(name: &str, dsl: &str) {
    let tokens = cnn_compiler::expand(dsl.parse().expect("tokens"));
    let file = syn::parse2(without_train_only(tokens)).expect("emitted code is Rust");
    let emitted = prettyplease::unparse(&file);
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.rs"));
    if std::env::var_os("CNN_BLESS").is_some() {
        std::fs::write(&path, &emitted).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    if let Some((n, (found, expected))) =
        emitted.lines().zip(golden.lines()).enumerate().find(|(_, (a, b))| a != b)
    {
        panic!("{name}.rs differs in line {}\n   found: {found}\nexpected: {expected}", n + 1);
    }
    assert_eq!(emitted.lines().count(), golden.lines().count(), "{name}.rs has another length");
}

#[test]
fn lenet() {
    check(
        "lenet",
        "/// LeNet-5.
        pub struct LeNet<
            1x28x28
            -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
            -> conv(16, 5x5)       -> sigmoid -> avgpool(2)
            -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
        >;",
    );
}

#[test]
fn residual_blocks_share_a_function() {
    check(
        "residual",
        "block basic(f, s = 1) {
            add(
                conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
                -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
                | if s == 1 && f == C { _ } else { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
            ) -> relu
        }
        struct Residual<
            3x16x16
            -> conv1: conv(8, 3x3, pad=1, bias=false) -> bn1: bn -> relu
            -> layer1: { basic(8) * 3 } -> layer2: { basic(16, 2) -> basic(16) }
            -> global_avgpool -> flatten -> fc: dense(10)
        >;",
    );
}
