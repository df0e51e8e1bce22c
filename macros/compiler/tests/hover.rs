//! What is emitted for editors: every layer's name comes out as a `use` of its documentation, at its
//! place in the text.

use proc_macro2::{TokenStream, TokenTree};

/// The names behind `… :: layers ::`, and those of other uses, with line and column.
fn uses(tokens: TokenStream, found: &mut Vec<(String, usize, usize)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => uses(group.stream(), found),
            TokenTree::Ident(name) => {
                let next =
                    |n: usize| tokens.get(i + n).map(ToString::to_string).unwrap_or_default();
                if next(1) == "as" && next(2) == "_" {
                    let mut first = i;
                    while first > 0 && tokens[first - 1].to_string() != "use" {
                        first -= 1;
                    }
                    let path: String = tokens[first..=i].iter().map(ToString::to_string).collect();
                    let place = name.span().start();
                    found.push((path, place.line, place.column));
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[test]
fn every_name_comes_out_where_it_stands() {
    let text = "
block basic(f) { add(conv(f, 3x3, pad=1) -> bn | _) -> relu }
struct Trunk< 3x8x8 -> basic(3) >;
struct Net< 3x8x8 -> net(Trunk => 3x8x8) -> custom(Mine => 4) -> dense(2) > with bn(eps=1e-3);
";
    let mut found = Vec::new();
    uses(cnn_compiler::expand(text.parse().expect("tokens")), &mut found);
    found.sort();
    found.retain(|(path, ..)| !path.contains("__"));
    let lines: Vec<&str> = text.lines().collect();
    let mut expected = Vec::new();
    for (path, line, word) in [
        ("::cnn::layers::add", 2, "add("),
        ("::cnn::layers::conv", 2, "conv("),
        ("::cnn::layers::bn", 2, "bn |"),
        ("::cnn::layers::relu", 2, "relu"),
        ("basic", 3, "basic("),
        ("::cnn::layers::net", 4, "net("),
        ("Trunk", 4, "Trunk"),
        ("::cnn::layers::custom", 4, "custom("),
        ("::cnn::layers::dense", 4, "dense("),
        ("::cnn::layers::bn", 4, "bn("),
    ] {
        let column = lines[line - 1].find(word).expect("a word of the line");
        expected.push((path.to_owned(), line, column));
    }
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn names_come_out_behind_a_mistake_too() {
    let mut found = Vec::new();
    let text = "struct Net< 1x4x4 -> conv(2, 5x5) -> relu >;";
    uses(cnn_compiler::expand(text.parse().expect("tokens")), &mut found);
    found.retain(|(path, ..)| path.contains("layers"));
    assert_eq!(
        found,
        [("::cnn::layers::conv".to_owned(), 1, 21), ("::cnn::layers::relu".to_owned(), 1, 37)]
    );
}

#[test]
fn every_layer_is_documented() {
    let text = cnn_compiler::hover::documentation().to_string();
    for record in cnn_compiler::layers::LAYERS {
        assert!(text.contains(&format!("pub mod {} {{ }}", record.keyword)), "{}", record.keyword);
        for spec in record.args {
            assert!(text.contains(&format!("`{}", spec.name)), "{}", spec.name);
        }
    }
}
