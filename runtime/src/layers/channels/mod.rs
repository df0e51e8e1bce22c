//! Layers that move, choose or scale channels.

pub mod blocks;
pub mod scale;
pub mod shuffle;
pub mod split;
