//! The gradients of this family's layers in blocks of sixteen channels.

mod scale;
mod shuffle;
mod split;
