//! The runtime of the `cnn!` macro.
//!
//! Without the feature `train` there are no backward passes. What only they use of a kernel, such as the form
//! of its gradients, is then dead code.
#![cfg_attr(not(feature = "train"), allow(dead_code))]

pub mod activation;
pub mod arena;
#[doc(hidden)]
pub mod choice;
#[cfg(feature = "train")]
pub mod data;
pub mod describe;
#[doc(hidden)]
pub mod embedded;
#[doc(hidden)]
pub mod emitted;
pub mod error;
pub mod exec;
#[cfg(feature = "train")]
pub mod explain;
mod file;
pub mod graph;
pub mod init;
pub mod kernel;
mod kernels;
pub mod layers;
pub mod layout;
mod math;
mod memory;
pub mod network;
mod normalize;
mod notice;
pub mod observer;
#[doc(hidden)]
#[cfg(feature = "onnx")]
pub use cnn_onnx::recipe;
#[cfg(feature = "onnx")]
pub mod onnx;
mod pack;
pub mod packing;
pub mod params;
pub mod pass;
mod pattern;
pub mod program;
pub mod random;
pub mod recorder;
pub mod reduce;
pub mod room;
pub mod run;
pub mod session;
pub mod shard;
pub mod simd;
pub mod step;
pub mod tensor;
pub mod threads;
#[cfg(feature = "train")]
pub mod train;
mod vector;
mod view;
pub mod weights;

/// Items of emitted code, which does not know the runtime's features, that exist for training alone.
#[cfg(feature = "train")]
#[doc(hidden)]
#[macro_export]
macro_rules! train_only {
    ($($items:tt)*) => { $($items)* };
}

/// Items of emitted code, which does not know the runtime's features, that exist for training alone.
#[cfg(not(feature = "train"))]
#[doc(hidden)]
#[macro_export]
macro_rules! train_only {
    ($($items:tt)*) => {};
}

/// Items that exist where networks can be exported as ONNX files.
#[cfg(feature = "onnx")]
#[doc(hidden)]
#[macro_export]
macro_rules! onnx_only {
    ($($items:tt)*) => { $($items)* };
}

/// Items that exist where networks can be exported as ONNX files.
#[cfg(not(feature = "onnx"))]
#[doc(hidden)]
#[macro_export]
macro_rules! onnx_only {
    ($($items:tt)*) => {};
}

/// The primitive types, by which emitted code does not mean a user's types of the same name.
#[doc(hidden)]
pub mod primitives {
    pub use core::primitive::{bool, f32, str, u8, u64, usize};
}

pub use emitted::*;
