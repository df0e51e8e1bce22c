//! The gradients of this family's layers in blocks of sixteen channels.

mod bn;
mod gn;
mod ln;
mod lrn;
