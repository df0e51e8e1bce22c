//! The same in blocks of sixteen channels.

pub mod scale;
pub mod selection;
pub mod shuffle;
pub mod split;
