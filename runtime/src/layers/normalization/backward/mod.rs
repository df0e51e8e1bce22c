//! The gradients of this family's layers in planes and of interleaved images.

mod bn;
mod gn;
mod ln;
mod lrn;
