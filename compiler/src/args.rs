//! What arguments a layer takes, and fitting those that the user gave to them.

mod get;

use crate::ast::{Arg, Expr, Sizes, Value};
use crate::defaults::Defaults;
use crate::eval::{self, Names};
use crate::init::{self, Scheme};
use crate::lists::{self, Listed};
use crate::padding;
use crate::report::{Area, Message, Report, nearest};
use crate::slips::{self, Meant, Slip};
use crate::source::{self, Source};
use crate::window::Padding;
use proc_macro2::Ident;

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

/// A value that fits its argument.
#[derive(Clone, Debug)]
enum Bound {
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

/// The arguments of one call.
#[derive(Debug)]
pub struct Args {
    values: Vec<(&'static str, Bound, Area)>,
    /// The whole call.
    pub area: Area,
    /// The layer's name in the call.
    pub name: Area,
    /// The label among them.
    pub label: Option<Ident>,
    /// What the label names, once that has been looked up.
    pub source: Option<Source>,
    /// Whether the network rules out algorithms that round more than the plain one.
    pub accurate: bool,
}

impl Args {
    /// All that a layer can know of the arguments, but for where they stand; none where that matters.
    pub(crate) fn key(&self) -> Option<String> {
        let mut key = format!("{}", self.accurate);
        for (name, bound, _) in &self.values {
            if matches!(bound, Bound::Label | Bound::Lists(_)) {
                return None;
            }
            key.push_str(&format!("{name}{bound:?}"));
        }
        Some(key)
    }

    /// The same, in a network that asks for accuracy or doesn't.
    pub fn accurate(self, accurate: bool) -> Self {
        Self { accurate, ..self }
    }
}

/// Fits the given arguments to the specified ones; none when something is wrong and it is not clear what
/// is meant. Whatever is wrong is reported. `defaults` are network-wide ones, used where the call gives none.
#[allow(clippy::too_many_arguments)] // one call site per kind of unit, all of it context
pub fn bind(
    layer: &str,
    name: &Ident,
    area: Area,
    specs: &'static [Spec],
    given: &[Arg],
    defaults: &Defaults,
    names: &Names,
    report: &mut Report,
) -> Option<Args> {
    let mut args = Args {
        values: Vec::new(),
        area,
        name: name.into(),
        label: None,
        source: None,
        accurate: false,
    };
    let swapped = slips::swapped(layer, specs, given, report);
    let given = swapped.as_deref().unwrap_or(given);
    let mut positional = specs.iter().filter(|s| s.positional);
    let (mut named_before, mut misplaced, mut clear) = (false, false, true);
    let mut surplus = Vec::new();
    for arg in given {
        let (spec, slip) = match &arg.name {
            Some(name) => {
                named_before = true;
                match slips::named(layer, name, arg, specs, report) {
                    Meant::Argument(spec, slip) => (spec, slip),
                    Meant::Elsewhere => continue,
                    Meant::Nothing => {
                        clear = false;
                        continue;
                    }
                }
            }
            None => match bare_option(arg, specs) {
                Some(spec) => (spec, Slip::None),
                None if named_before => {
                    (misplaced, clear) = (true, false);
                    report
                        .error(arg.area, "an argument without a name stands before those with one");
                    continue;
                }
                None => match positional.next() {
                    Some(spec) => (spec, Slip::None),
                    None => {
                        surplus.push(arg);
                        continue;
                    }
                },
            },
        };
        if args.has(spec.name) && slip == Slip::Name {
            clear = false;
            continue;
        }
        if args.has(spec.name) {
            let at = arg.name.as_ref().map_or(arg.area, Area::from);
            report.error(at, format!("`{}` is given twice", spec.name));
            clear = false;
            continue;
        }
        clear &= args.take(spec, arg, slip, names, report);
    }
    clear &= slips::surplus(layer, specs, &surplus, &mut args, names, report);
    let mut missing: Vec<String> = Vec::new();
    for spec in specs {
        if args.values.iter().any(|(n, ..)| *n == spec.name) {
            continue;
        }
        let default = defaults.find(layer, spec);
        if let Some(Ok(bound)) = default.map(|value| convert(spec, value, defaults.names())) {
            args.values.push((spec.name, bound, area));
        } else if spec.required && !misplaced {
            missing.push(format!("`{}`", spec.name));
        }
    }
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        report.error(area, format!("{layer} lacks its {missing}\nhelp: {}", usage(layer, specs)));
        clear = false;
    }
    clear.then_some(args)
}

/// Whether a value fits an argument.
pub(crate) fn check(spec: &Spec, value: &Value, names: &Names) -> Result<()> {
    convert(spec, value, names).map(|_| ())
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

type Result<T> = std::result::Result<T, Message>;

fn error<T>(area: Area, text: String) -> Result<T> {
    Err(Message { area, text })
}

fn convert(spec: &Spec, value: &Value, names: &Names) -> Result<Bound> {
    if let Value::Text(text, _) = value {
        return Err(slips::quoted(spec, true, text, value.area()));
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

pub(crate) fn unknown_word(what: &str, found: &str, words: &[&'static str]) -> String {
    let help = match nearest(found, words.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("{what} is one of {}", words.join(", ")),
    };
    format!("`{found}` is not a value of `{what}`\nhelp: {help}")
}

fn single(spec: &Spec, value: &Value, names: &Names, least: i128) -> Result<usize> {
    match value {
        Value::Expr(e) => eval::size(e, names, &format!("`{}`", spec.name), least),
        Value::Sizes(s) => error(s.area, format!("`{}` is a single number", spec.name)),
        Value::Call(_) | Value::Lists(_) | Value::Text(..) => no_number(spec.name, value),
    }
}

pub(crate) fn no_number<T>(name: &str, value: &Value) -> Result<T> {
    let found = match value {
        Value::Call(call) => format!("`{}(…)`", call.name),
        _ => "a list".to_owned(),
    };
    error(value.area(), format!("`{name}` is a number, not {found}"))
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

impl Args {
    /// Takes an argument's value; false, and a report, where it does not fit. The value of a misspelt
    /// argument is nothing to report on.
    pub(crate) fn take(
        &mut self,
        spec: &'static Spec,
        arg: &Arg,
        slip: Slip,
        names: &Names,
        report: &mut Report,
    ) -> bool {
        if let (Kind::Label, Value::Expr(Expr::Name(label))) = (spec.kind, &arg.value) {
            self.label = Some(label.clone());
        }
        let area = arg.value.area();
        let bare = slips::unquoted(spec, &arg.value);
        match convert(spec, bare.as_ref().unwrap_or(&arg.value), names) {
            Ok(bound) => {
                if let (Value::Text(text, _), Slip::None) = (&arg.value, slip) {
                    let message = slips::quoted(spec, arg.name.is_some(), text, arg.area);
                    report.error(message.area, message.text);
                }
                self.values.push((spec.name, bound, area));
                true
            }
            Err(message) => {
                if slip == Slip::None {
                    let place = if bare.is_some() { area } else { message.area };
                    report.error(place, message.text);
                }
                // The argument is there, though wrong: it is not missing as well.
                self.values.push((spec.name, Bound::Int(1), area));
                false
            }
        }
    }
}
