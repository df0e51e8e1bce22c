//! Fitting the arguments that the user gave to those that a layer takes.

use super::convert::{Bound, convert};
use super::defaults::Defaults;
use super::get::Args;
use super::quotes;
use super::slips::{self, Foreign, Meant, Slip};
use crate::ast::{Arg, Expr, Value};
use crate::eval::Names;
use crate::report::{Area, Report};
use crate::spec::{Kind, Spec, bare_option, usage};
use proc_macro2::Ident;

/// A call of a layer, as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Written<'a> {
    /// The layer's keyword.
    pub(crate) layer: &'static str,
    /// The arguments that it takes.
    pub(crate) specs: &'static [Spec],
    /// Its name in the text.
    pub(crate) name: &'a Ident,
    /// All of the call.
    pub(crate) area: Area,
    /// What stands in its parentheses.
    pub(crate) given: &'a [Arg],
}

/// What arguments mean where a call stands.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// The network's own defaults, used where the call gives none.
    pub(crate) defaults: &'a Defaults,
    /// The names that may stand in the values.
    pub(crate) names: &'a Names,
    /// Other frameworks' words for layers.
    pub(crate) foreign: Foreign,
}

/// Fits the given arguments to the specified ones; none when something is wrong and it is not clear what
/// is meant. Whatever is wrong is reported.
pub(crate) fn bind(call: Written<'_>, cx: Surroundings<'_>, report: &mut Report) -> Option<Args> {
    let Written { layer, specs, name, area, given } = call;
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
                match slips::named(layer, name, arg, specs, cx.foreign, report) {
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
        clear &= args.take(spec, arg, slip, cx.names, report);
    }
    clear &= match slips::surplus(layer, specs, &surplus, &args, cx.names, report) {
        Some(meant) => meant
            .into_iter()
            .zip(surplus)
            .all(|(spec, arg)| args.take(spec, arg, Slip::Name, cx.names, report)),
        None => false,
    };
    let missing = args.complete(call, cx.defaults);
    if !(missing.is_empty() || misplaced) {
        let missing = missing.join(" and ");
        report.error(area, format!("{layer} lacks its {missing}\nhelp: {}", usage(layer, specs)));
        clear = false;
    }
    clear.then_some(args)
}

impl Args {
    /// Takes an argument's value; false, and a report, where it does not fit. The value of a misspelt
    /// argument is nothing to report on.
    fn take(
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
        let bare = quotes::unquoted(spec, &arg.value);
        match convert(spec, bare.as_ref().unwrap_or(&arg.value), names) {
            Ok(bound) => {
                if let (Value::Text(text, _), Slip::None) = (&arg.value, slip) {
                    let message = quotes::quoted(spec, arg.name.is_some(), text, arg.area);
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

    /// Takes the network's defaults for what the call does not give. What is then missing is named.
    fn complete(&mut self, call: Written<'_>, defaults: &Defaults) -> Vec<String> {
        let mut missing = Vec::new();
        for spec in call.specs {
            if self.has(spec.name) {
                continue;
            }
            let default = defaults.find(call.layer, spec);
            if let Some(Ok(bound)) = default.map(|value| convert(spec, value, defaults.names())) {
                self.values.push((spec.name, bound, call.area));
            } else if spec.required {
                missing.push(format!("`{}`", spec.name));
            }
        }
        missing
    }
}
