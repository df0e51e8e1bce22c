//! The same in blocks of sixteen channels.

pub mod add;
pub mod broadcast;
pub mod concat;
