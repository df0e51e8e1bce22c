//! Layers of several inputs: sums, products, concatenations.

pub mod add;
pub mod blocks;
pub mod broadcast;
pub mod concat;
