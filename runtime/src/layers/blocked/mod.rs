//! The layers' kernels in the layout [`Blocked`](crate::layout::Blocked).

mod conv;

pub use conv::{Conv, Direct, Packed, PackedDirect, PackedTiles, Tiles};
