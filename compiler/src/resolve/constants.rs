//! `let classes = 10;`: numbers with names, for all networks and blocks of a call.

use crate::args::Kind;
use crate::ast::Input;
use crate::eval::{self, Names};
use crate::init::{INIT, SCALE_INIT};
use crate::layers::LAYERS;
use crate::padding;
use crate::report::Report;
use std::collections::HashSet;

/// Checks the names and values of all.
pub(super) fn check(input: &Input, report: &mut Report) {
    let mut taken = HashSet::new();
    let mut names = Names::default();
    for constant in &input.lets {
        let name = constant.name.to_string();
        if let Some(text) = eval::reserved(&constant.name) {
            report.error(&constant.name, text);
        } else if is_word(&name) {
            let text = format!("`{name}` is a word of the language; the number needs another name");
            report.error(&constant.name, text);
        } else if !taken.insert(name.clone()) {
            report.error(&constant.name, format!("`let` gives two values to `{name}`"));
        }
        match eval::eval(&constant.value, &names) {
            Ok(value) => names.set(name, value),
            Err(message) => report.error(message.area, message.text),
        }
    }
}

/// Their values, without those after a mistake.
pub(super) fn of(input: &Input) -> Names {
    let mut names = Names::default();
    for constant in &input.lets {
        if let Ok(value) = eval::eval(&constant.value, &names) {
            names.set(constant.name.to_string(), value);
        }
    }
    names
}

/// Whether a word means something as the value of an argument.
fn is_word(name: &str) -> bool {
    let specs = LAYERS.iter().flat_map(|r| r.args).chain([&INIT, &SCALE_INIT]);
    let words = specs.flat_map(|s| match s.kind {
        Kind::Word(words) | Kind::Init(words) | Kind::RealOr(_, _, words) => words,
        _ => &[],
    });
    words.chain(&padding::WORDS).chain(&["true", "false"]).any(|w| *w == name)
}
