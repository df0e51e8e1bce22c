//! Layers of several inputs: sums, products, concatenations.

pub mod add;
#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod broadcast;
pub mod concat;
