//! How many floats a network's parameters are.

use crate::describe::{ALIGN, TensorSpec};
use crate::program::{InferencePlan, front};
use cnn_ir::Role;
use std::ops::Range;

/// How many floats there are.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    /// Trainable parameters, with the room before them and what a session may need after them.
    pub(super) floats: usize,
    /// Where the trainable parameters lie among these.
    pub(super) trainable: Range<usize>,
    /// Running statistics.
    pub(super) buffers: usize,
}

impl Sizes {
    pub(super) fn of(specs: &[TensorSpec], plans: &[InferencePlan]) -> Self {
        let front = front(plans);
        let trainable = front..front + end(specs, Role::Trainable).next_multiple_of(ALIGN);
        let packed = plans.iter().map(|plan| plan.packed).max().unwrap_or(0);
        let buffers = end(specs, Role::Buffer).next_multiple_of(ALIGN);
        Self { floats: trainable.end.max(packed), trainable, buffers }
    }
}

/// Where the last tensor of a role ends.
pub(super) fn end(specs: &[TensorSpec], role: Role) -> usize {
    let ends = specs.iter().filter(|s| s.role == role).map(|s| s.offset + s.len());
    ends.max().unwrap_or(0)
}
