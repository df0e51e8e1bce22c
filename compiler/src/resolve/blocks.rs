//! Blocks: their calls, their arguments, and the path level that a call opens.

use super::{Flow, MOST_NESTED, Resolver};
use crate::ast::{Block, Call, Input, Value as AstValue};
use crate::eval::{self, Names};
use crate::layers;
use crate::report::{Message, Report};
use cnn_ir::Shape;
use std::collections::HashSet;

/// Checks names and parameters of all blocks.
pub(super) fn check(input: &Input, report: &mut Report) {
    let mut names = HashSet::new();
    for used in &input.uses {
        let name = used.name.to_string();
        if layers::find(&name).is_some() {
            let text = format!("`{name}` is a layer\nhelp: `use … as` gives it another name");
            report.error(&used.name, text);
        } else if !names.insert(name.clone()) {
            report.error(&used.name, format!("`use` names two of the name `{name}`"));
        }
    }
    names.clear();
    for block in &input.blocks {
        let name = block.name.to_string();
        if layers::find(&name).is_some() {
            report.error(&block.name, format!("`{name}` is a layer; the block needs another name"));
        } else if !names.insert(name.clone()) {
            report.error(&block.name, format!("there are two blocks called `{name}`"));
        }
        let mut params = HashSet::new();
        if input.used(&name).is_some() {
            report.error(&block.name, format!("`use` names another `{name}`"));
        }
        for p in &block.params {
            let param = p.name.to_string();
            if let Some(text) = eval::reserved(&p.name) {
                report.error(&p.name, text);
            } else if !params.insert(param.clone()) {
                report.error(&p.name, format!("there are two parameters called `{param}`"));
            }
        }
    }
}

impl<'a> Resolver<'a> {
    /// The block of that name, and the call that it comes from.
    pub(super) fn block(&self, name: &str) -> Option<(&'a Input, &'a Block)> {
        let home = self.home;
        if let Some(block) = home.block(name) {
            return Some((home, block));
        }
        let import = home.import(&home.used(name)?.path)?;
        Some((&import.module, import.module.block(&import.name.to_string())?))
    }

    pub(super) fn block_call(&mut self, call: &Call, flow: Flow, label: Option<&str>) -> Flow {
        let name = call.name.to_string();
        let (module, block) = self.block(&name).expect("looked up by the caller");
        if std::ptr::eq(self.home, self.root) {
            self.called.insert(name.clone());
        }
        if self.stack.iter().any(|&b| std::ptr::eq(b, block)) {
            let mut round: Vec<String> = self.stack.iter().map(|b| b.name.to_string()).collect();
            round.push(name);
            self.report
                .error(call.area, format!("a block can't call itself: {}", round.join(" calls ")));
            return Flow::Unknown;
        }
        if self.stack.len() >= MOST_NESTED {
            let text = format!(
                "more than {MOST_NESTED} blocks call one another here, the most there may be"
            );
            self.report.error(self.within.unwrap_or(call.area), text);
            self.total.overflow = true;
            return Flow::Unknown;
        }
        let shape = flow.value().map(|v| self.values[v].shape);
        let Some(names) = self.block_names(module, block, call, shape) else {
            return Flow::Unknown;
        };
        if matches!(flow, Flow::Nothing) {
            self.report.error(
                call.area,
                "a network starts with its input shape, channels x height x width",
            );
        }
        match (block.inline, label) {
            (true, None) => self.scope.enter_inline(),
            (_, Some(label)) => self.scope.enter(label, false),
            (false, None) => {
                let position = self.position(&name, call.area);
                self.scope.enter(&position, false);
            }
        }
        let path = if block.inline && label.is_none() { "" } else { self.scope.path() }.to_owned();
        let piece = self.begin_piece(&name, &path);
        let before = self.report.errors().len();
        let outer_names = std::mem::replace(&mut self.names, names);
        let outer_instance = self.instance;
        self.instances += 1;
        self.instance = Some(self.instances);
        let (home, within) = (std::mem::replace(&mut self.home, module), self.within);
        let foreign = !std::ptr::eq(home, module);
        if foreign {
            self.within = within.or(Some(call.area));
        }
        self.stack.push(block);
        let entered = if matches!(flow, Flow::Nothing) { Flow::Unknown } else { flow };
        let end = self.units(&block.body, entered, Some(entered));
        self.stack.pop();
        self.end_piece(piece);
        (self.home, self.within) = (home, within);
        self.instance = outer_instance;
        self.names = outer_names;
        if block.inline && label.is_none() {
            self.scope.leave_inline();
        } else {
            self.scope.leave();
        }
        if let Some(shape) = shape {
            let context = format!("in the block call `{}`, entered with {shape}", self.spell(call));
            match foreign && within.is_none() {
                true => self.report.move_since(before, call.area, &context),
                false => self.report.explain_since(before, &context),
            }
        }
        end
    }

    /// The names that a block's body may use.
    pub(super) fn block_names(
        &mut self,
        module: &Input,
        block: &Block,
        call: &Call,
        shape: Option<Shape>,
    ) -> Option<Names> {
        let mut names = super::constants::of(module);
        names.shapeless = shape.is_none();
        if let Some(shape) = shape {
            names.set("C", shape.channels() as i128);
            if let Shape::Volume { height, width, .. } = shape {
                names.set("H", height as i128);
                names.set("W", width as i128);
            }
        }
        let before = self.report.errors().len();
        let given = call.args.as_deref().unwrap_or_default();
        let mut values: Vec<Option<i128>> = vec![None; block.params.len()];
        let list = || {
            let params: Vec<String> = block.params.iter().map(|p| p.name.to_string()).collect();
            format!("{}({})", block.name, params.join(", "))
        };
        for (i, arg) in given.iter().enumerate() {
            let place = match &arg.name {
                None => (i < block.params.len()).then_some(i),
                Some(name) => block.params.iter().position(|p| p.name == *name),
            };
            let Some(place) = place else {
                let text = match &arg.name {
                    Some(name) => {
                        format!("the block `{}` has no parameter `{name}`: {}", block.name, list())
                    }
                    None => format!("this argument is one too many: {}", list()),
                };
                self.report.error(arg.area, text);
                continue;
            };
            if values[place].is_some() {
                self.report
                    .error(arg.area, format!("`{}` is given twice", block.params[place].name));
            }
            let value = match &arg.value {
                AstValue::Expr(e) => eval::int(e, &self.names),
                other => Err(Message {
                    area: other.area(),
                    text: "a block's arguments are single whole numbers".to_owned(),
                }),
            };
            match value {
                Ok(n) => values[place] = Some(n),
                Err(message) => {
                    self.say(message);
                    values[place] = Some(1);
                }
            }
        }
        for (param, value) in block.params.iter().zip(values) {
            let value = match (value, &param.default) {
                (Some(n), _) => n,
                (None, Some(default)) => match eval::int(default, &names) {
                    Ok(n) => n,
                    Err(message) => {
                        self.say(message);
                        continue;
                    }
                },
                (None, None) => {
                    self.report.error(
                        call.area,
                        format!(
                            "the block `{}` lacks its argument `{}`: {}",
                            block.name,
                            param.name,
                            list()
                        ),
                    );
                    continue;
                }
            };
            names.set(param.name.to_string(), value);
        }
        (self.report.errors().len() == before).then_some(names)
    }

    /// A block call as text, for messages.
    pub(super) fn spell(&self, call: &Call) -> String {
        let args: Vec<String> = call
            .args
            .iter()
            .flatten()
            .filter_map(|a| match &a.value {
                AstValue::Expr(e) => {
                    let value = eval::int(e, &self.names).ok()?;
                    Some(
                        a.name
                            .as_ref()
                            .map_or_else(|| value.to_string(), |n| format!("{n}={value}")),
                    )
                }
                AstValue::Sizes(_)
                | AstValue::Call(_)
                | AstValue::Lists(_)
                | AstValue::Text(..) => None,
            })
            .collect();
        if args.is_empty() {
            call.name.to_string()
        } else {
            format!("{}({})", call.name, args.join(", "))
        }
    }
}
