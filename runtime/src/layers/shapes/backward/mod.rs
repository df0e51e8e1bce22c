//! The gradients of this family's layers in planes and of interleaved images.

mod pad;
mod upsample;
