//! Units: labels, repetitions, conditions, shapes; what a layer is comes in `layers`.

use super::{Flow, MOST_ERRORS, MOST_LAYERS, MOST_UNITS, Resolver};
use crate::ast::{Chain, Expr, For, Label, Node, Piece, Sizes, Unit};
use crate::effort;
use crate::eval;
use crate::layers;
use crate::limits::MOST_ELEMENTS;
use crate::report::Area;
use crate::scope::Holder;
use cnn_ir::Shape;

impl Resolver<'_> {
    pub(super) fn chain(&mut self, chain: &Chain) -> Flow {
        let Some(label) = &chain.label else {
            return self.units(&chain.units, Flow::Nothing, None);
        };
        let Some(name) = self.label_text(label) else {
            return self.units(&chain.units, Flow::Nothing, None);
        };
        self.scope.enter(&name, true);
        let path = self.scope.path().to_owned();
        let piece = self.begin_piece(&name, &path);
        let flow = self.units(&chain.units, Flow::Nothing, None);
        self.end_piece(piece);
        self.scope.leave();
        self.give_label(&name, "chain".to_owned(), label, flow);
        flow
    }

    /// Units in order. `unchanged` is what `_` stands for at the head of a branch or a block.
    pub(super) fn units(
        &mut self,
        units: &[Unit],
        mut flow: Flow,
        unchanged: Option<Flow>,
    ) -> Flow {
        for (i, unit) in units.iter().enumerate() {
            let head = i == 0;
            flow = self.unit(unit, flow, if head { unchanged } else { None }, head);
        }
        flow
    }

    pub(super) fn unit(
        &mut self,
        unit: &Unit,
        flow: Flow,
        unchanged: Option<Flow>,
        head: bool,
    ) -> Flow {
        if self.exhausted(unit.area) {
            return Flow::Unknown;
        }
        let times = match &unit.repeat {
            None => 1,
            Some(times) => match eval::size(times, &self.names, "the number of copies", 0) {
                Ok(n) => n,
                Err(message) => {
                    self.say(message);
                    1
                }
            },
        };
        let name = unit.label.as_ref().and_then(|l| self.label_text(l));
        let repeated = unit.repeat.is_some();
        let repeat = unit.repeat.as_ref().map_or(unit.area, Expr::area);
        let Some((name, label)) = name.zip(unit.label.as_ref()) else {
            return self.copies(&unit.node, times, repeated, flow, unchanged, head, repeat);
        };
        if matches!(unit.node, Node::Shape(_) | Node::Unchanged(_)) {
            self.report.error(label.area, "only a layer, a block or a group can be labeled here");
        }
        // A labeled unit stands in its place of the sequence too, though its path is the label.
        let _ = self.scope.position();
        // A single labeled layer is its own level; everything else counts inside the label.
        let flow = match &unit.node {
            Node::Call(call) if !repeated && self.layer_of(call).is_some() => {
                let record = self.layer_of(call).expect("looked up just now");
                self.layer_call(record, call, flow, Some(&name))
            }
            Node::Splice(splice) if !repeated => self.splice(splice, flow, Some(&name)),
            Node::Call(call) if !repeated && self.block(&call.name.to_string()).is_some() => {
                self.block_call(call, flow, Some(&name))
            }
            node => {
                self.scope.enter(&name, true);
                let path = self.scope.path().to_owned();
                let piece = self.begin_piece(&name, &path);
                let flow = self.copies(node, times, repeated, flow, unchanged, head, repeat);
                self.end_piece(piece);
                self.scope.leave();
                flow
            }
        };
        self.give_label(&name, kind(&unit.node), label, flow);
        flow
    }

    /// Counts a unit, and says whether there have been too many.
    fn exhausted(&mut self, area: Area) -> bool {
        effort::spend(1);
        self.total.units += 1;
        if self.total.units > MOST_UNITS {
            self.too_many(area);
        }
        // After that number of mistakes, nobody reads more.
        self.total.overflow |= self.report.errors().len() >= MOST_ERRORS;
        self.total.overflow
    }

    /// Reports that there are too many layers: at the repetition that is the largest of those being
    /// unfolded, or, without one, where it was noticed.
    pub(super) fn too_many(&mut self, area: Area) {
        if std::mem::replace(&mut self.total.overflow, true) {
            return;
        }
        let largest = self.repeats.iter().max_by_key(|(times, _)| *times).copied();
        let (which, area) = match (largest, self.within) {
            (Some((times, repeat)), None) => (format!("with {times} copies here, "), repeat),
            (_, within) => (String::new(), within.unwrap_or(area)),
        };
        let text = format!(
            "{which}the networks of this call unfold to more than {MOST_LAYERS} layers, the most there may be"
        );
        self.report.error(area, text);
    }

    /// Begins a repetition; false where its copies can't be but too many, which is then reported.
    fn begin_repeat(&mut self, times: usize, least: usize, area: Area) -> bool {
        self.repeats.push((times, area));
        let layers = self.total.layers.saturating_add(times.saturating_mul(least));
        let units = self.total.units.saturating_add(times);
        if layers > MOST_LAYERS || units > MOST_UNITS {
            self.too_many(area);
        }
        !self.total.overflow
    }

    #[allow(clippy::too_many_arguments)] // what a unit is, and where it stands
    pub(super) fn copies(
        &mut self,
        node: &Node,
        times: usize,
        repeated: bool,
        flow: Flow,
        unchanged: Option<Flow>,
        head: bool,
        area: Area,
    ) -> Flow {
        let mut flow = flow;
        let outer = self.instance;
        if repeated && !self.begin_repeat(times, least_of_node(node), area) {
            self.repeats.pop();
            return Flow::Unknown;
        }
        for copy in 0..times {
            if repeated {
                self.instances += 1;
                self.instance = Some(self.instances);
            }
            let piece = repeated.then(|| self.begin_piece("", ""));
            flow =
                self.node(node, flow, if copy == 0 { unchanged } else { None }, head && copy == 0);
            if let Some(piece) = piece {
                self.end_piece(piece);
            }
            if repeated && self.exhausted(area) {
                break;
            }
        }
        if repeated {
            self.repeats.pop();
        }
        self.instance = outer;
        flow
    }

    /// Gives a unit its label, which is its path.
    fn give_label(&mut self, name: &str, what: String, label: &Label, flow: Flow) {
        let area = label.area;
        let path = self.scope.join(name);
        match self.scope.take(name, Holder { what: what.clone(), labeled: true }) {
            Ok(()) => {
                self.scope.label(name, flow.value(), area);
                if self.within.is_some() || label.kept {
                    self.scope.use_last();
                }
            }
            Err(first) if first.labeled => self.report.error(
                area,
                format!("the label `{path}` is given twice\nhelp: in a repetition a `block` or `{{ {name}{{i}}: … for i in 0..n }}` gives each copy a label of its own"),
            ),
            Err(first) => self.report.error(
                area,
                format!("two units have the path `{path}`: an earlier {} by its position, this {what} by its label\nhelp: a label that is no number, or the number of its own position", first.what),
            ),
        }
    }

    /// The next position in the current level, which is the path of a unit without a label.
    pub(super) fn position(&mut self, what: &str, area: Area) -> String {
        let position = self.scope.position();
        let holder = Holder { what: what.to_owned(), labeled: false };
        if let Err(first) = self.scope.take(&position, holder) {
            let path = self.scope.join(&position);
            self.report.error(
                area,
                format!("two units have the path `{path}`: an earlier {} by its label, this {what} by its position\nhelp: another label there, or a label here", first.what),
            );
        }
        position
    }

    pub(super) fn label_text(&mut self, label: &Label) -> Option<String> {
        let mut text = String::new();
        for piece in &label.pieces {
            match piece {
                Piece::Text(t) => text.push_str(t),
                Piece::Number(e) => match eval::size(e, &self.names, "the number in a label", 0) {
                    Ok(n) => text.push_str(&n.to_string()),
                    Err(message) => {
                        self.say(message);
                        return None;
                    }
                },
            }
        }
        Some(text)
    }

    pub(super) fn node(
        &mut self,
        node: &Node,
        flow: Flow,
        unchanged: Option<Flow>,
        head: bool,
    ) -> Flow {
        match node {
            Node::Shape(sizes) => self.source(sizes, flow, head),
            Node::Call(call) => self.call(call, flow, head),
            Node::Join(join) => self.join(join, flow),
            Node::Splice(splice) => self.splice(splice, flow, None),
            Node::Unchanged(area) => self.unchanged(*area, unchanged, flow),
            Node::Group(units) => self.units(units, flow, unchanged),
            Node::For(repetition) => self.repetition(repetition, flow),
            Node::If(arms) => self.choice(arms, flow, unchanged),
            Node::Broken => Flow::Unknown,
        }
    }

    /// `_`, which needs a branch whose input it can be.
    pub(super) fn unchanged(&mut self, area: Area, unchanged: Option<Flow>, flow: Flow) -> Flow {
        unchanged.unwrap_or_else(|| {
            self.report.error(
                area,
                "`_` is the unchanged input at the head of a branch or a block: add(_ | …)",
            );
            flow
        })
    }

    /// An input shape.
    pub(super) fn source(&mut self, sizes: &Sizes, flow: Flow, head: bool) -> Flow {
        let in_block = !self.stack.is_empty();
        if !head || in_block || !matches!(flow, Flow::Nothing) {
            self.report
                .error(sizes.area, "a shape stands only at the start of a network, as its input");
            return flow;
        }
        match self.shape(sizes) {
            Some(shape) => {
                if let Some(flow) = self.fed(shape) {
                    return flow;
                }
                let value = self.value(shape);
                self.inputs.push(value);
                Flow::Value(value)
            }
            None => Flow::Unknown,
        }
    }

    pub(super) fn shape(&mut self, sizes: &Sizes) -> Option<Shape> {
        let mut numbers = Vec::new();
        for (part, what) in sizes.parts.iter().zip([
            "the number of channels",
            "the height",
            "the width",
            "the size",
        ]) {
            match eval::size(part, &self.names, what, 1) {
                Ok(n) => numbers.push(n),
                Err(message) => {
                    self.say(message);
                    return None;
                }
            }
        }
        let shape = match numbers.as_slice() {
            [n] => Shape::Vector(*n),
            [c, h, w] => {
                // Channels last is what image libraries and TensorFlow write.
                if sizes.crossed && c == h && *c > 4 && [1, 3, 4].contains(w) {
                    self.report.error(
                        sizes.area,
                        format!(
                            "{c}x{h}x{w} reads as {c} channels of {h}x{w}: a shape is channels x height x width\nhelp: {w} channel{} of {c}x{h} {} written {w}x{c}x{h}; if {c} channels are meant, write ({c}, {h}, {w})",
                            if *w == 1 { "" } else { "s" },
                            if *w == 1 { "is" } else { "are" },
                        ),
                    );
                    return Some(Shape::volume(*w, *c, *h));
                }
                Shape::volume(*c, *h, *w)
            }
            [h, w] => {
                self.report.error(
                    sizes.area,
                    format!("a shape is channels x height x width, or one number for a vector\nhelp: one channel of {h}x{w} is written 1x{h}x{w}"),
                );
                return Some(Shape::volume(1, *h, *w));
            }
            _ => {
                self.report.error(
                    sizes.area,
                    format!("a shape is channels x height x width, or one number for a vector, but {} sizes are given", sizes.parts.len()),
                );
                return None;
            }
        };
        if shape.checked_len().is_none_or(|n| n > MOST_ELEMENTS) {
            self.report
                .error(sizes.area, format!("{shape} has more than {MOST_ELEMENTS} elements"));
            return None;
        }
        Some(shape)
    }

    pub(super) fn repetition(&mut self, repetition: &For, mut flow: Flow) -> Flow {
        if let Some(text) = eval::reserved(&repetition.var) {
            self.report.error(&repetition.var, text);
            return Flow::Unknown;
        }
        let bounds = eval::int(&repetition.from, &self.names)
            .and_then(|from| Ok((from, eval::int(&repetition.to, &self.names)?)));
        let (from, to) = match bounds {
            Ok(bounds) => bounds,
            Err(message) => {
                self.say(message);
                return Flow::Unknown;
            }
        };
        let end = if repetition.inclusive { to + 1 } else { to };
        if end <= from {
            self.report.error(
                repetition.from.area().to(repetition.to.area()),
                "this range holds no number",
            );
            return flow;
        }
        let (known, outer) = (self.names.mark(), self.instance);
        let (times, area) =
            ((end - from) as usize, repetition.from.area().to(repetition.to.area()));
        let least = repetition.body.iter().map(least_of_unit).fold(0, usize::saturating_add);
        if !self.begin_repeat(times, least, area) {
            self.repeats.pop();
            return Flow::Unknown;
        }
        for i in from..end {
            self.names.set(repetition.var.to_string(), i);
            self.instances += 1;
            self.instance = Some(self.instances);
            let piece = self.begin_piece("", "");
            flow = self.units(&repetition.body, flow, None);
            self.end_piece(piece);
            self.names.return_to(known);
            if self.exhausted(area) {
                break;
            }
        }
        self.repeats.pop();
        self.instance = outer;
        flow
    }

    pub(super) fn choice(
        &mut self,
        arms: &[(Option<Expr>, Vec<Unit>)],
        flow: Flow,
        unchanged: Option<Flow>,
    ) -> Flow {
        for (condition, body) in arms {
            let taken = match condition {
                None => true,
                Some(condition) => match eval::truth(condition, &self.names) {
                    Ok(truth) => truth,
                    Err(message) => {
                        self.say(message);
                        return Flow::Unknown;
                    }
                },
            };
            if taken {
                return self.units(body, flow, unchanged);
            }
        }
        flow
    }
}

/// What a unit is called in a message.
fn kind(node: &Node) -> String {
    match node {
        Node::Call(call) => call.name.to_string(),
        Node::Splice(splice) => splice.name.to_string(),
        Node::Join(join) => join.name.to_string(),
        _ => "group".to_owned(),
    }
}

/// Layers that a unit unfolds to at least, whatever flows in: those that are sure to come of its text.
fn least_of_unit(unit: &Unit) -> usize {
    let times = match &unit.repeat {
        None => 1,
        Some(Expr::Int(n, _)) => usize::try_from(*n).unwrap_or(0),
        Some(_) => 0,
    };
    if times == 0 { 0 } else { times.saturating_mul(least_of_node(&unit.node)) }
}

fn least_of_node(node: &Node) -> usize {
    let sum = |units: &[Unit]| units.iter().map(least_of_unit).fold(0, usize::saturating_add);
    match node {
        Node::Call(call) => usize::from(layers::find(&call.name.to_string()).is_some()),
        Node::Splice(splice) => usize::from(splice.name == "custom"),
        Node::Group(units) => sum(units),
        Node::For(f) => match (&f.from, &f.to) {
            (Expr::Int(from, _), Expr::Int(to, _)) => {
                usize::try_from(to - from).unwrap_or(0).saturating_mul(sum(&f.body))
            }
            _ => 0,
        },
        Node::If(arms) if arms.last().is_some_and(|(condition, _)| condition.is_none()) => {
            arms.iter().map(|(_, body)| sum(body)).min().unwrap_or(0)
        }
        Node::Join(join) => join.branches.iter().map(|b| sum(b)).fold(1, usize::saturating_add),
        Node::If(_) | Node::Shape(_) | Node::Unchanged(_) | Node::Broken => 0,
    }
}
