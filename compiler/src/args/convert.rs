//! The values of arguments, checked against what the layer takes.

use super::quotes;
use crate::ast::{Expr, Sizes, Value};
use crate::eval::{self, Names};
use crate::init::{self, Scheme};
use crate::lists::{self, Listed};
use crate::padding;
use crate::report::{Area, Message};
use crate::source;
use crate::spec::{Kind, Spec, no_number, unknown_word};
use crate::window::Padding;

/// A value that fits its argument.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Int(usize),
    Pair([usize; 2]),
    Volume([usize; 3]),
    Padding(Padding),
    Real(f64),
    Flag(bool),
    Word(&'static str),
    Init(Scheme),
    Label,
    Lists(Vec<Listed>),
}

/// Whether a value fits an argument.
pub(crate) fn check(spec: &Spec, value: &Value, names: &Names) -> Result<()> {
    convert(spec, value, names).map(|_| ())
}

type Result<T> = std::result::Result<T, Message>;

fn error<T>(area: Area, text: String) -> Result<T> {
    Err(Message { area, text })
}

/// Reads a value as what the argument takes.
pub(super) fn convert(spec: &Spec, value: &Value, names: &Names) -> Result<Bound> {
    if let Value::Text(text, _) = value {
        return Err(quotes::quoted(spec, true, text, value.area()));
    }
    match spec.kind {
        Kind::Int(least) => Ok(Bound::Int(single(spec, value, names, least)?)),
        Kind::Pair(least) => match value {
            Value::Sizes(s) => Ok(Bound::Pair(pair(spec, s, names, least)?)),
            Value::Expr(e) => {
                Ok(Bound::Pair([eval::size(e, names, &format!("`{}`", spec.name), least)?; 2]))
            }
            Value::Call(_) | Value::Lists(_) | Value::Text(..) => no_number(spec.name, value),
        },
        Kind::Volume => volume(spec, value, names).map(Bound::Volume),
        Kind::Padding => padding::read(spec.name, value, true, names).map(Bound::Padding),
        Kind::Margins => padding::read(spec.name, value, false, names).map(Bound::Padding),
        Kind::Real(low, high) => real(spec, value, names, low, high).map(Bound::Real),
        Kind::RealOr(low, high, words) => match value {
            Value::Expr(Expr::Name(word))
                if eval::eval(&Expr::Name(word.clone()), names).is_err() =>
            {
                match words.iter().find(|w| word == **w) {
                    Some(word) => Ok(Bound::Word(word)),
                    None => error(word.into(), unknown_word(spec.name, &word.to_string(), words)),
                }
            }
            _ => real(spec, value, names, low, high).map(Bound::Real),
        },
        Kind::Init(words) => init::read(spec.name, value, words, names).map(Bound::Init),
        Kind::Lists => lists::read(spec.name, value, names).map(Bound::Lists),
        Kind::Flag => match value {
            Value::Expr(Expr::Name(word)) if word == "true" || word == "false" => {
                Ok(Bound::Flag(word == "true"))
            }
            Value::Expr(e) if eval::truth(e, names).is_ok() => {
                eval::truth(e, names).map(Bound::Flag)
            }
            _ => error(value.area(), format!("`{}` is true or false", spec.name)),
        },
        Kind::Label => source::read(spec.name, value).map(|()| Bound::Label),
        Kind::Word(words) => match value {
            Value::Expr(Expr::Name(word)) => match words.iter().find(|w| word == **w) {
                Some(word) => Ok(Bound::Word(word)),
                None => error(word.into(), unknown_word(spec.name, &word.to_string(), words)),
            },
            _ => error(value.area(), format!("`{}` is one of {}", spec.name, words.join(", "))),
        },
    }
}

fn single(spec: &Spec, value: &Value, names: &Names, least: i128) -> Result<usize> {
    match value {
        Value::Expr(e) => eval::size(e, names, &format!("`{}`", spec.name), least),
        Value::Sizes(s) => error(s.area, format!("`{}` is a single number", spec.name)),
        Value::Call(_) | Value::Lists(_) | Value::Text(..) => no_number(spec.name, value),
    }
}

fn pair(spec: &Spec, sizes: &Sizes, names: &Names, least: i128) -> Result<[usize; 2]> {
    let [h, w] = sizes.parts.as_slice() else {
        return error(
            sizes.area,
            format!(
                "`{}` is height x width, two numbers, but {} are given",
                spec.name,
                sizes.parts.len()
            ),
        );
    };
    let size =
        |e, what: &str| eval::size(e, names, &format!("the {what} of `{}`", spec.name), least);
    Ok([size(h, "height")?, size(w, "width")?])
}

fn volume(spec: &Spec, value: &Value, names: &Names) -> Result<[usize; 3]> {
    let parts = match value {
        Value::Sizes(s) => s.parts.as_slice(),
        _ => &[],
    };
    if let Value::Expr(Expr::Name(name)) = value
        && let Some(text) = eval::crossed(&name.to_string(), names)
    {
        return error(name.into(), text);
    }
    let [c, h, w] = parts else {
        let text = format!("`{}` is channels x height x width, as 16x5x5", spec.name);
        return error(value.area(), text);
    };
    let size = |e, what: &str| eval::size(e, names, what, 1);
    Ok([size(c, "the channels")?, size(h, "the height")?, size(w, "the width")?])
}

fn real(spec: &Spec, value: &Value, names: &Names, low: f64, high: f64) -> Result<f64> {
    let Value::Expr(e) = value else {
        return error(value.area(), format!("`{}` is a single number", spec.name));
    };
    let x = match eval::eval(e, names)? {
        eval::Value::Int(n) => n as f64,
        eval::Value::Real(x) => x,
        eval::Value::Truth(_) => return error(e.area(), format!("`{}` is a number", spec.name)),
    };
    let x = eval::single(e.area(), &format!("`{}`", spec.name), x)?;
    if (low..=high).contains(&x) {
        return Ok(x);
    }
    let range = if high.is_infinite() {
        format!("at least {low}")
    } else {
        format!("from {low} to {high}")
    };
    error(e.area(), format!("`{}` is {x}, but must be {range}", spec.name))
}
