//! The same in blocks of sixteen channels.

pub mod attnpool;
pub mod avgpool;
#[cfg(feature = "train")]
mod backward;
pub mod global_avgpool;
pub mod lppool;
pub mod maxpool;
pub mod prodpool;
pub mod sumpool;
pub mod unpool;
pub(crate) mod windows;
