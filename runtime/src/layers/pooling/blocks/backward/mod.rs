//! The gradients of this family's layers in blocks of sixteen channels.

mod attnpool;
mod avgpool;
mod global_avgpool;
mod lppool;
mod maxpool;
mod prodpool;
mod sumpool;
mod unpool;
