//! Normalization over a batch, an image, groups of channels, or neighboring ones.

pub mod blocks;
pub mod bn;
pub mod gn;
pub mod ln;
pub mod lrn;
