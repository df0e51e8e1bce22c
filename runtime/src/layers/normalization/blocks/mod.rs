//! The same in blocks of sixteen channels.

#[cfg(feature = "train")]
mod backward;
pub mod bn;
pub mod gn;
pub mod ln;
pub mod lrn;
mod of_images;
