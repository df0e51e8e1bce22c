//! Layers that drop something at random in training.

pub(super) mod drop_path;
#[allow(clippy::module_inception)] // the layer is called as its family
pub(super) mod dropout;
pub(super) mod dropout2d;
