//! Layers that move, choose or scale channels.

#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod scale;
pub mod shuffle;
pub mod split;
