//! Layers that change how many pixels there are, or how they lie.

pub mod blocks;
pub mod crop;
pub mod pad;
pub mod upsample;
