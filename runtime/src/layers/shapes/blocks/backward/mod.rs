//! The gradients of this family's layers in blocks of sixteen channels.

mod pad;
mod reorder;
mod upsample;
