//! What is emitted for editors: every layer's name comes out as a `use` of its documentation, at its
//! place in the text, with what the layer is there.

use proc_macro2::{TokenStream, TokenTree};

/// The names after `… :: layers ::`, and those of other uses, with line and column.
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
                    // What a layer is in its places stands in a module of a number.
                    let path = path.trim_start_matches(|c: char| c == '_' || c.is_ascii_digit());
                    found.push((path.to_owned(), place.line, place.column));
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
    found.retain(|(path, ..)| !path.contains("cnn_"));
    let lines: Vec<&str> = text.lines().collect();
    let mut expected = Vec::new();
    for (path, line, word) in [
        ("::add", 2, "add("),
        ("::conv", 2, "conv("),
        ("::bn", 2, "bn |"),
        ("::relu", 2, "relu"),
        ("basic", 3, "basic("),
        ("::cnn::layers::net", 4, "net("),
        ("Trunk", 4, "Trunk"),
        ("::custom", 4, "custom("),
        ("::dense", 4, "dense("),
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

/// The documentation of the modules of a name.
fn documented(text: &str, name: &str) -> Vec<String> {
    let expansion = cnn_compiler::expand(text.parse().expect("tokens")).to_string();
    let parts = expansion.split("# [doc = ").skip(1);
    let module = |part: &&str| {
        part.split_once("\"] ").is_some_and(|(_, rest)| {
            let rest = rest.trim_start_matches("pub ");
            rest.starts_with(&format!("mod {name} {{"))
        })
    };
    parts.filter(module).map(|part| part[..part.find("\"] ").unwrap_or(0)].to_owned()).collect()
}

#[test]
fn a_layer_shows_what_it_is_in_its_places() {
    let text = "
block twice(f) { conv(f, 3x3, pad=1) -> relu }
struct Net< 1x28x28 -> conv1: conv(6, 5x5) -> twice(8) -> twice(4) * 6 -> flatten -> dense(10) >;
";
    let convs = documented(text, "conv");
    let [block, first] = convs.as_slice() else { panic!("{convs:?}") };
    assert!(first.contains("`Net`, layer `conv1`: `1x28x28` → `6x24x24`, 156 parameters, 86,400 multiply–adds, sees 5x5 of the input"), "{first}");
    assert!(first.contains("filters"), "{first}");
    assert!(block.contains("layer `1.0`: `6x24x24` → `8x24x24`"), "{block}");
    assert!(block.contains("layer `2.0`: `8x24x24` → `4x24x24`"), "{block}");
    assert!(block.contains("and 3 more like it"), "{block}");
    let dense = documented(text, "dense").join("");
    assert!(dense.contains("`2304` → `10`, 23,050 parameters"), "{dense}");
}

#[test]
fn a_block_shows_its_text() {
    let text = "
    block twice(f, s = 1) {
        conv(f, 3x3, stride=s) -> relu
    }
    struct Net< 1x28x28 -> twice(6) -> flatten -> dense(10) >;
";
    let docs = documented(text, "twice").join("");
    assert!(docs.contains("block twice(f, s = 1) {"), "{docs}");
    assert!(docs.contains("conv(f, 3x3, stride=s) -> relu"), "{docs}");
}

#[test]
fn a_struct_says_first_what_it_takes_and_gives() {
    let text = "struct Net< 1x8x8 -> conv(2, 3x3) -> flatten -> dense(10) >;";
    let expansion = cnn_compiler::expand(text.parse().expect("tokens")).to_string();
    let line = "1×8×8 → 10, with 750 parameters and 1,368 multiply–adds an image. Its methods";
    assert!(expansion.contains(line), "{expansion}");
    assert!(!expansion.contains("Planned for"));
}
