//! Code as text.
//!
//! Most of a network's code is numbers. rustc turns text into tokens in a fraction of the time that it
//! takes to hand the tokens over one by one, and text is easily compared. What users wrote stays
//! tokens, which know their place in the source.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::fmt::{Display, Write};

extern crate proc_macro;

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> TokenStream {
    // In a macro, proc_macro2 would read the text itself first, to see whether it is valid.
    if proc_macro::is_available() {
        text.parse::<proc_macro::TokenStream>().expect("emitted code is Rust").into()
    } else {
        text.parse().expect("emitted code is Rust")
    }
}

/// The text of tokens, numbers without the `usize` and `u64` that `quote!` writes and no reader wants.
pub(crate) fn text(tokens: &TokenStream) -> String {
    let mut text = String::new();
    write(&mut text, tokens.clone());
    text
}

fn write(text: &mut String, tokens: TokenStream) {
    // What must not run together with the next token: a word, or a character of punctuation.
    let (mut word, mut punct) = (false, false);
    for token in tokens {
        if word && matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_))
            || punct && matches!(token, TokenTree::Punct(_))
            || text.ends_with(',')
        {
            text.push(' ');
        }
        (word, punct) = (true, false);
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(text, group.stream());
                text.push_str(close);
            }
            TokenTree::Punct(p) => {
                text.push(p.as_char());
                (word, punct) = (false, p.spacing() == Spacing::Alone);
            }
            TokenTree::Literal(literal) => {
                let literal = literal.to_string();
                let digits = literal.strip_suffix("usize").or_else(|| literal.strip_suffix("u64"));
                text.push_str(digits.unwrap_or(&literal));
            }
            TokenTree::Ident(ident) => {
                let _ = write!(text, "{ident}");
            }
        }
    }
}

/// The elements with commas between them.
pub(crate) fn list<T: Display>(elements: impl IntoIterator<Item = T>) -> String {
    let mut list = String::new();
    for (i, element) in elements.into_iter().enumerate() {
        let _ = write!(list, "{}{element}", if i > 0 { ", " } else { "" });
    }
    list
}

#[cfg(test)]
mod tests {
    use quote::quote;

    #[test]
    fn tokens_are_told_apart() {
        let code = |tokens| super::text(&tokens);
        let (n, x) = (16usize, -0.5f32);
        assert_eq!(
            code(quote!(rt::Frame { lanes: #n, ..rt::WHOLE })),
            "rt::Frame{lanes:16, ..rt::WHOLE}"
        );
        assert_eq!(
            code(quote!(<&'static [T; #n]>::new(a as b, #x))),
            "< & 'static[T;16]> ::new(a as b, -0.5f32)"
        );
        assert_eq!(code(quote!(a < -b && c == *d)), "a< -b&&c== *d");
    }
}
