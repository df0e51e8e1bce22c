//! Layers of several inputs.

pub(super) mod add;
mod broadcast;
pub(super) mod concat;
mod join;
pub(super) mod mul;
