//! Normalization over a batch, an image, groups of channels, or neighboring ones.

#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod bn;
pub mod gn;
pub mod ln;
pub mod lrn;
