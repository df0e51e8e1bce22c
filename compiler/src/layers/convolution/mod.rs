//! Convolutions.

pub(super) mod conv;
pub(super) mod deconv;
pub(super) mod depthwise;
pub(super) mod pointwise;
mod table;
