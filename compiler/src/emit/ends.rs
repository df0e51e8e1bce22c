//! Where a backward pass ends if not all parameters are trained.

use crate::plan::{Action, Step};

/// Where a backward pass may end, since no step from there on has the gradient of a parameter that is trained.
pub(super) struct Ends {
    /// For each step, the last layer with parameters from there on.
    last: std::vec::IntoIter<Option<usize>>,
    /// What the check before said.
    known: Option<usize>,
}

impl Ends {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut last = Vec::with_capacity(steps.len());
        let mut layer = None;
        for step in steps.iter().rev() {
            if let Action::Backward(b) = &step.action
                && (!b.params.is_empty() || b.kernel.own().is_some())
            {
                layer = layer.max(b.layer);
            }
            last.push(layer);
        }
        last.reverse();
        // Before the first step, there is nothing to know.
        let known = last.first().copied().flatten();
        Self { last: last.into_iter(), known }
    }

    /// The check before the next step, if there is anything new to say.
    pub(super) fn next(&mut self) -> String {
        match self.last.next().flatten() {
            Some(last) if self.known != Some(last) => {
                self.known = Some(last);
                format!("if t.first > {last} {{ return; }}")
            }
            _ => String::new(),
        }
    }
}
