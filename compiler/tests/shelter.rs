//! Emitted code and items of the user's with the same names: every parameter and variable is hidden from
//! them.

use cnn_compiler::emit::LOCALS;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeSet;

const NETWORKS: &str = "
    block basic(f, s = 1) {
        add(
            conv(f, 3x3, stride=s, pad=1) -> bn -> relu -> conv(f, 3x3, pad=1) -> bn
            | if s == 1 && f == C { _ } else { conv(f, 1x1, stride=s) -> bn }
        ) -> relu
    }
    struct Several<
        image: 3x16x16; extra: 4;
        body: image -> conv(20, 3x3, pad=1) -> here: relu -> p1: maxpool(2) -> unpool(p1)
            -> { basic(32) * 2 } -> custom(Mine => 5x3x3) -> global_avgpool -> flatten;
        head: concat(body | extra) -> dense(3) -> softmax;
        aux: body -> { dropout(0.5) } * 3 -> dense(2)
        => head, body, train aux
    >;
    struct Wrong< 3x16x16 -> conv(1, 99x99) -> a: flatten -> b: dense(3) => a, b >;
";

fn identifiers(tokens: &[TokenTree], found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let variable = name.starts_with(|c: char| c.is_lowercase());
                if variable && !["mut", "ref", "dyn", "self"].contains(&name.as_str()) {
                    found.insert(name);
                }
            }
            TokenTree::Group(group) => {
                identifiers(&group.stream().into_iter().collect::<Vec<_>>(), found);
            }
            _ => {}
        }
    }
}

/// The names in the patterns of parameters, `let` and closures.
fn patterns(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let text: Vec<String> = tokens.iter().map(ToString::to_string).collect();
    for (i, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            patterns(group.stream(), found);
        }
        if text[i] == "let" {
            let end = text[i..].iter().position(|t| t == "=").expect("a value") + i;
            identifiers(&tokens[i + 1..end], found);
        }
        if text[i] == "|" && text.get(i.wrapping_sub(1)).is_some_and(|t| t == ":" || t == ",") {
            let end = text[i + 1..].iter().position(|t| t == "|").expect("a closure") + i + 1;
            identifiers(&tokens[i + 1..end], found);
        }
        // `fn name < … > ( a : T, … )`
        if text[i] == "fn" {
            let parameters = tokens[i..].iter().find_map(|t| match t {
                TokenTree::Group(g) if g.delimiter() == Delimiter::Parenthesis => Some(g.stream()),
                _ => None,
            });
            let inner: Vec<TokenTree> = parameters.expect("parameters").into_iter().collect();
            for pair in inner.windows(3) {
                let [name, colon, next] = pair else { unreachable!() };
                let path = next.to_string() == ":";
                if colon.to_string() == ":" && !path {
                    identifiers(std::slice::from_ref(name), found);
                }
            }
        }
    }
}

#[test]
fn no_item_of_the_users_meets_a_variable() {
    let mut found = BTreeSet::new();
    for text in NETWORKS.split("struct ").skip(1) {
        let blocks = NETWORKS.split("struct ").next().expect("the blocks");
        let tokens = format!("{blocks} struct {text}").parse().expect("tokens");
        let code = cnn_compiler::expand(tokens);
        let broken = code.to_string().contains("compile_error");
        assert_eq!(broken, text.starts_with("Wrong"), "{text}");
        patterns(code, &mut found);
    }
    // What the runtime's lists put into every network.
    let lists = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/src/network.rs");
    let lists = std::fs::read_to_string(lists).expect("a file").parse().expect("tokens");
    let before = found.len();
    patterns(lists, &mut found);
    assert!(found.len() > before, "the lists have parameters");
    assert!(
        ["arena", "cx", "step", "from", "path", "seed", "bytes"].iter().all(|n| found.contains(*n)),
        "{found:?}"
    );
    let missing: Vec<_> = found.iter().filter(|name| !LOCALS.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "`LOCALS` lacks {missing:?}");
}
