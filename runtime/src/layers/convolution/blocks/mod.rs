//! The same in blocks of sixteen channels.

pub(crate) mod across;
#[cfg(feature = "train")]
mod backward;
pub mod conv;
pub mod deconv;
pub(crate) mod gradients;
pub mod grouped;
pub mod grouped_deconv;
pub mod packed;
pub(crate) mod packing;
pub(crate) mod phase;
pub mod planes;
pub(crate) mod sweep;
pub mod table;
pub(crate) mod taps;
pub(crate) mod winograd;
