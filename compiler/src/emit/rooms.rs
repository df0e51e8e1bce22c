//! The scratch of a plan's steps, as constant expressions.

use super::steps::{Items, room};
use crate::plan::{Action, Epilogue, Plan, Step};
use std::collections::HashMap;

/// Where the scratch of a pass's steps lies, and how much each needs, as constant expressions; and for each
/// step, which of them is its own.
#[derive(Default)]
pub(super) struct Rooms {
    pub(super) rooms: Vec<String>,
    pub(super) of: Vec<Option<usize>>,
    seen: HashMap<String, usize>,
}

impl Rooms {
    /// Adds those of some steps.
    pub(super) fn add(&mut self, items: &mut Items, steps: &[Step]) {
        for step in steps {
            let (kernel, backward) = match &step.action {
                Action::Forward(f) if f.kernel.scratch.forward => {
                    (items.kernel(&f.kernel, f.epilogue), false)
                }
                Action::Bands(bands) => (items.bands(bands), false),
                Action::Backward(b) if b.kernel.scratch.backward => {
                    (items.kernel(&b.kernel, Epilogue::default()), true)
                }
                _ => {
                    self.of.push(None);
                    continue;
                }
            };
            let room = format!("({}, {}{})", step.end, kernel.name, room(backward));
            let next = self.rooms.len();
            let index = *self.seen.entry(room).or_insert_with_key(|room| {
                self.rooms.push(room.clone());
                next
            });
            self.of.push(Some(index));
        }
    }
}

/// For each forward step of a plan, then for each backward step, its place in the plan's list of rooms, if
/// it needs scratch.
pub fn room_numbers(plan: &Plan) -> Vec<Option<usize>> {
    let (mut items, mut rooms) = (Items::default(), Rooms::default());
    rooms.add(&mut items, &plan.forward);
    rooms.add(&mut items, &plan.backward);
    rooms.of
}
