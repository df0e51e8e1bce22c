//! The gradients of this family's layers in planes and of interleaved images.

mod blocks;
mod dropout;
mod dropout2d;
