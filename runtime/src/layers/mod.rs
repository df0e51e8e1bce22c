//! The layers, a folder for each family: what a layer computes, forward and backward.
//!
//! A file bears the layer's keyword. It holds the kernels for planes and for interleaved images; those in
//! blocks of sixteen channels are in the family's `blocks`.

pub mod activations;
pub mod channels;
pub mod convolution;
pub mod custom;
pub mod dense;
pub mod dropout;
pub mod joins;
pub mod normalization;
pub mod pooling;
pub mod shapes;
