//! Words in quotes, which have none in this language.

use crate::ast::Value;
use crate::padding;
use crate::parse::argument;
use crate::report::{Area, Message, nearest};
use crate::spec::{Kind, Spec};
use syn::parse::Parser;

/// What is said of a value in quotes.
pub(super) fn quoted(spec: &Spec, named: bool, text: &str, area: Area) -> Message {
    let (name, word) = (spec.name, closest(spec, text));
    let write = if named { format!("{name}={word}") } else { word };
    Message { area, text: format!("a word has no quotes here\nhelp: write `{write}`") }
}

/// A value that stands in quotes, without them.
pub(super) fn unquoted(spec: &Spec, value: &Value) -> Option<Value> {
    match value {
        Value::Text(text, _) => argument.parse_str(&closest(spec, text)).ok(),
        _ => None,
    }
}

/// The word that an argument takes which is nearest to the one in quotes; the same where none is near.
pub(super) fn closest(spec: &Spec, text: &str) -> String {
    let words = match spec.kind {
        Kind::Word(words) | Kind::Init(words) | Kind::RealOr(_, _, words) => words,
        Kind::Padding => &padding::WORDS,
        Kind::Flag => &["true", "false"],
        _ => &[],
    };
    nearest(text, words.iter().copied()).unwrap_or(text).to_owned()
}
