//! Activations.

#[allow(clippy::module_inception)] // the layer is called as its family
pub(super) mod activations;
pub(super) mod log_softmax;
pub(super) mod prelu;
pub(super) mod softmax;
