//! What concerns a network as a whole: its options, its outputs, what nothing uses.

use super::{Flow, Resolver};
use crate::args::Defaults;
use crate::ast::{Expr, Network, Value as AstValue, allow_unused};
use crate::defaults::{self, ACCURATE, CACHE};
use crate::eval;
use crate::layers;
use crate::net;
use crate::report::{Unused, nearest};
use std::collections::HashSet;

/// The most inputs, and the most outputs.
const MOST: usize = 8;

impl Resolver<'_> {
    /// `with exact, accurate, bias=false`.
    pub(super) fn options(&mut self, network: &Network) {
        self.defaults = Defaults::with(self.names.clone());
        for option in &network.options {
            match (&option.name, &option.value) {
                (None, AstValue::Expr(Expr::Name(word))) if word == ACCURATE => {
                    self.accurate = true;
                }
                (Some(name), AstValue::Expr(bytes)) if name == CACHE => {
                    match eval::size(bytes, &self.names, "the size of a cache", 0) {
                        // A network inside another one runs by its plan.
                        Ok(_) if self.spliced.is_some() => {}
                        Ok(bytes) => self.cache = bytes,
                        Err(error) => self.say(error),
                    }
                }
                // A file belongs to the network that is written with it: see `weights`.
                _ if option.names_weights() => {}
                _ => defaults::add(&mut self.defaults, option, self.report),
            }
        }
    }

    pub(super) fn outputs(
        &mut self,
        network: &Network,
        flows: &[Flow],
    ) -> Vec<Option<net::Output>> {
        if network.outputs.is_empty() {
            let last = flows.last().and_then(|f| f.value());
            return vec![last.map(|value| net::Output { value, train: false })];
        }
        let mut outputs = Vec::new();
        for output in &network.outputs {
            let name = output.name.to_string();
            let value = match self.scope.find(&name) {
                Some(value) => value,
                None => {
                    let visible = self.scope.visible();
                    if let (Some(_), Some(arrow)) = (layers::find(&name), network.arrow) {
                        self.report.error(arrow, "layers are joined by `->`");
                    } else if !self.total.overflow {
                        let help = nearest(&name, visible.iter().map(String::as_str))
                            .map(|n| format!("\nhelp: did you mean `{n}`?"))
                            .unwrap_or_default();
                        let text = format!("no chain or label is called `{name}`{help}");
                        self.report.error(&output.name, text);
                    }
                    None
                }
            };
            outputs.push(value.map(|value| net::Output { value, train: output.train }));
        }
        let named =
            |i: usize| network.outputs.iter().position(|o| o.name == network.outputs[i].name);
        if let Some(twice) = (0..network.outputs.len()).find(|&i| named(i) != Some(i)) {
            let name = &network.outputs[twice].name;
            self.report.error(name, format!("the output `{name}` is named twice"));
        }
        if let Some(surplus) = network.outputs.get(MOST) {
            self.report.error(&surplus.name, format!("a network has at most {MOST} outputs"));
        }
        if network.outputs.iter().all(|o| o.train) {
            self.report.error(
                &network.outputs[0].name,
                "at least one output must exist in evaluation too",
            );
        }
        outputs
    }

    /// Every layer must matter to an output.
    pub(super) fn check_used(&mut self, network: &Network, outputs: &[Option<net::Output>]) {
        let mut used = vec![false; self.values.len()];
        for output in outputs.iter().flatten() {
            used[output.value] = true;
        }
        for node in self.nodes.iter().rev() {
            if used[node.output] {
                for &v in &node.inputs {
                    used[v] = true;
                }
            }
        }
        if self.inputs.len() > MOST {
            self.report.error(network.area, format!("a network has at most {MOST} inputs"));
        }
        if let Some(node) = self.nodes.iter().find(|n| !used[n.output]) {
            self.report.error(
                node.area,
                format!("nothing uses the result of this layer, {}\nhelp: name its chain in `=> a, b`, or join it to another", self.values[node.output].shape),
            );
        } else if let Some(&input) = self.inputs.iter().find(|&&v| !used[v]) {
            self.report.error(
                network.area,
                format!("the input of {} is not used", self.values[input].shape),
            );
        } else if self.nodes.is_empty() {
            self.report.error(
                network.area,
                "the network has no layers\nhelp: < 1x28x28 -> conv(6, 5x5) -> … >",
            );
        } else if let Some(o) = outputs.iter().flatten().find(|o| self.inputs.contains(&o.value)) {
            self.report.error(
                network.area,
                format!("the input of {} is also an output", self.values[o.value].shape),
            );
        }
    }

    /// Labels that name no parameter and nothing used, unless the struct allows them, as it may where they
    /// are there for `features`. A block's label serves if it does so in one place where the block is
    /// called.
    pub(super) fn warn_of_labels(&mut self, network: &Network) {
        let allowed = allow_unused(&network.attrs);
        // Every level around a layer with tensors.
        let mut named = HashSet::new();
        for node in self.nodes.iter().filter(|n| n.layer.may_have_tensors()) {
            let mut path = node.path.as_str();
            while named.insert(path)
                && let Some((level, _)) = path.rsplit_once('.')
            {
                path = level;
            }
        }
        for label in &self.scope.labeled {
            if label.used || named.contains(label.path.as_str()) {
                self.report.no_warning(label.area);
            } else if !allowed {
                let name = label.path.rsplit('.').next().unwrap_or(&label.path);
                self.report.unused(label.area, Unused::Label, name);
            }
        }
    }
}
