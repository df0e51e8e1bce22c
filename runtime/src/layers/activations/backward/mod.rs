//! The gradients of this family's layers in planes and of interleaved images.

mod blocks;
mod identity;
mod log_softmax;
mod prelu;
mod softmax;
