//! Invisible groups, in which a `macro_rules!` hands over what it matched as an expression, a type, a
//! path or the like.
//!
//! `2 * $f` with `1 + 2` for `$f` is 6: a calculation in such a group is as if in parentheses. Anything
//! else stands there as if it had been written there: `$k` may be `5x5` or `(2, 1)`, and `$t` a path.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// The tokens without invisible groups, but for one after an open size, as in `5x$n`.
pub(super) fn visible(tokens: TokenStream) -> TokenStream {
    if !hides(&tokens) {
        return tokens;
    }
    let mut all: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            all.push(token);
            continue;
        };
        let inside = visible(group.stream());
        let delimiter = match group.delimiter() {
            Delimiter::None if all.last().is_some_and(is_open) => Delimiter::None,
            Delimiter::None if !calculates(&inside) => {
                all.extend(inside);
                continue;
            }
            Delimiter::None => Delimiter::Parenthesis,
            visible => visible,
        };
        let mut same = Group::new(delimiter, inside);
        same.set_span(group.span());
        all.push(same.into());
    }
    all.into_iter().collect()
}

/// Whether there is an invisible group.
fn hides(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::None || hides(&group.stream()),
        _ => false,
    })
}

/// A literal as `5x`, whose last size comes next.
fn is_open(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Literal(literal) if literal.to_string().ends_with('x'))
}

/// Whether the tokens are numbers and words joined by operators.
fn calculates(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (mut operators, mut i) = (0, 0);
    while let Some(token) = tokens.get(i) {
        if let TokenTree::Punct(punct) = token {
            let second = match tokens.get(i + 1) {
                Some(TokenTree::Punct(next)) if punct.spacing() == Spacing::Joint => {
                    Some(next.as_char())
                }
                _ => None,
            };
            match (punct.as_char(), second) {
                ('-', Some('>')) => return false,
                ('|', Some('|')) | ('&', Some('&')) | ('=' | '!' | '<' | '>', Some('=')) => i += 1,
                ('+' | '-' | '*' | '/' | '%', _) => {}
                _ => return false,
            }
            operators += 1;
        }
        i += 1;
    }
    operators > 0
}

#[cfg(test)]
mod tests {
    use super::visible;
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

    /// The text with `⟨…⟩` as an invisible group, made visible.
    fn shown(text: &str) -> String {
        fn read(text: &mut std::str::Chars<'_>) -> TokenStream {
            let (mut all, mut plain) = (TokenStream::new(), String::new());
            while let Some(c) = text.next() {
                match c {
                    '⟨' => {
                        all.extend(plain.parse::<TokenStream>().expect("tokens"));
                        plain.clear();
                        all.extend([TokenTree::from(Group::new(Delimiter::None, read(text)))]);
                    }
                    '⟩' => break,
                    c => plain.push(c),
                }
            }
            all.extend(plain.parse::<TokenStream>().expect("tokens"));
            all
        }
        visible(read(&mut text.chars())).to_string()
    }

    #[test]
    fn a_calculation_keeps_its_parentheses() {
        let plain = |text: &str| text.parse::<TokenStream>().expect("tokens").to_string();
        for (hidden, expected) in [
            ("2 * ⟨1 + 2⟩, 1x1", "2 * (1 + 2), 1x1"),
            ("2 * ⟨⟨⟨1 + 2⟩⟩⟩", "2 * (1 + 2)"),
            ("2 * ⟨⟨1⟩ + ⟨2 - 1⟩⟩", "2 * (1 + (2 - 1))"),
            ("8 - ⟨-1⟩", "8 - (-1)"),
            ("if ⟨a == 1 && b <= 2 || c != 3⟩", "if (a == 1 && b <= 2 || c != 3)"),
            ("⟨5x5⟩, ⟨(2, 1)⟩, ⟨same⟩", "5x5, (2, 1), same"),
            ("for i in ⟨0..2 * 3⟩", "for i in 0..2 * 3"),
            ("⟨stride = 1 + 1⟩, ⟨a::B<1>⟩ => ⟨crate::C⟩", "stride = 1 + 1, a::B<1> => crate::C"),
            ("⟨⟩ ⟨pub⟩ ⟨conv(3, 1x1)⟩ ⟨a -> b⟩", "pub conv(3, 1x1) a -> b"),
        ] {
            assert_eq!(shown(hidden), plain(expected), "{hidden}");
        }
        assert!(shown("5x⟨1 + 2⟩").contains("1 + 2"));
    }
}
