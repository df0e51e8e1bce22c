//! The runtime behind the `cnn!` macro.

pub mod activation;
pub mod arena;
pub mod exec;
pub mod kernel;
pub mod layout;
pub mod network;
pub mod params;
pub mod random;
pub mod reduce;
pub mod shape;
pub mod tap;
pub mod tensor;
