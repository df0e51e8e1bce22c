//! The runtime behind the `cnn!` macro.
//!
//! Without the feature `train` there are no backward passes: what only they use is not compiled.
#![cfg_attr(not(feature = "train"), allow(dead_code, unused_imports))]

pub mod activation;
pub mod arena;
#[doc(hidden)]
pub mod choice;
#[cfg(feature = "train")]
pub mod data;
pub mod describe;
pub mod error;
pub mod exec;
mod file;
pub mod graph;
mod init;
pub mod kernel;
mod kernels;
pub mod layers;
pub mod layout;
mod memory;
pub mod network;
mod notice;
#[doc(hidden)]
pub mod oracle;
pub mod pack;
pub mod params;
pub mod pool;
pub mod program;
pub mod random;
pub mod reduce;
pub mod run;
pub mod session;
pub mod simd;
pub mod step;
pub mod tap;
pub mod tensor;
#[cfg(feature = "train")]
pub mod train;
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

/// The primitive types, by which emitted code does not mean a user's types of the same name.
#[doc(hidden)]
pub mod primitives {
    pub use core::primitive::{bool, f32, str, u8, u64, usize};
}

pub use activation::{
    Activation, Elu, Gelu, GeluTanh, HardSigmoid, HardSwish, LeakyRelu, Mish, NoActivation, Relu,
    Relu6, Rescale, ScaledTanh, Selu, Sigmoid, Silu, Softplus, Tanh,
};
pub use cnn_ir as ir;
pub use cnn_ir::{Init, Role, Shape};
pub use describe::{BlockInfo, Describe, LayerInfo, Source, TensorSpec};
pub use error::Error;
pub use graph::Graph;
pub use kernel::{Backward, Forward, Kernel, Mode, Pass, Room};
pub use layers::add::{Add, accumulate};
pub use layers::attnpool::AttnPool;
pub use layers::avgpool::AvgPool;
pub use layers::bn::{BatchNorm, FoldedBatchNorm};
pub use layers::broadcast::{Broadcast, Combine, Extent};
pub use layers::concat::Concat;
pub use layers::crop::Crop;
pub use layers::custom::{Custom, CustomLayer, ShapeType, Vector, Volume, custom, custom_check};
pub use layers::dropout::Dropout;
pub use layers::dropout2d::Dropout2d;
pub use layers::global_avgpool::GlobalAvgPool;
pub use layers::gn::GroupNorm;
pub use layers::identity::Identity;
pub use layers::ln::LayerNorm;
pub use layers::log_softmax::LogSoftmax;
pub use layers::lppool::LpPool;
pub use layers::lrn::{LocalResponseNorm, Lrn};
pub use layers::maxpool::MaxPool;
pub use layers::pad::{Border, Pad};
pub use layers::pool::PoolGeometry;
pub use layers::prelu::Prelu;
pub use layers::prodpool::ProdPool;
pub use layers::scale::Scale;
pub use layers::shuffle::Shuffle;
pub use layers::softmax::Softmax;
pub use layers::split::Split;
pub use layers::sumpool::SumPool;
pub use layers::unpool::Unpool;
pub use layers::upsample::{Interpolation, Upsample};
pub use layers::{blocked, conv, deconv, dense};
pub use layout::{Blocked, Frame, Lanes, Layout, Nchw, Order};
pub use ndarray;
pub use network::Network;
pub use pack::{Pack, Packing};
pub use params::{AsArray, Params};
pub use program::{
    BackwardTensors, Cumulative, InferencePlan, Program, Slot, TrainingPlan, TrainingTensors,
    no_such_plan,
};
pub use session::{Session, workspace};
pub use tap::{Recorder, Tap};
pub use tensor::{Inputs, Outputs};
pub use typenum;
