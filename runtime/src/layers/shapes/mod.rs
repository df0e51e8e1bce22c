//! Layers that change how many pixels there are, or how they lie.

#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod crop;
pub mod pad;
pub mod upsample;
