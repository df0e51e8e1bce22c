//! What concerns a network as a whole: its options, its outputs, what nothing uses.

use super::{Flow, Resolver};
use crate::ast::{Arg, Expr, Network, Value as AstValue};
use crate::net;
use crate::report::nearest;

impl Resolver<'_> {
    /// `with exact, accurate, bias=false`.
    pub(super) fn options(&mut self, network: &Network) {
        const WORDS: [&str; 5] = ["exact", "floor", "ceil", "accurate", "bias"];
        for option in &network.options {
            let word = match (&option.name, &option.value) {
                (None, AstValue::Expr(Expr::Name(word))) => word,
                (Some(name), _) => name,
                _ => {
                    self.report
                        .error(option.area, "an option of a network is a word or `name=value`");
                    continue;
                }
            };
            match (word.to_string().as_str(), &option.name) {
                ("exact" | "floor" | "ceil", None) => {
                    let name = Some(proc_macro2::Ident::new("round", word.span()));
                    self.defaults.push(Arg {
                        name,
                        value: option.value.clone(),
                        area: option.area,
                    });
                }
                ("accurate", None) => self.accurate = true,
                ("bias", Some(_)) => match &option.value {
                    AstValue::Expr(Expr::Name(flag)) if flag == "true" || flag == "false" => {
                        self.defaults.push(option.clone());
                    }
                    _ => self.report.error(option.value.area(), "`bias` is true or false"),
                },
                (found, _) => {
                    let help = nearest(found, WORDS).map_or_else(
                        || format!("it takes {}", WORDS.join(", ")),
                        |w| format!("did you mean `{w}`?"),
                    );
                    self.report.error(
                        option.area,
                        format!("a network has no option `{found}`\nhelp: {help}"),
                    );
                }
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
                    let help = nearest(&name, visible.iter().map(String::as_str))
                        .map(|n| format!("\nhelp: did you mean `{n}`?"))
                        .unwrap_or_default();
                    self.report
                        .error(&output.name, format!("no chain or label is called `{name}`{help}"));
                    None
                }
            };
            outputs.push(value.map(|value| net::Output { value, train: output.train }));
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

    /// Labels that name no parameter and nothing used.
    pub(super) fn warn_of_labels(&mut self) {
        for label in &self.scope.labelled {
            let below = format!("{}.", label.path);
            let named = self.nodes.iter().any(|n| {
                !n.layer.params.is_empty() && (n.path == label.path || n.path.starts_with(&below))
            });
            if !named && !label.used {
                self.report.warning(
                    label.area,
                    format!(
                        "the label `{}` names neither a parameter nor anything used",
                        label.path
                    ),
                );
            }
        }
    }
}
