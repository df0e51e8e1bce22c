//! Pools: one number for a window of pixels, or for all of them.

pub mod attnpool;
pub mod avgpool;
#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod geometry;
pub mod global_avgpool;
pub mod lppool;
pub mod maxpool;
pub mod prodpool;
pub mod sumpool;
pub mod unpool;
