//! Convolutions: plain, grouped, depthwise, transposed, and by a table of connections.

#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod conv;
pub mod deconv;
pub mod depthwise;
pub mod direct;
pub mod gemm;
pub(crate) mod patches;
pub mod table;
