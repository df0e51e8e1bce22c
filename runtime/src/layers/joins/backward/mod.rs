//! The gradients of this family's layers in planes and of interleaved images.

mod add;
mod broadcast;
mod concat;
