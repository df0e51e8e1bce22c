//! The gradients of this family's layers in blocks of sixteen channels.

mod add;
mod broadcast;
mod concat;
