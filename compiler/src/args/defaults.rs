//! What a network sets for all of its layers.

use super::convert::check;
use crate::ast::{Arg, Value};
use crate::eval::Names;
use crate::report::Report;
use crate::spec::Spec;

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

    /// Takes the default of an argument, of one layer or of all.
    pub(crate) fn push(
        &mut self,
        layer: Option<&'static str>,
        spec: &'static Spec,
        arg: &Arg,
        report: &mut Report,
    ) {
        if self.list.iter().any(|d| d.layer == layer && d.argument == spec.name) {
            report.error(arg.area, format!("`{}` is given twice", spec.name));
        } else if let Err(message) = check(spec, &arg.value, &self.names) {
            report.error(message.area, message.text);
        } else {
            self.list.push(Default { layer, argument: spec.name, value: arg.value.clone() });
        }
    }
}
