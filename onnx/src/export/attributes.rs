//! Attributes of nodes.

use crate::proto::{AttributeProto, attribute};

fn blank(name: &str, kind: i32) -> AttributeProto {
    AttributeProto { name: name.to_owned(), kind, ..AttributeProto::default() }
}

/// A whole number.
pub(super) fn int(name: &str, i: usize) -> AttributeProto {
    AttributeProto { i: i as i64, ..blank(name, attribute::INT) }
}

/// The last axis, or one counted from it.
pub(super) fn from_last(name: &str, i: i64) -> AttributeProto {
    AttributeProto { i, ..blank(name, attribute::INT) }
}

/// A list of whole numbers.
pub(super) fn ints(name: &str, ints: &[usize]) -> AttributeProto {
    let ints = ints.iter().map(|&i| i as i64).collect();
    AttributeProto { ints, ..blank(name, attribute::INTS) }
}

/// A number.
pub(super) fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { f, ..blank(name, attribute::FLOAT) }
}

/// A word.
pub(super) fn word(name: &str, word: &'static str) -> AttributeProto {
    AttributeProto { s: word.as_bytes().into(), ..blank(name, attribute::STRING) }
}
