//! The gradients of this family's layers in planes and of interleaved images.

mod attnpool;
mod avgpool;
mod global_avgpool;
mod lppool;
mod maxpool;
mod prodpool;
mod sumpool;
mod unpool;
