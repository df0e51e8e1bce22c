//! The arithmetic behind the layers: blocked products, direct convolutions, elementwise functions.

pub(crate) mod across;
pub(crate) mod direct;
pub(crate) mod direct_weights;
pub(crate) mod gemm;
pub(crate) mod math;
pub(crate) mod patches;
pub(crate) mod pixel_sums;
pub(crate) mod sweep;
pub(crate) mod taps;
pub(crate) mod vector;
pub(crate) mod winograd;
