//! The same in blocks of sixteen channels.

pub mod add;
#[cfg(feature = "train")]
mod backward;
pub mod broadcast;
pub mod concat;
