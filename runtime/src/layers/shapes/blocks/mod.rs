//! The same in blocks of sixteen channels.

pub mod pad;
pub mod reorder;
pub mod upsample;
