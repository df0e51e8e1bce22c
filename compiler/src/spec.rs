//! What arguments a layer takes, and what is said of values that are none of theirs.

use crate::ast::{Arg, Expr, Value};
use crate::report::{Message, nearest};

/// The kind of value an argument takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number of at least so much.
    Int(i128),
    /// Height and width of at least so much: `5x5`, `(5, 5)` or `5`.
    Pair(i128),
    /// Channels, height and width: `16x5x5` or `(16, 5, 5)`.
    Volume,
    /// `pad=1`, `pad=(1, 2)`, `pad=(top, bottom, left, right)`, `pad=same`, `pad=keep`, `pad=valid`.
    Padding,
    /// The same without the words, which depend on a window.
    Margins,
    /// A number from the first to the second bound.
    Real(f64, f64),
    /// The same, or one of these words.
    RealOr(f64, f64, &'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// Lists of whole numbers: `[[0, 1], [1, 2]]`.
    Lists,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An initial value, one of these words with their numbers.
    Init(&'static [&'static str]),
    /// The label of an earlier layer.
    Label,
}

/// One argument of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it may stand without its name, in the order of the list.
    pub positional: bool,
    /// Whether it must be given.
    pub required: bool,
    /// Whether `with name=…` sets its default for a whole network.
    pub network_wide: bool,
    /// What it means, and its default.
    pub doc: &'static str,
}

impl Spec {
    /// An argument that must be given, with or without its name.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, positional: true, required: true, network_wide: false, doc }
    }

    /// An argument that may be given, by name.
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, positional: false, required: false, network_wide: false, doc }
    }

    /// The same, whose default `with name=…` sets for a whole network.
    pub const fn network_wide(self) -> Self {
        Self { network_wide: true, ..self }
    }

    /// An argument that may be given, with or without its name.
    pub const fn loose(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, positional: true, required: false, network_wide: false, doc }
    }
}

/// `exact`, `floor` or `ceil` on its own stands for `round=exact` and so on.
pub(crate) fn bare_option(arg: &Arg, specs: &'static [Spec]) -> Option<&'static Spec> {
    let Value::Expr(Expr::Name(word)) = &arg.value else {
        return None;
    };
    specs.iter().find(|s| {
        !s.positional && matches!(s.kind, Kind::Word(words) if words.iter().any(|w| word == w))
    })
}

/// `conv(filters, kernel, stride=, pad=)`.
pub fn usage(layer: &str, specs: &[Spec]) -> String {
    let list: Vec<String> = specs
        .iter()
        .map(|s| if s.positional { s.name.to_owned() } else { format!("{}=", s.name) })
        .collect();
    format!("{layer}({})", list.join(", "))
}

/// What to say of a word that is none of an argument's.
pub(crate) fn unknown_word(what: &str, found: &str, words: &[&'static str]) -> String {
    let help = match nearest(found, words.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("{what} is one of {}", words.join(", ")),
    };
    format!("`{found}` is not a value of `{what}`\nhelp: {help}")
}

/// What to say of a value that is no number.
pub(crate) fn no_number<T>(name: &str, value: &Value) -> Result<T, Message> {
    let found = match value {
        Value::Call(call) => format!("`{}(…)`", call.name),
        _ => "a list".to_owned(),
    };
    let text = format!("`{name}` is a number, not {found}");
    Err(Message { area: value.area(), text })
}
