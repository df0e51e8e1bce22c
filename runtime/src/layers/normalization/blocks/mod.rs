//! The same in blocks of sixteen channels.

pub mod bn;
pub mod gn;
pub mod ln;
pub mod lrn;
