//! What `with …` behind a network sets for all of its layers.
//!
//! ```text
//! with bias=false, init=he    every layer's argument of that name
//! with exact                  a word on its own, as on a layer
//! with bn(eps=1e-3)           the arguments of one kind of layer, which come before the others
//! ```
//!
//! A record says by [`Spec::network_wide`] which arguments the first form sets; the last one sets any
//! argument that may be left out.

use crate::args::{self, Kind, Spec};
use crate::ast::{Arg, Expr, Value};
use crate::eval::Names;
use crate::layers::{self, LAYERS};
use crate::report::{Report, nearest};
use crate::slips::{self, Meant};

/// The option that rules out algorithms which round more than the plain one.
pub(crate) const ACCURATE: &str = "accurate";

/// Defaults of a network.
#[derive(Debug, Default)]
pub struct Defaults {
    list: Vec<Default>,
    /// What may stand in their values.
    names: Names,
}

#[derive(Debug)]
struct Default {
    /// The layer; all of them where there is none.
    layer: Option<&'static str>,
    argument: &'static str,
    value: Value,
}

impl Defaults {
    /// Those of a network whose options may use some names.
    pub(crate) fn with(names: Names) -> Self {
        Self { list: Vec::new(), names }
    }

    /// The names that may stand in the values.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// The value for an argument of a layer.
    pub(crate) fn find(&self, layer: &str, spec: &Spec) -> Option<&Value> {
        let mut named = self.list.iter().filter(|d| d.argument == spec.name);
        let own = named.clone().find(|d| d.layer == Some(layer));
        let all = || named.find(|d| d.layer.is_none() && spec.network_wide);
        own.or_else(all).map(|d| &d.value)
    }

    /// Takes one option.
    pub(crate) fn add(&mut self, option: &Arg, report: &mut Report) {
        match (&option.name, &option.value) {
            (Some(name), _) => {
                let found = wide().find(|spec| name == spec.name);
                match found {
                    Some(spec) => self.push(None, spec, option, report),
                    None => unknown(option, &name.to_string(), report),
                }
            }
            (None, Value::Expr(Expr::Name(word))) => {
                let mut specs = LAYERS.iter().filter_map(|r| args::bare_option(option, r.args));
                match specs.find(|s| s.network_wide) {
                    Some(spec) => self.push(None, spec, option, report),
                    None => unknown(option, &word.to_string(), report),
                }
            }
            (None, Value::Call(call)) => {
                let keyword = call.name.to_string();
                let Some(record) = layers::find(&keyword) else {
                    let help = nearest(&keyword, LAYERS.iter().map(|r| r.keyword))
                        .map(|near| format!("\nhelp: did you mean `{near}`?"))
                        .unwrap_or_default();
                    report.error(&call.name, format!("there is no layer `{keyword}`{help}"));
                    return;
                };
                for arg in call.args.iter().flatten() {
                    let spec = match &arg.name {
                        Some(name) => {
                            match slips::named(record.keyword, name, arg, record.args, report) {
                                Meant::Argument(spec, _) => Some(spec),
                                Meant::Elsewhere | Meant::Nothing => continue,
                            }
                        }
                        None => args::bare_option(arg, record.args),
                    };
                    match spec.filter(|s| !s.required) {
                        Some(spec) => self.push(Some(record.keyword), spec, arg, report),
                        None => report.error(
                            arg.area,
                            format!(
                                "only arguments that may be left out have a default\nhelp: {0}({1}=…)",
                                record.keyword,
                                optional(record.args),
                            ),
                        ),
                    }
                }
            }
            _ => report.error(
                option.area,
                "an option of a network is a word, `name=value` or `layer(name=value)`",
            ),
        }
    }

    fn push(
        &mut self,
        layer: Option<&'static str>,
        spec: &'static Spec,
        arg: &Arg,
        report: &mut Report,
    ) {
        if self.list.iter().any(|d| d.layer == layer && d.argument == spec.name) {
            report.error(arg.area, format!("`{}` is given twice", spec.name));
        } else if let Err(message) = args::check(spec, &arg.value, &self.names) {
            report.error(message.area, message.text);
        } else {
            self.list.push(Default { layer, argument: spec.name, value: arg.value.clone() });
        }
    }
}

/// Arguments whose default can be set for all layers.
fn wide() -> impl Iterator<Item = &'static Spec> {
    LAYERS.iter().flat_map(|r| r.args).filter(|spec| spec.network_wide)
}

/// The first argument that may be left out.
fn optional(specs: &[Spec]) -> &'static str {
    specs.iter().find(|s| !s.required).map_or("argument", |s| s.name)
}

fn unknown(option: &Arg, found: &str, report: &mut Report) {
    let mut words = vec![ACCURATE.to_owned()];
    for spec in wide() {
        let these = match spec.kind {
            Kind::Word(list) if spec.name == "round" => {
                list.iter().map(ToString::to_string).collect()
            }
            _ => vec![format!("{}=", spec.name)],
        };
        words.extend(these.into_iter().filter(|w| !words.contains(w)).collect::<Vec<_>>());
    }
    let help = match nearest(found, words.iter().map(|w| w.trim_end_matches('='))) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            format!("it takes {}, and the arguments of a layer: bn(eps=1e-3)", words.join(", "))
        }
    };
    report.error(option.area, format!("a network has no option `{found}`\nhelp: {help}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_of_all_layers_means_the_same_in_each() {
        for spec in wide() {
            assert!(!spec.required && !spec.positional, "{}", spec.name);
            let others = wide().filter(|s| s.name == spec.name);
            assert!(others.into_iter().all(|s| s.kind == spec.kind), "{}", spec.name);
        }
    }
}
