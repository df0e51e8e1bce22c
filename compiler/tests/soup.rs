//! Whatever tokens a user writes, the compiler answers with code or with errors, never a panic.

use proptest::prelude::*;

const WORDS: &[&str] = &[
    "struct",
    "Net",
    "<",
    ">",
    "->",
    "=>",
    ";",
    ",",
    "|",
    "_",
    "*",
    ":",
    "=",
    "==",
    "block",
    "inline",
    "if",
    "else",
    "for",
    "in",
    "0..3",
    "1..=2",
    "with",
    "exact",
    "pub",
    "1x28x28",
    "3x8x8",
    "28x28",
    "5x5",
    "5x",
    "0x5",
    "5y5",
    "3",
    "-1",
    "0.5",
    "1e30",
    "99999999999999999999",
    "i",
    "l",
    "C",
    "H",
    "conv",
    "conv(6, 5x5)",
    "conv(2, 3, stride=2)",
    "maxpool(2)",
    "avgpool(3, pad=1)",
    "dense(10)",
    "flatten",
    "relu",
    "bn",
    "dropout(0.5)",
    "add",
    "concat",
    "mul",
    "add(_ | conv(3, 1x1))",
    "concat(_ | l)",
    "custom(T => 4x4x4)",
    "net(T => 4)",
    "stage(8)",
    "train",
    "same",
    "pad=",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "{ relu }",
    "* 2000000000",
    "{ for i in 0..2000000000 }",
    "{ l{i}: relu for i in 0..2 }",
    "\"text\"",
    "'a'",
    "#[doc = \"x\"]",
    "/",
    "%",
    "&&",
    "||",
    "!",
    "..",
    "l:",
    "block stage(f, s = 1) { conv(f, 3x3, stride=s, pad=1) -> relu }",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn tokens_never_panic(picked in prop::collection::vec(0..WORDS.len(), 0..24), framed in any::<bool>()) {
        let soup: Vec<&str> = picked.iter().map(|&i| WORDS[i]).collect();
        let soup = soup.join(" ");
        let text = if framed {
            format!("block stage(f) {{ conv(f, 3, pad=1) }} struct Net< 3x16x16 -> l: relu -> {soup} >;")
        } else {
            soup
        };
        // Unbalanced brackets never reach a macro.
        if let Ok(tokens) = text.parse::<proc_macro2::TokenStream>() {
            prop_assert!(syn::parse2::<syn::File>(cnn_compiler::expand(tokens.clone())).is_ok()
                || syn::parse2::<syn::Expr>(cnn_compiler::expand(tokens)).is_ok(), "{text}");
        }
    }
}
