//! The same in blocks of sixteen channels.

#[cfg(feature = "train")]
mod backward;
pub mod pad;
pub mod reorder;
pub mod upsample;
