//! `cnn`: a compile-time language for convolutional networks.
#![doc = include_str!("../README.md")]

pub use cnn_macros::cnn;
pub use cnn_runtime::{Error, LayerInfo, Network, Recorder, Session, Shape, ndarray};

#[doc(hidden)]
pub use cnn_runtime as __rt;
