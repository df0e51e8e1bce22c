//! The runtime behind the `cnn!` macro.

pub mod activation;
pub mod api;
pub mod arena;
#[cfg(feature = "train")]
pub mod data;
pub mod error;
pub mod exec;
pub mod kernel;
pub mod layout;
pub mod network;
pub mod params;
pub mod pool;
pub mod random;
pub mod reduce;
pub mod session;
pub mod shape;
pub mod tap;
pub mod tensor;
#[cfg(feature = "train")]
pub mod train;
pub mod weights;

pub use arena::{ranges, slots};
pub use error::Error;
pub use kernel::{Backward, Forward, Kernel, Mode, Pass};
pub use layout::{Lanes, Layout, Nchw};
pub use ndarray;
pub use network::{
    BackwardTensors, InferencePlan, Init, LayerInfo, Network, Role, Slot, TensorSpec, TrainingPlan,
    TrainingTensors, largest, no_such_plan,
};
pub use params::{AsArray, Params};
pub use session::{Session, workspace};
pub use shape::Shape;
pub use tap::{NoTap, Recorder, Tap};
pub use typenum;
