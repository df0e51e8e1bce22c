//! What the kernels of two or more families of layers share, and nothing that one family has alone.

pub(crate) mod affine;
pub(crate) mod finish;
pub(crate) mod gather;
pub(crate) mod gemm;
pub(crate) mod images;
pub(crate) mod pixel_sums;
pub(crate) mod rows;
pub(crate) mod softmax;
pub(crate) mod window;
