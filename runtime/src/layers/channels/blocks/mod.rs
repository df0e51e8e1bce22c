//! The same in blocks of sixteen channels.

#[cfg(feature = "train")]
mod backward;
pub mod scale;
pub mod selection;
pub mod shuffle;
pub mod split;
