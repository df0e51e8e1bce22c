//! What was probably meant by arguments that are not written as this language writes them, so that one
//! message says all of it and checking goes on after it.

use super::convert::check;
use super::get::Args;
use super::quotes::closest;
use crate::ast::{Arg, Value};
use crate::eval::Names;
use crate::foreign;
use crate::report::{Report, nearest};
use crate::spec::{Kind, Spec, usage};
use proc_macro2::Ident;

/// What this language calls a layer that another framework calls by a word.
pub(crate) type Foreign = fn(&str) -> Option<&'static str>;

/// Whether an argument's name is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    /// It is.
    None,
    /// It is another one's slip or another framework's word, which has been reported.
    Name,
}

/// What a name stands for.
pub(crate) enum Meant {
    /// An argument of the layer.
    Argument(&'static Spec, Slip),
    /// Something that this language says elsewhere or not at all, which has been reported.
    Elsewhere,
    /// Nothing known, which has been reported.
    Nothing,
}

/// The most arguments without a name whose names are guessed: the first ones of other frameworks.
const GUESSED: usize = 3;

/// The argument that a name stands for.
pub(crate) fn named(
    layer: &str,
    name: &Ident,
    arg: &Arg,
    specs: &'static [Spec],
    layer_called: Foreign,
    report: &mut Report,
) -> Meant {
    let word = name.to_string();
    let find = |name: &str| specs.iter().find(|s| s.name == name);
    if let Some(spec) = find(&word) {
        return Meant::Argument(spec, Slip::None);
    }
    let theirs = foreign::ARGUMENTS.iter().filter(|(theirs, _)| *theirs == word.to_lowercase());
    let foreign = theirs.map(|(_, ours)| *ours).find_map(find);
    let near = || nearest(&word, specs.iter().map(|s| s.name)).and_then(find);
    let lacks = format!("{layer} has no argument `{word}`");
    if let Some(spec) = foreign.or_else(near) {
        match &arg.value {
            Value::Text(text, _) => report.error(
                arg.area,
                format!(
                    "{lacks}, and a word has no quotes here\nhelp: write `{}={}`",
                    spec.name,
                    closest(spec, text)
                ),
            ),
            _ => report.error(name, format!("{lacks}\nhelp: did you mean `{}`?", spec.name)),
        }
        return Meant::Argument(spec, Slip::Name);
    }
    let elsewhere = match word.as_str() {
        "activation" => {
            let function = match &arg.value {
                Value::Text(text, _) => text.clone(),
                other => other.to_string(),
            };
            let ours = layer_called(&function).unwrap_or("relu");
            Some(format!("an activation is a layer of its own: {layer}(…) -> {ours}"))
        }
        "input_shape" | "input_dim" => {
            Some("the shape of the input stands first: < 1x28x28 -> … >".to_owned())
        }
        "in_channels" | "in_features" | "num_features" | "input_channels" => {
            Some(format!("{layer} knows the channels of its input: leave it out"))
        }
        _ => None,
    };
    let help = elsewhere.clone().unwrap_or_else(|| usage(layer, specs));
    report.error(name, format!("{lacks}\nhelp: {help}"));
    match elsewhere {
        Some(_) => Meant::Elsewhere,
        None => Meant::Nothing,
    }
}

/// The arguments in their order, where the kernel stands before the filters.
pub(super) fn swapped(
    layer: &str,
    specs: &[Spec],
    given: &[Arg],
    report: &mut Report,
) -> Option<Vec<Arg>> {
    let ([number, kernel, ..], [a, b, rest @ ..]) = (specs, given) else {
        return None;
    };
    let kinds =
        matches!((number.kind, kernel.kind), (Kind::Int(_) | Kind::Real(..), Kind::Pair(_)));
    let values = matches!((&a.value, &b.value), (Value::Sizes(_), Value::Expr(_)));
    let bare = a.name.is_none() && b.name.is_none() && number.positional && kernel.positional;
    if !(kinds && values && bare) {
        return None;
    }
    let first = match number.name {
        "filters" => "filters come first".to_owned(),
        name => format!("`{name}` comes first"),
    };
    let rest_text = if rest.is_empty() { "" } else { ", …" };
    let text = format!("{first}: `{layer}({}, {}{rest_text})`", b.value, a.value);
    report.error(a.area.to(b.area), text);
    Some([b, a].into_iter().chain(rest).cloned().collect())
}

/// What arguments without a name beyond those that may have none are; none where that is not clear.
pub(super) fn surplus(
    layer: &str,
    specs: &'static [Spec],
    surplus: &[&Arg],
    args: &Args,
    names: &Names,
    report: &mut Report,
) -> Option<Vec<&'static Spec>> {
    let [first, .., last] = match surplus {
        [] => return Some(Vec::new()),
        [one] => [*one, *one],
        [first, .., last] => [*first, *last],
    };
    let mut free = specs.iter().filter(|s| !s.positional);
    let fits = |arg: &&Arg| {
        let fits = |s: &Spec| check(s, &arg.value, names).is_ok();
        // A number could start anything.
        let found = free.find(|s| fits(s) && !matches!(s.kind, Kind::Init(_)));
        found.filter(|s| !args.has(s.name))
    };
    let meant: Option<Vec<&'static Spec>> = surplus.iter().map(fits).collect();
    let Some(meant) = meant.filter(|m| m.len() <= GUESSED) else {
        surplus.iter().for_each(|arg| report.error(arg.area, too_many(layer, specs)));
        return None;
    };
    let written = meant.iter().zip(surplus).map(|(s, arg)| format!("`{}={}`", s.name, arg.value));
    let these = if surplus.len() == 1 {
        "this argument needs its name"
    } else {
        "these arguments need their names"
    };
    let text = format!("{these}\nhelp: write {}", written.collect::<Vec<_>>().join(", "));
    report.error(first.area.to(last.area), text);
    Some(meant)
}

fn too_many(layer: &str, specs: &[Spec]) -> String {
    let all = specs
        .iter()
        .filter(|s| !s.positional)
        .map(|s| format!("`{}=`", s.name))
        .collect::<Vec<_>>();
    let positional = specs.iter().filter(|s| s.positional).count();
    let takes = match (positional, all.is_empty()) {
        (0, true) => format!("{layer} takes no arguments"),
        (0, false) => format!("{layer} takes its arguments by name: {}", all.join(", ")),
        (n, true) => {
            format!("{layer} takes no more than {n} argument{}", if n == 1 { "" } else { "s" })
        }
        (_, false) => format!("the other arguments of {layer} are named: {}", all.join(", ")),
    };
    format!("this argument is one too many\n{takes}")
}
