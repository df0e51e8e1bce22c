//! Chains in groups → units as they are written, and the tensors that these have.

use super::Source;
use super::levels::Leveled;
use super::repeat;
use super::spell::{Hoisted, spell};
use super::tree::{Chain, Head, Unit};
use super::written::{Node, Written, chain, height};
use crate::import::Network;
use crate::recipe::Step;
use cnn_ir::Source as Value;
use std::collections::HashSet;

struct Writer<'a> {
    network: &'a Network,
    leveled: &'a Leveled,
    hoisted: Hoisted,
    tensors: Vec<(String, Vec<Step>)>,
}

pub(super) fn text(network: &Network, leveled: Leveled, blocks: bool) -> Source {
    let hoisted = Hoisted::of(network.layers.iter().map(|l| &l.op));
    let options = hoisted.options();
    let mut writer = Writer { network, leveled: &leveled, hoisted, tensors: Vec::new() };
    let mut chains = writer.chains();
    let tensors = std::mem::take(&mut writer.tensors);
    let blocks = if blocks { repeat::blocks(&mut chains) } else { String::new() };
    let mut parts: Vec<String> =
        chains.iter().map(|units| format!("    {}", chain(units, 4))).collect();
    if !leveled.outputs.is_empty() {
        parts.push(format!("    => {}", leveled.outputs.join(", ")));
    }
    let mut body = String::new();
    let outputs = usize::from(!leveled.outputs.is_empty());
    let last = parts.len() - 1;
    for (i, part) in parts.into_iter().enumerate() {
        body.push_str(&part);
        if i < last {
            body.push_str(if i + 1 == last && outputs == 1 { "\n" } else { ";\n" });
        }
    }
    Source { blocks, body, options, tensors }
}

impl Writer<'_> {
    fn chains(&mut self) -> Vec<Vec<Written>> {
        let mut chains = Vec::new();
        for (name, (_, shape)) in self.leveled.inputs.iter().zip(&self.network.inputs) {
            chains.push(vec![Written {
                label: Some(name.clone()),
                ..Written::head(shape.to_string())
            }]);
        }
        // Positions count on from chain to chain.
        let mut position = 0;
        let labels: HashSet<String> =
            self.leveled.chains.iter().flat_map(|chain| self.labels(&chain.units)).collect();
        let outputs = self.leveled.outputs.len();
        for (i, chain) in self.leveled.chains.iter().enumerate() {
            let mut units = self.chain(chain, &mut Vec::new(), &mut position, &labels);
            // The outputs' chains come last, though others may come between them.
            if let Some(name) = self.output_of(i).filter(|_| outputs > 0) {
                units.push(Written { label: Some(name), ..Written::text("identity") });
                position += 1;
            }
            chains.push(units);
        }
        chains
    }

    /// The output that a chain gives, where there are several.
    fn output_of(&self, chain: usize) -> Option<String> {
        let wanted = &self.leveled.output_chains;
        let at = wanted.iter().position(|&c| c == chain)?;
        self.leveled.outputs.get(at).cloned()
    }

    /// The labels of a level.
    fn labels(&self, units: &[Unit]) -> HashSet<String> {
        let mut found = HashSet::new();
        for unit in units {
            match unit {
                Unit::Layer(layer) => {
                    found.extend(self.leveled.labels.get(layer).cloned());
                }
                Unit::Group(word, _) => {
                    found.insert(word.clone());
                }
                Unit::Join(_, branches) => {
                    found.extend(branches.iter().flat_map(|b| self.labels(&b.units)));
                }
            }
        }
        found
    }

    fn chain(
        &mut self,
        chain: &Chain,
        level: &mut Vec<String>,
        position: &mut usize,
        labels: &HashSet<String>,
    ) -> Vec<Written> {
        let mut units = match chain.head {
            Head::Nothing => Vec::new(),
            Head::Flow if chain.units.is_empty() => vec![Written::head("_")],
            Head::Flow => Vec::new(),
            Head::Label(Value::Input(i)) if self.leveled.inputs.is_empty() => {
                vec![Written::head(self.network.inputs[i].1.to_string())]
            }
            Head::Label(source) => vec![Written::head(self.leveled.names[&source].clone())],
        };
        units.extend(self.units(&chain.units, level, position, labels));
        units
    }

    fn units(
        &mut self,
        units: &[Unit],
        level: &mut Vec<String>,
        position: &mut usize,
        labels: &HashSet<String>,
    ) -> Vec<Written> {
        let mut written = Vec::new();
        for unit in units {
            written.push(match unit {
                Unit::Layer(layer) => self.layer(*layer, level, position, labels),
                Unit::Join(layer, branches) => {
                    let branches =
                        branches.iter().map(|b| self.chain(b, level, position, labels)).collect();
                    let keyword = self.network.layers[*layer].op.keyword();
                    Written { label: None, node: Node::Join(keyword, branches), times: 1 }
                }
                Unit::Group(word, body) => {
                    *position += 1;
                    let inner = self.labels(body);
                    level.push(word.clone());
                    let body = self.units(body, level, &mut 0, &inner);
                    level.pop();
                    let height = height(&body);
                    Written { label: Some(word.clone()), node: Node::Group(body, height), times: 1 }
                }
            });
            let end = unit.end();
            if let Some((at, name)) = self.leveled.aliases.get(&end)
                && at == level
            {
                *position += 1;
                written.push(Written { label: Some(name.clone()), ..Written::text("identity") });
            }
        }
        written
    }

    fn layer(
        &mut self,
        layer: usize,
        level: &[String],
        position: &mut usize,
        labels: &HashSet<String>,
    ) -> Written {
        let node = &self.network.layers[layer];
        let here = *position;
        *position += 1;
        let pool = node.inputs.get(1).and_then(|pool| self.leveled.names.get(pool));
        let text = spell(&node.op, &self.hoisted, pool.map_or("", String::as_str));
        let mut label = self.leveled.labels.get(&layer).cloned();
        // A label that is a number holds that place: what stands there without one gets another.
        if label.is_none() && labels.contains(&here.to_string()) {
            let word = format!("{}_{here}", node.op.keyword());
            let taken = labels.contains(&word);
            label = Some(if taken { format!("{word}_{layer}") } else { word });
        }
        let name = label.clone().unwrap_or_else(|| here.to_string());
        for (suffix, steps) in &node.tensors {
            let path: Vec<&str> =
                level.iter().map(String::as_str).chain([name.as_str()]).chain([*suffix]).collect();
            let path =
                path.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
            self.tensors.push((path, steps.clone()));
        }
        // A number is its position's own.
        let own = label.as_deref() == Some(here.to_string().as_str());
        Written { label: label.filter(|_| !own), ..Written::text(text) }
    }
}
