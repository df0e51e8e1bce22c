//! The runtime behind the `cnn!` macro.

pub mod activation;
pub mod api;
pub mod arena;
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
pub mod weights;

pub use error::Error;
pub use network::Network;
pub use params::Params;
pub use session::Session;
pub use tap::{NoTap, Recorder, Tap};
