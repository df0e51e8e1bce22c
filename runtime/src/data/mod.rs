//! Labeled images: reading, splitting, shuffling, scaling.

mod dataset;
pub mod digits;
pub mod idx;
mod read;
mod resize;

pub use dataset::{Batches, Dataset};
pub use digits::digits;
pub use idx::mnist;
pub use resize::resize;
