//! Activations that are layers of their own: with parameters, or over all channels at once.

#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod identity;
pub mod log_softmax;
pub mod prelu;
pub mod softmax;
