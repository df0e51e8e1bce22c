//! The gradients of this family's layers in planes and of interleaved images.

mod direct;
mod gemm;
mod weights;
