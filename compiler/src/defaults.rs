//! What `with …` after a network sets for all of its layers.
//!
//! ```text
//! with bias=false, init=he    every layer's argument of that name
//! with exact                  a word on its own, as on a layer
//! with bn(eps=1e-3)           the arguments of one kind of layer, which come before the others
//! ```
//!
//! A record says by [`Spec::network_wide`] which arguments the first form sets; the last one sets any
//! argument that may be left out.

use crate::args::{self, Defaults, Meant};
use crate::ast::{Arg, Expr, Value, WEIGHTS};
use crate::layers::{self, LAYERS};
use crate::report::{Report, nearest};
use crate::spec::{Kind, Spec, bare_option};

/// The option that rules out algorithms which round more than the plain one.
pub(crate) const ACCURATE: &str = "accurate";

/// The option for the bytes of the second cache.
pub(crate) const CACHE: &str = "cache";

/// Takes one option.
pub(crate) fn add(defaults: &mut Defaults, option: &Arg, report: &mut Report) {
    match (&option.name, &option.value) {
        (Some(name), _) => {
            let found = wide().find(|spec| name == spec.name);
            match found {
                Some(spec) => defaults.push(None, spec, option, report),
                None => unknown(option, &name.to_string(), report),
            }
        }
        (None, Value::Expr(Expr::Name(word))) => {
            let mut specs = LAYERS.iter().filter_map(|r| bare_option(option, r.args));
            match specs.find(|s| s.network_wide) {
                Some(spec) => defaults.push(None, spec, option, report),
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
                        match args::named(
                            record.keyword,
                            name,
                            arg,
                            record.args,
                            layers::keyword_of,
                            report,
                        ) {
                            Meant::Argument(spec, _) => Some(spec),
                            Meant::Elsewhere | Meant::Nothing => continue,
                        }
                    }
                    None => bare_option(arg, record.args),
                };
                match spec.filter(|s| !s.required) {
                    Some(spec) => defaults.push(Some(record.keyword), spec, arg, report),
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

/// Arguments whose default can be set for all layers.
fn wide() -> impl Iterator<Item = &'static Spec> {
    LAYERS.iter().flat_map(|r| r.args).filter(|spec| spec.network_wide)
}

/// The first argument that may be left out.
fn optional(specs: &[Spec]) -> &'static str {
    specs.iter().find(|s| !s.required).map_or("argument", |s| s.name)
}

fn unknown(option: &Arg, found: &str, report: &mut Report) {
    let mut words = vec![ACCURATE.to_owned(), format!("{CACHE}="), format!("{WEIGHTS}=")];
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
