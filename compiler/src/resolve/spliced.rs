//! What stands in the text by its type: `custom(MyLayer => 16x10x10)`, a user's own layer, and
//! `net(Backbone => 256x8x8)`, another network.

use super::{Flow, Resolver};
use crate::ast::{self, Input, Splice};
use crate::eval::Names;
use crate::exports::key;
use crate::layers::{self, Operand};
use crate::net::ValueId;
use crate::report::{Area, nearest};
use cnn_ir::Shape;
use std::collections::HashSet;
use syn::ext::IdentExt;

/// What stands in the text by its type.
pub(super) const SPLICED: [&str; 2] = ["custom", "net"];

/// A network that is being unfolded inside another.
#[derive(Clone, Debug)]
pub(super) struct Spliced {
    /// Its name as written.
    name: String,
    /// What flows into it.
    input: ValueId,
    /// Where it is named.
    area: Area,
    /// Whether its input shape has been met.
    fed: bool,
}

impl<'a> Resolver<'a> {
    pub(super) fn splice(&mut self, splice: &Splice, flow: Flow, label: Option<&str>) -> Flow {
        let name = splice.name.to_string();
        let stated = self.shape(&splice.shape);
        if !SPLICED.contains(&name.as_str()) {
            let help = nearest(&name, SPLICED)
                .map(|n| format!("\nhelp: did you mean `{n}`?"))
                .unwrap_or_default();
            self.report.error(&splice.name, format!("`{name}(Type => shape)` is not known{help}"));
            return Flow::Unknown;
        }
        if matches!(flow, Flow::Nothing) {
            self.report.error(
                splice.area,
                "a network starts with its input shape, channels x height x width",
            );
        }
        let Flow::Value(input) = flow else {
            let known = stated.filter(|_| matches!(flow, Flow::Unknown));
            return known.map_or(Flow::Unknown, |s| Flow::Value(self.value(s)));
        };
        if name == "net" {
            return self.network_splice(splice, input, stated, label);
        }
        let path = self.path(&name, label, splice.area);
        let Some(stated) = stated else { return Flow::Unknown };
        let operand = Operand { shape: self.values[input].shape, area: splice.area, last: None };
        let layer = layers::splice(&splice.ty, operand, stated);
        self.place(layer, vec![input], path, splice.area)
    }

    /// The network that a path names, and the call that it comes from.
    fn named_network(&mut self, splice: &Splice) -> Option<(&'a Input, &'a ast::Network)> {
        let Some(path) = splice.path() else {
            self.report.error(splice.type_area(), "a network is named by its path");
            return None;
        };
        let home = self.home;
        if let Some(ident) = path.get_ident()
            && let Some(network) = home.network(ident)
        {
            return Some((home, network));
        }
        let used = path.get_ident().and_then(|ident| home.used(&ident.unraw().to_string()));
        // What has not come is missing after another mistake.
        let import = home.import(used.map_or(path, |u| &u.path))?;
        let found = import.module.network(&import.name);
        if found.is_none() {
            let text = format!("`{}` is a block, not a network", key(path));
            self.report.error(splice.type_area(), text);
        }
        Some((&import.module, found?))
    }

    fn network_splice(
        &mut self,
        splice: &Splice,
        input: ValueId,
        stated: Option<Shape>,
        label: Option<&str>,
    ) -> Flow {
        let level = match label {
            Some(label) => label.to_owned(),
            None => self.position("net", splice.area),
        };
        let known = |r: &mut Self| match stated {
            Some(shape) => Flow::Value(r.value(shape)),
            None => Flow::Unknown,
        };
        let Some((module, network)) = self.named_network(splice) else {
            return known(self);
        };
        let (name, area) = (splice.path().map(key).unwrap_or_default(), splice.type_area());
        if self.unfolding.iter().any(|&n| std::ptr::eq(n, network)) {
            let area = self.within.unwrap_or(area);
            self.report.error(area, format!("`{name}` would hold itself"));
            return known(self);
        }
        let before = self.report.errors().len();
        let first = self.nodes.len();
        let path = self.scope.join(&level);
        let piece = self.begin_piece(&name, &path);
        self.scope.enter(&level, false);
        let end =
            self.unfold(module, network, Spliced { name: name.clone(), input, area, fed: false });
        self.scope.leave();
        self.end_piece(piece);
        if self.within.is_none() {
            self.place_errors(before, std::ptr::eq(module, self.root), &name, input, area);
        }
        let (Some(end), Some(stated)) = (end, stated) else {
            return known(self);
        };
        let given = self.values[end].shape;
        if given != stated {
            self.report.error(
                splice.shape.area,
                format!("`{name}` gives {given}, but the network says {stated}"),
            );
        }
        self.keep_needed(first, end);
        Flow::Value(end)
    }

    /// Shows the errors since the first `count`, which happened in a network written elsewhere, where
    /// it is named.
    fn place_errors(&mut self, count: usize, local: bool, name: &str, input: ValueId, area: Area) {
        if local {
            // They are reported where the network itself is written.
            return self.report.forget_since(count, area);
        }
        let entered = self.values[input].shape;
        self.report.move_since(count, area, &format!("in `{name}`, entered with {entered}"));
    }

    /// The layers of a network, with the names and options that it was written with; its output.
    fn unfold(
        &mut self,
        module: &'a Input,
        network: &'a ast::Network,
        spliced: Spliced,
    ) -> Option<ValueId> {
        let (name, area) = (spliced.name.clone(), spliced.area);
        let home = std::mem::replace(&mut self.home, module);
        let names: Names = std::mem::replace(&mut self.names, super::constants::of(module));
        let defaults = std::mem::take(&mut self.defaults);
        let stack = std::mem::take(&mut self.stack);
        let (accurate, instance, outer) = (self.accurate, self.instance, self.within);
        let around = self.spliced.replace(spliced);
        self.within = outer.or(Some(area));
        self.instances += 1;
        self.instance = Some(self.instances);
        self.unfolding.push(network);

        self.options(network);
        let flows: Vec<Flow> = network.chains.iter().map(|c| self.chain(c)).collect();
        let outputs = self.outputs(network, &flows);

        self.unfolding.pop();
        (self.accurate, self.instance, self.within) = (accurate, instance, outer);
        (self.home, self.names, self.defaults, self.stack) = (home, names, defaults, stack);
        self.spliced = around;
        let outputs: Vec<_> = outputs.into_iter().flatten().filter(|o| !o.train).collect();
        match outputs.as_slice() {
            [one] => Some(one.value),
            [] => None,
            several => {
                let text = format!(
                    "`{name}` has {} outputs: only networks with one can be spliced",
                    several.len()
                );
                self.report.error(area, text);
                None
            }
        }
    }

    /// The input shape of a spliced network: what flows into it must have it.
    pub(super) fn fed(&mut self, shape: Shape) -> Option<Flow> {
        let spliced = self.spliced.as_mut()?;
        let (name, input, area) = (spliced.name.clone(), spliced.input, spliced.area);
        let found = self.values[input].shape;
        if std::mem::replace(&mut spliced.fed, true) {
            let text =
                format!("`{name}` has several inputs: only networks with one can be spliced");
            self.report.error(area, text);
            return Some(Flow::Unknown);
        }
        if found == shape {
            return Some(Flow::Value(input));
        }
        self.report.error(area, format!("`{name}` takes {shape}, but its input here is {found}"));
        Some(Flow::Value(self.value(shape)))
    }

    /// Of the nodes from `first` on, those that a value depends on: a spliced network leaves out what
    /// leads to outputs of training only.
    fn keep_needed(&mut self, first: usize, value: ValueId) {
        let mut needed = vec![false; self.values.len()];
        needed[value] = true;
        for node in self.nodes[first..].iter().rev() {
            // A pool stays where only the places of its maxima are read.
            needed[node.output] |= node.indices.is_some_and(|v| needed[v]);
            if needed[node.output] {
                node.inputs.iter().for_each(|&v| needed[v] = true);
            }
        }
        // Where each node from `first` on will be.
        let mut places = vec![first];
        for node in &self.nodes[first..] {
            places.push(places[places.len() - 1] + usize::from(needed[node.output]));
        }
        for piece in &mut self.pieces {
            for end in [&mut piece.nodes.start, &mut piece.nodes.end] {
                *end = if *end >= first { places[*end - first] } else { *end };
            }
        }
        let inside = self.nodes.split_off(first);
        let (kept, dropped): (Vec<_>, Vec<_>) =
            inside.into_iter().partition(|node| needed[node.output]);
        self.nodes.extend(kept);
        let dropped: HashSet<ValueId> = dropped.iter().map(|node| node.output).collect();
        if !dropped.is_empty() {
            for label in &mut self.scope.labeled {
                label.value = label.value.filter(|v| !dropped.contains(v));
            }
        }
    }
}
