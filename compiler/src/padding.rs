//! Amounts of padding as an argument: `1`, `(1, 2)`, `(top, bottom, left, right)`, and, where there is a
//! window, `same`, `keep` or `valid`.

use crate::ast::{Expr, Value};
use crate::eval::{self, Names};
use crate::report::Message;
use crate::spec::{no_number, unknown_word};
use crate::window::Padding;

/// The words that stand for amounts.
pub(crate) const WORDS: [&str; 3] = ["same", "keep", "valid"];

type Result<T> = std::result::Result<T, Message>;

/// Reads the value of an argument called `name`.
pub(crate) fn read(name: &str, value: &Value, window: bool, names: &Names) -> Result<Padding> {
    let size = |e: &Expr| eval::size(e, names, &format!("`{name}`"), 0);
    let wrong = |found: &str| Message {
        area: value.area(),
        text: format!("`{name}` is n, (height, width) or (top, bottom, left, right), not {found}"),
    };
    match value {
        Value::Expr(Expr::Name(word)) if !window && WORDS.iter().any(|w| word == w) => {
            Err(wrong(&format!("`{word}`, which depends on a window")))
        }
        Value::Expr(Expr::Name(word)) if word == "same" => Ok(Padding::Same),
        Value::Expr(Expr::Name(word)) if word == "keep" => Ok(Padding::Keep),
        Value::Expr(Expr::Name(word)) if word == "valid" => Ok(Padding::Explicit([0; 4])),
        Value::Expr(e) => match (size(e), e) {
            (Ok(p), _) => Ok(Padding::Explicit([p; 4])),
            (Err(_), Expr::Name(word)) if window && !eval::is_constant(&word.to_string()) => {
                let text = unknown_word(name, &word.to_string(), &WORDS);
                Err(Message { area: word.into(), text })
            }
            (Err(message), _) => Err(message),
        },
        Value::Call(_) | Value::Lists(_) | Value::Text(..) => no_number(name, value),
        Value::Sizes(s) => {
            let sides = s.parts.iter().map(size).collect::<Result<Vec<_>>>()?;
            match sides.as_slice() {
                [h, w] => Ok(Padding::Explicit([*h, *h, *w, *w])),
                [top, bottom, left, right] => Ok(Padding::Explicit([*top, *bottom, *left, *right])),
                _ => Err(wrong(&format!("{} numbers", sides.len()))),
            }
        }
    }
}
