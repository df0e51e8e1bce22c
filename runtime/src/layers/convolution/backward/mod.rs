//! The gradients of this family's layers in planes and of interleaved images.

mod deconv;
mod depthwise;
mod direct;
mod gemm;
mod table;
