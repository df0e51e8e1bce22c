//! Pools, and their reverse.

mod adaptive;
pub(super) mod adaptive_avgpool;
pub(super) mod adaptive_maxpool;
pub(super) mod attnpool;
pub(super) mod avgpool;
pub(super) mod global_avgpool;
pub(super) mod global_maxpool;
pub(super) mod lppool;
pub(super) mod maxpool;
mod pool;
pub(super) mod prodpool;
pub(super) mod sumpool;
pub(super) mod unpool;
